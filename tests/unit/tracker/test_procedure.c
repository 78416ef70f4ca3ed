/* SPDX-License-Identifier: MIT */
/* The procedure on hand-made score maps, with numbers worked out from docs/tracker.md. */
#include <math.h>

#include "core/procedure.h"
#include "test/main.h"

enum { CELLS = 16 };

static struct et_procedure procedure;
static float score[CELLS * CELLS], edge[4][CELLS * CELLS];

static void setup(void)
{
  const struct et_architecture a = {.template_size = 128, .search_size = 256, .stride = 16};

  ck_assert_int_eq(et_procedure_init(&procedure, &a, NULL), ET_OK);
}

static void teardown(void)
{
  et_procedure_fini(&procedure);
}

/* Every cell predicts a box of w x h crop pixels around itself. */
static struct et_scores map_of(float w, float h, float everywhere)
{
  for (int i = 0; i < CELLS * CELLS; i++) {
    const float x = (float)(i % CELLS * 16), y = (float)(i / CELLS * 16);

    score[i] = everywhere;
    edge[0][i] = x - w / 2;
    edge[1][i] = y - h / 2;
    edge[2][i] = x + w / 2;
    edge[3][i] = y + h / 2;
  }
  return (struct et_scores){CELLS, score, edge[0], edge[1], edge[2], edge[3], NULL};
}

START_TEST(regions_have_the_published_sides)
{
  const struct et_place place = {50, 60, 64, 48};
  const double side = sqrt((64 + 56.0) * (48 + 56.0));

  ck_assert_double_eq_tol(et_template_side(&place), side, 1e-12);
  ck_assert_double_eq_tol(et_search_side(&procedure, &place), side * 256 / 127, 1e-9);
}
END_TEST

START_TEST(the_first_of_equal_ranks_is_taken)
{
  const struct et_place place = {100, 100, 60, 60};
  struct et_scores s = map_of(64, 64, 0);

  /* the window is symmetric: cells 7 and 8 of either axis rank the same, so (7, 7) comes first */
  for (int i = 0; i < CELLS * CELLS; i++)
    score[i] = 0.5f;
  ck_assert_int_eq(et_procedure_choose(&procedure, &s, &place, et_search_side(&procedure, &place)).cell, 7 * CELLS + 7);
}
END_TEST

START_TEST(a_change_of_size_and_shape_is_penalised)
{
  const struct et_place place = {100, 100, 60, 60};
  const double side = et_search_side(&procedure, &place), k = 256 / side;
  struct et_scores s = map_of((float)(120 * k), (float)(60 * k), 0.9f);
  const double p = 90, q = 60, size = sqrt((120 + p) * (60 + p)) / sqrt((60 + q) * (60 + q));
  const struct et_choice c = et_procedure_choose(&procedure, &s, &place, side);

  ck_assert_double_eq_tol(c.penalty, exp(-(size * 2 - 1) * 0.007), 1e-6);
}
END_TEST

START_TEST(place_follows_the_box_and_size_follows_slowly)
{
  struct et_place place = {100, 100, 60, 60};
  const double side = et_search_side(&procedure, &place), k = 256 / side;
  const struct et_choice c = {.score = 0.9, .penalty = 0.95, .x1 = 128 - 35 + 8, .y1 = 128 - 30, .x2 = 128 + 35 + 8, .y2 = 128 + 30};
  const double a = pow(0.95 * 0.9 * 0.616, 2);

  et_procedure_update(&procedure, &c, side, 640, 480, &place);
  ck_assert_double_eq_tol(place.cx, 100 + 8 / k, 1e-9);
  ck_assert_double_eq_tol(place.cy, 100, 1e-9);
  ck_assert_double_eq_tol(place.w, 60 + a * (70 / k - 60), 1e-9);
  ck_assert_double_eq_tol(place.h, 60 + a * (60 / k - 60), 1e-9);
}
END_TEST

START_TEST(place_stays_in_the_frame_and_size_in_its_bounds)
{
  struct et_place place = {5, 235, 10, 10};
  const double side = et_search_side(&procedure, &place);
  const struct et_choice c = {.score = 1, .penalty = 1, .x1 = 0, .y1 = 250, .x2 = 1, .y2 = 251};

  et_procedure_update(&procedure, &c, side, 320, 240, &place);
  ck_assert_double_eq(place.cx, 0);
  ck_assert_double_eq(place.cy, 240);
  ck_assert_double_eq(place.w, 10);
  place = (struct et_place){50, 50, 5000, 5000};
  et_procedure_update(&procedure, &c, 100, 320, 240, &place);
  ck_assert_double_eq(place.w, 320);
  ck_assert_double_eq(place.h, 240);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("procedure");
  TCase *tcase = tcase_create("procedure");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, regions_have_the_published_sides);
  tcase_add_test(tcase, the_first_of_equal_ranks_is_taken);
  tcase_add_test(tcase, a_change_of_size_and_shape_is_penalised);
  tcase_add_test(tcase, place_follows_the_box_and_size_follows_slowly);
  tcase_add_test(tcase, place_stays_in_the_frame_and_size_in_its_bounds);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
