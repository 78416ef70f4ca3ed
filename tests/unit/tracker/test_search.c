/* SPDX-License-Identifier: MIT */
/* How much of a frame's time a search may take, in looks. */
#include <stdio.h>

#include "base/clock.h"
#include "core/search.h"
#include "ops/ops.h"
#include "test/main.h"
#include "test/scene.h"

static const int64_t long_ns = 1000 * ET_SECOND_NS;

static struct et_model *model;
static struct et_eye eye;
static struct scene scene;
static struct et_params params;

static void setup(void)
{
  char path[512];
  struct et_error_detail why;

  snprintf(path, sizeof path, "%s/tests/golden/tiny.safetensors", getenv("ETRACK_SOURCE"));
  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
  ck_assert_msg(et_eye_init(&eye, model, et_ops_find(NULL), &why) == ET_OK, "%s", why.text);
  scene = scene_create();
  scene_background(&scene);
  et_params_default(&params);
  params.search_s = 0;
  params.found_score = 1; /* nothing is ever found */
}

static void teardown(void)
{
  scene_destroy(&scene);
  et_eye_fini(&eye);
  et_model_close(&model);
}

/* The looks at a frame for a target that was lost after frames `before_ns` apart and is searched
 * for `gap_ns` later. */
static int looks_after(int64_t before_ns, int64_t gap_ns)
{
  const struct et_image image = scene_image(&scene);
  struct et_target target = {.state = ET_STATE_TRACKING, .place = {100, 100, SCENE_OBJECT, SCENE_OBJECT}};

  et_target_end_frame(&target, before_ns);
  et_target_lost(&target, before_ns);
  et_eye_open(&eye);
  ck_assert_int_eq(et_search(&eye, &params, &image, before_ns + gap_ns, &target), ET_EVENT_NONE);
  et_eye_close(&eye);
  return target.hunt.step;
}

START_TEST(a_frame_with_time_gets_many_looks)
{
  ck_assert_int_eq(looks_after(long_ns, long_ns), 8);
}
END_TEST

START_TEST(every_frame_gets_one_look)
{
  ck_assert_int_eq(looks_after(1, 1), 1);
  params.search_cost = 0;
  ck_assert_int_eq(looks_after(long_ns, long_ns), 1);
}
END_TEST

/* A camera was away for a quarter of an hour. Its next frame comes as soon as before. */
START_TEST(a_gap_gives_no_time)
{
  ck_assert_int_eq(looks_after(1, long_ns), 1);
}
END_TEST

/* However fast the machine is. */
START_TEST(an_assumed_duration_decides_the_number_of_looks)
{
  eye.assumed_look_ns = 1000;
  ck_assert_int_eq(looks_after(7000, 7000), 3); /* half of a frame time holds three and a half */
  eye.assumed_look_ns = 2 * long_ns;
  ck_assert_int_eq(looks_after(long_ns, long_ns), 1);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("search");
  TCase *tcase = tcase_create("looks");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, a_frame_with_time_gets_many_looks);
  tcase_add_test(tcase, every_frame_gets_one_look);
  tcase_add_test(tcase, a_gap_gives_no_time);
  tcase_add_test(tcase, an_assumed_duration_decides_the_number_of_looks);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
