/* SPDX-License-Identifier: MIT */
/* The candidates of a look, on hand-made score maps. */
#include <math.h>
#include <string.h>

#include "core/candidates.h"
#include "test/main.h"

enum { CELLS = 16, CHANNELS = 3 };

static struct et_procedure procedure;
static float score[CELLS * CELLS], edge[4][CELLS * CELLS], x[CELLS * CELLS * CHANNELS];
static struct et_tensor features;
static const struct et_place place = {100, 100, 32, 32};
static const double side = 128; /* half a frame pixel per crop pixel */

static void setup(void)
{
  const struct et_architecture a = {.template_size = 128, .search_size = 256, .stride = 16};

  ck_assert_int_eq(et_procedure_init(&procedure, &a, NULL), ET_OK);
  features = (struct et_tensor){x, CELLS, CELLS, CHANNELS, 1, CHANNELS, CELLS * CHANNELS};
  for (int i = 0; i < CELLS * CELLS; i++) {
    score[i] = 0.01f;
    edge[0][i] = (float)(i % CELLS * 16 - 32);
    edge[1][i] = (float)(i / CELLS * 16 - 32);
    edge[2][i] = edge[0][i] + 64;
    edge[3][i] = edge[1][i] + 64;
    for (int c = 0; c < CHANNELS; c++)
      x[i * CHANNELS + c] = c == 0;
  }
}

static void teardown(void)
{
  et_procedure_fini(&procedure);
}

static void put(int column, int row, float value)
{
  score[row * CELLS + column] = value;
}

/* Cells in the box around an object show it in a channel of their own. */
static void mark(int column, int row, int channel)
{
  for (int v = row - 2; v <= row + 2; v++)
    for (int u = column - 2; u <= column + 2; u++) {
      x[(v * CELLS + u) * CHANNELS] = 0;
      x[(v * CELLS + u) * CHANNELS + channel] = 5;
    }
}

static struct et_candidates find(void)
{
  const struct et_scores s = {CELLS, score, edge[0], edge[1], edge[2], edge[3], &features};
  const struct et_choice best = et_procedure_choose(&procedure, &s, &place, side);
  struct et_candidates all;

  et_candidates_find(&procedure, &s, &best, &place, side, &all);
  ck_assert_int_eq(all.of[0].choice.cell, best.cell);
  return all;
}

START_TEST(an_empty_map_has_one_candidate)
{
  ck_assert_int_eq(find().count, 1);
}
END_TEST

START_TEST(peaks_come_in_the_order_of_their_ranks)
{
  struct et_candidates all;

  put(8, 8, 0.9f);
  put(3, 3, 0.3f);
  put(13, 3, 0.6f);
  all = find();
  ck_assert_int_eq(all.count, 3);
  ck_assert_int_eq(all.of[0].choice.cell, 8 * CELLS + 8);
  ck_assert_int_eq(all.of[1].choice.cell, 3 * CELLS + 13);
  ck_assert_int_eq(all.of[2].choice.cell, 3 * CELLS + 3);
  ck_assert_double_eq_tol(all.of[1].place.cx, 100 + (13 * 16 - 128) / 2.0, 1e-9);
  ck_assert_double_eq_tol(all.of[1].place.cy, 100 + (3 * 16 - 128) / 2.0, 1e-9);
  ck_assert_double_eq_tol(all.of[1].place.w, 32, 1e-9);
}
END_TEST

/* The second peak is a part of the first object; the slope of a peak is none. */
START_TEST(one_object_is_one_candidate)
{
  put(8, 8, 0.9f);
  put(9, 8, 0.8f);
  put(10, 8, 0.85f);
  ck_assert_int_eq(find().count, 1);
}
END_TEST

START_TEST(there_are_at_most_six)
{
  for (int i = 0; i < 9; i++)
    put(2 + i % 3 * 5, 2 + i / 3 * 5, 0.5f);
  ck_assert_int_eq(find().count, ET_MOST_CANDIDATES);
}
END_TEST

START_TEST(a_rival_is_nearly_as_strong)
{
  struct et_candidates all;
  struct et_params params;

  et_params_default(&params);
  put(8, 8, 0.9f);
  put(3, 3, 0.73f);
  put(13, 13, 0.3f);
  all = find();
  ck_assert_double_eq_tol(et_candidates_rival(&all, &all.of[0]), 0.73, 1e-6);
  ck_assert_double_eq_tol(et_candidates_rival(&all, &all.of[1]), 0.9, 1e-6);
  ck_assert(et_candidates_have_rival(&all, &all.of[0], &params));
  params.rival_ratio = 0.82;
  ck_assert(!et_candidates_have_rival(&all, &all.of[0], &params));
  ck_assert(et_candidates_have_rival(&all, &all.of[1], &params));
  params.rival_ratio = 1;
  ck_assert(!et_candidates_have_rival(&all, &all.of[1], &params));
  all.count = 1;
  ck_assert(et_candidates_rival(&all, &all.of[0]) == 0);
  params.rival_ratio = 0;
  ck_assert(!et_candidates_have_rival(&all, &all.of[0], &params));
}
END_TEST

START_TEST(an_appearance_is_that_of_the_box)
{
  struct et_candidates all;

  put(8, 8, 0.9f);
  mark(8, 8, 1);
  put(3, 3, 0.6f);
  mark(3, 3, 2);
  all = find();
  ck_assert_double_eq_tol(all.of[0].appearance.of[1], 1, 1e-6);
  ck_assert_double_eq_tol(all.of[1].appearance.of[2], 1, 1e-6);
  ck_assert_double_eq_tol(et_appearance_likeness(&all.of[0].appearance, &all.of[0].appearance), 1, 1e-6);
  ck_assert_double_eq_tol(et_appearance_likeness(&all.of[0].appearance, &all.of[1].appearance), 0, 1e-6);
}
END_TEST

/* The target left, and the box of what is found there is outside. */
START_TEST(a_box_outside_the_crop_has_the_appearance_of_the_edge)
{
  const struct et_scores s = {CELLS, score, edge[0], edge[1], edge[2], edge[3], &features};
  const struct et_appearance a = et_appearance_in(&s, 16, -500, -500, -400, -400), b = et_appearance_in(&s, 16, 900, 900, 901, 901);

  ck_assert_double_eq_tol(a.of[0], 1, 1e-6);
  ck_assert_double_eq_tol(b.of[0], 1, 1e-6);
}
END_TEST

START_TEST(an_unknown_appearance_is_like_all)
{
  const struct et_scores s = {CELLS, score, edge[0], edge[1], edge[2], edge[3], &features};
  struct et_appearance unknown = {0}, empty, seen = {.channels = 2, .of = {0, 1}}, other = {.channels = 2, .of = {1, 0}};

  memset(x, 0, sizeof x);
  empty = et_appearance_in(&s, 16, 0, 0, 64, 64);
  ck_assert_double_eq(et_appearance_likeness(&empty, &seen), 1);
  ck_assert_double_eq(et_appearance_likeness(&unknown, &seen), 1);
  et_appearance_follow(&unknown, &seen, 0.1);
  ck_assert_double_eq_tol(et_appearance_likeness(&unknown, &seen), 1, 1e-6);
  et_appearance_follow(&unknown, &other, 0.5);
  ck_assert_double_eq_tol(et_appearance_likeness(&unknown, &seen), sqrt(0.5), 1e-6);
  et_appearance_follow(&unknown, &empty, 0.5);
  ck_assert_double_eq_tol(et_appearance_likeness(&unknown, &seen), sqrt(0.5), 1e-6);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("candidates");
  TCase *tcase = tcase_create("candidates");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, an_empty_map_has_one_candidate);
  tcase_add_test(tcase, peaks_come_in_the_order_of_their_ranks);
  tcase_add_test(tcase, one_object_is_one_candidate);
  tcase_add_test(tcase, there_are_at_most_six);
  tcase_add_test(tcase, a_rival_is_nearly_as_strong);
  tcase_add_test(tcase, an_appearance_is_that_of_the_box);
  tcase_add_test(tcase, a_box_outside_the_crop_has_the_appearance_of_the_edge);
  tcase_add_test(tcase, an_unknown_appearance_is_like_all);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
