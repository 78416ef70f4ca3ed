/* SPDX-License-Identifier: MIT */
/* What a run said against what was true, on hand-made runs at ten frames per second. */
#include "base/clock.h"
#include "eval/honesty.h"
#include "test/main.h"

enum { MOST = 100 };

static const int64_t frame_ns = ET_SECOND_NS / 10;

static struct eval_truth truth[MOST];
static struct eval_record records[MOST];
static struct eval_honesty honesty;

/* A target that stands still and is tracked all the time. */
static void setup(void)
{
  for (int i = 0; i < MOST; i++) {
    truth[i] = (struct eval_truth){true, {0, 0, 10, 10}};
    records[i] =
      (struct eval_record){.has_box = true, .box = truth[i].box, .score = 0.95, .state = ET_STATE_TRACKING, .time_ns = i * frame_ns};
  }
  eval_honesty_init(&honesty);
}

static void teardown(void)
{
  eval_honesty_clear(&honesty);
}

static void add(size_t count)
{
  eval_honesty_add(&honesty, truth, records, count);
}

/* From `first` on, up to but without `end`. */
static void leave(int first, int end)
{
  for (int i = first; i < end; i++)
    truth[i].present = false;
}

static void tell(int first, int end, enum et_state state)
{
  for (int i = first; i < end; i++) {
    records[i].state = state;
    records[i].has_box = state != ET_STATE_LOST && state != ET_STATE_IDLE;
  }
}

static void move(int first, int end, double x)
{
  for (int i = first; i < end; i++)
    records[i].box.x = x;
}

START_TEST(frames_count_by_their_state)
{
  tell(10, 12, ET_STATE_UNCERTAIN);
  tell(12, 15, ET_STATE_COASTING);
  move(20, 30, 500);
  tell(25, 30, ET_STATE_UNCERTAIN);
  add(30);
  ck_assert_uint_eq(honesty.right.frames, 19);
  ck_assert_uint_eq(honesty.right.as[ET_STATE_UNCERTAIN], 2);
  ck_assert_uint_eq(honesty.right.as[ET_STATE_COASTING], 3);
  ck_assert_uint_eq(honesty.wrong.frames, 10);
  ck_assert_double_eq_tol(eval_told_share(&honesty.wrong, ET_STATE_TRACKING), 0.5, 1e-12);
}
END_TEST

START_TEST(a_box_that_is_neither_right_nor_wrong_counts_as_neither)
{
  move(1, 10, 7); /* IoU 30/170 */
  add(10);
  ck_assert_uint_eq(honesty.right.frames, 0);
  ck_assert_uint_eq(honesty.wrong.frames, 0);
}
END_TEST

START_TEST(without_a_box_the_last_one_counts)
{
  tell(5, 10, ET_STATE_LOST);
  tell(10, 12, ET_STATE_IDLE); /* given up */
  add(12);
  ck_assert_uint_eq(honesty.right.as[ET_STATE_LOST], 7);
}
END_TEST

START_TEST(a_box_without_a_target_is_wrong)
{
  leave(5, 10);
  add(10);
  ck_assert_uint_eq(honesty.wrong.as[ET_STATE_TRACKING], 5);
}
END_TEST

START_TEST(the_time_to_lost_counts_from_the_first_frame_without_the_target)
{
  leave(10, 40);
  tell(10, 21, ET_STATE_COASTING);
  tell(21, 40, ET_STATE_LOST);
  add(40);
  ck_assert_uint_eq(honesty.to_lost_ns->len, 1);
  ck_assert_double_eq_tol(eval_to_lost_s(&honesty, 0.5), 1.1, 1e-9);
}
END_TEST

START_TEST(an_absence_that_is_never_told_counts_whole)
{
  leave(10, 40);
  add(60);
  ck_assert_double_eq_tol(eval_to_lost_s(&honesty, 0.9), 3, 1e-9);
}
END_TEST

START_TEST(a_short_absence_need_not_be_told)
{
  leave(10, 20);
  add(60);
  ck_assert_uint_eq(honesty.to_lost_ns->len, 0);
  ck_assert_double_eq(eval_to_lost_s(&honesty, 0.5), -1);
}
END_TEST

START_TEST(who_had_lost_the_target_before_is_not_timed)
{
  move(5, 60, 500);
  leave(10, 40);
  add(60);
  ck_assert_uint_eq(honesty.to_lost_ns->len, 0);
}
END_TEST

START_TEST(a_return_must_be_found_within_two_seconds)
{
  leave(10, 20);
  tell(10, 40, ET_STATE_LOST); /* found in frame 40, 2.0 s after the return in frame 20 */
  leave(50, 60);
  tell(50, 81, ET_STATE_LOST); /* found in frame 81, too late */
  add(MOST);
  ck_assert_uint_eq(honesty.returns, 2);
  ck_assert_uint_eq(honesty.found, 1);
}
END_TEST

START_TEST(a_wrong_reacquisition_is_one_beside_the_target_or_without_it)
{
  records[10].event = records[20].event = records[30].event = ET_EVENT_REACQUIRED;
  move(20, 25, 500);
  leave(30, 31);
  add(40);
  ck_assert_uint_eq(honesty.reacquired, 3);
  ck_assert_uint_eq(honesty.wrongly, 2);
}
END_TEST

START_TEST(scores_of_measured_boxes_are_binned)
{
  records[1].score = 1;
  records[2].score = 0.05;
  tell(2, 3, ET_STATE_UNCERTAIN);
  tell(3, 4, ET_STATE_COASTING);
  move(4, 5, 500);
  add(5);
  ck_assert_uint_eq(honesty.bins[9].frames, 2);
  ck_assert_uint_eq(honesty.bins[9].right, 1);
  ck_assert_double_eq_tol(honesty.bins[9].score_sum, 1.95, 1e-12);
  ck_assert_uint_eq(honesty.bins[0].frames, 1);
}
END_TEST

START_TEST(runs_add_up)
{
  add(10);
  add(10);
  ck_assert_uint_eq(honesty.right.frames, 18);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("honesty");
  TCase *tc = tcase_create("all");

  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, frames_count_by_their_state);
  tcase_add_test(tc, a_box_that_is_neither_right_nor_wrong_counts_as_neither);
  tcase_add_test(tc, without_a_box_the_last_one_counts);
  tcase_add_test(tc, a_box_without_a_target_is_wrong);
  tcase_add_test(tc, the_time_to_lost_counts_from_the_first_frame_without_the_target);
  tcase_add_test(tc, an_absence_that_is_never_told_counts_whole);
  tcase_add_test(tc, a_short_absence_need_not_be_told);
  tcase_add_test(tc, who_had_lost_the_target_before_is_not_timed);
  tcase_add_test(tc, a_return_must_be_found_within_two_seconds);
  tcase_add_test(tc, a_wrong_reacquisition_is_one_beside_the_target_or_without_it);
  tcase_add_test(tc, scores_of_measured_boxes_are_binned);
  tcase_add_test(tc, runs_add_up);
  suite_add_tcase(suite, tc);
  return suite;
}

TEST_MAIN(make_suite)
