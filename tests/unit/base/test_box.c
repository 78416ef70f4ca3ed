/* SPDX-License-Identifier: MIT */
/* Start boxes: which may start a target, and what a request means in a frame. */
#include <math.h>

#include "etrack/box.h"
#include "test/main.h"

static struct et_error_detail why;

static void box_gives(struct et_box box, enum et_error wanted)
{
  const enum et_error got = et_box_check(&box, 640, 480, &why);

  ck_assert_msg(got == wanted, "box [%g, %g, %g, %g] in 640x480: %s, should be %s", box.x, box.y, box.w, box.h, et_error_name(got),
                et_error_name(wanted));
  if (got != ET_OK && isfinite(box.x) && isfinite(box.y) && isfinite(box.w) && isfinite(box.h))
    ck_assert_msg(strstr(why.text, "640x480"), "the message does not give the frame's size: %s", why.text);
}

START_TEST(boxes_that_pass)
{
  box_gives((struct et_box){0, 0, 640, 480}, ET_OK);
  box_gives((struct et_box){0, 0, 4, 4}, ET_OK);
  box_gives((struct et_box){636, 476, 4, 4}, ET_OK);
  box_gives((struct et_box){-20, 100, 40, 40}, ET_OK);
  box_gives((struct et_box){620, 100, 40, 40}, ET_OK);
  box_gives((struct et_box){100.5, -10.25, 20, 20.5}, ET_OK);
}
END_TEST

START_TEST(boxes_that_lie_outside)
{
  box_gives((struct et_box){-20.5, 100, 40, 40}, ET_ERR_BOX_OUTSIDE);
  box_gives((struct et_box){620.5, 100, 40, 40}, ET_ERR_BOX_OUTSIDE);
  box_gives((struct et_box){100, 461, 40, 40}, ET_ERR_BOX_OUTSIDE);
  box_gives((struct et_box){-15, -15, 40, 40}, ET_ERR_BOX_OUTSIDE);
  box_gives((struct et_box){-1000, -1000, 40, 40}, ET_ERR_BOX_OUTSIDE);
  box_gives((struct et_box){1e300, 0, 40, 40}, ET_ERR_BOX_OUTSIDE);
  box_gives((struct et_box){0, -1e300, 40, 40}, ET_ERR_BOX_OUTSIDE);
}
END_TEST

START_TEST(boxes_of_a_wrong_size)
{
  static const double bad[] = {0, -1, 3.999, -1e300, 641, 1e300};

  for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
    box_gives((struct et_box){10, 10, bad[b], 40}, ET_ERR_BOX_SIZE);
    box_gives((struct et_box){10, 10, 40, bad[b]}, ET_ERR_BOX_SIZE);
  }
  box_gives((struct et_box){0, 0, 640, 480.5}, ET_ERR_BOX_SIZE);
}
END_TEST

START_TEST(boxes_that_hold_no_numbers)
{
  const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};

  for (size_t b = 0; b < sizeof bad / sizeof *bad; b++)
    for (int field = 0; field < 4; field++) {
      double v[4] = {10, 10, 40, 40};

      v[field] = bad[b];
      box_gives((struct et_box){v[0], v[1], v[2], v[3]}, ET_ERR_BOX_SIZE);
    }
  ck_assert_int_eq(et_box_check(NULL, 640, 480, NULL), ET_ERR_BOX_SIZE);
}
END_TEST

START_TEST(no_box_fits_a_frame_below_the_smallest)
{
  ck_assert_int_eq(et_box_check(&(struct et_box){0, 0, 4, 4}, 3, 3, &why), ET_ERR_BOX_SIZE);
}
END_TEST

static struct et_box resolved(const struct et_start *start)
{
  struct et_box box;
  const enum et_error error = et_start_resolve(start, 640, 480, &box, &why);

  ck_assert_msg(error == ET_OK, "%s", why.text);
  return box;
}

static void is_box(struct et_box box, double x, double y, double w, double h)
{
  ck_assert_msg(fabs(box.x - x) + fabs(box.y - y) + fabs(box.w - w) + fabs(box.h - h) < 1e-9, "[%g, %g, %g, %g] is not [%g, %g, %g, %g]",
                box.x, box.y, box.w, box.h, x, y, w, h);
}

START_TEST(a_request_in_pixels_is_taken_as_it_is)
{
  is_box(resolved(&(struct et_start){.box = {10.5, 20, 30, 40}}), 10.5, 20, 30, 40);
}
END_TEST

START_TEST(shares_become_pixels_of_the_frame)
{
  is_box(resolved(&(struct et_start){.units = ET_UNITS_NORM, .box = {0.25, 0.5, 0.125, 0.25}}), 160, 240, 80, 120);
}
END_TEST

START_TEST(a_point_becomes_a_square_round_it)
{
  is_box(resolved(&(struct et_start){.is_point = true, .box = {100, 200}, .radius_px = 16}), 84, 184, 32, 32);
  is_box(resolved(&(struct et_start){.units = ET_UNITS_NORM, .is_point = true, .box = {0.5, 0.5}, .radius_px = 16}), 304, 224, 32, 32);
}
END_TEST

START_TEST(what_is_resolved_is_checked)
{
  struct et_box box = {1, 2, 3, 4};

  ck_assert_int_eq(et_start_resolve(&(struct et_start){.units = ET_UNITS_NORM, .box = {2, 0, 0.5, 0.5}}, 640, 480, &box, &why),
                   ET_ERR_BOX_OUTSIDE);
  ck_assert_int_eq(et_start_resolve(&(struct et_start){.is_point = true, .box = {100, 100}, .radius_px = 1}, 640, 480, &box, &why),
                   ET_ERR_BOX_SIZE);
  is_box(box, 1, 2, 3, 4);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("box");
  TCase *tcase = tcase_create("box");

  tcase_add_test(tcase, boxes_that_pass);
  tcase_add_test(tcase, boxes_that_lie_outside);
  tcase_add_test(tcase, boxes_of_a_wrong_size);
  tcase_add_test(tcase, boxes_that_hold_no_numbers);
  tcase_add_test(tcase, no_box_fits_a_frame_below_the_smallest);
  tcase_add_test(tcase, a_request_in_pixels_is_taken_as_it_is);
  tcase_add_test(tcase, shares_become_pixels_of_the_frame);
  tcase_add_test(tcase, a_point_becomes_a_square_round_it);
  tcase_add_test(tcase, what_is_resolved_is_checked);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
