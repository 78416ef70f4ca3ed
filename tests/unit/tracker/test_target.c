/* SPDX-License-Identifier: MIT */
/* How a target moves with the picture. */
#include "core/target.h"

#include "base/clock.h"
#include "test/main.h"

enum { WIDTH = 640, HEIGHT = 360 };

static const int64_t frame_ns = ET_SECOND_NS / 25;

/* The camera pans by 24 px per frame. */
static struct et_target panned(enum et_state state)
{
  return (struct et_target){.state = state, .place = {300, 200, 40, 40}, .camera_x_px_s = 600, .pace = {.exact = true}};
}

static void shift(struct et_target *t, bool known, double x_px)
{
  et_target_shift(t, WIDTH, HEIGHT, known, x_px, 0, frame_ns);
}

START_TEST(a_jerk_moves_a_measured_target_and_a_steady_pan_does_not)
{
  struct et_target steady = panned(ET_STATE_TRACKING), jerked = panned(ET_STATE_TRACKING);

  shift(&steady, true, 24);
  ck_assert_double_eq_tol(steady.place.cx, 300, 1e-9);
  shift(&jerked, true, 54);
  ck_assert_double_eq_tol(jerked.place.cx, 330, 1e-9);
}
END_TEST

/* Otherwise one blurred frame of a pan would throw the target back. */
START_TEST(an_unknown_motion_is_no_jerk)
{
  struct et_target stopped = panned(ET_STATE_TRACKING), unknown = panned(ET_STATE_TRACKING);

  shift(&stopped, true, 0);
  ck_assert_double_eq_tol(stopped.place.cx, 276, 1e-9);
  shift(&unknown, false, 0);
  ck_assert_double_eq_tol(unknown.place.cx, 300, 1e-9);
  ck_assert_double_lt(unknown.camera_x_px_s, 600);
}
END_TEST

START_TEST(a_coasting_target_goes_with_the_picture)
{
  struct et_target t = panned(ET_STATE_COASTING);

  t.vx_px_s = 600;
  shift(&t, true, 24);
  et_target_predicted(&t, WIDTH, HEIGHT, frame_ns);
  ck_assert_double_eq_tol(t.place.cx, 324, 1e-9);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("target");
  TCase *tcase = tcase_create("target");

  tcase_add_test(tcase, a_jerk_moves_a_measured_target_and_a_steady_pan_does_not);
  tcase_add_test(tcase, an_unknown_motion_is_no_jerk);
  tcase_add_test(tcase, a_coasting_target_goes_with_the_picture);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
