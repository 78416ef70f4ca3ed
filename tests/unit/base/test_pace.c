/* SPDX-License-Identifier: MIT */
/* Steady time: right stamps count exactly, a wrong one counts as one frame, and a pause counts once
 * it is confirmed. */
#include "base/pace.h"

#include "base/clock.h"
#include "test/main.h"

enum { FRAMES = 25 };

static const int64_t frame_ns = 40 * ET_MS_NS, long_ahead_ns = 37600 * ET_SECOND_NS, long_back_ns = -9800 * ET_SECOND_NS;
static const int64_t a_day_ns = 86400 * ET_SECOND_NS;

static struct et_pace pace;
static int64_t stamp_ns, last_ns;

/* Steps, and checks that time never goes back. */
static void step(int64_t at_ns)
{
  last_ns = pace.now_ns;
  ck_assert_int_eq(et_pace_step(&pace, at_ns), pace.now_ns);
  ck_assert_int_gt(pace.now_ns, last_ns);
}

static void run(int frames)
{
  for (int i = 0; i < frames; i++) {
    stamp_ns += frame_ns;
    step(stamp_ns);
  }
}

static void setup(void)
{
  stamp_ns = 5 * ET_SECOND_NS;
  et_pace_start(&pace, stamp_ns, 0, a_day_ns);
  run(FRAMES);
}

START_TEST(right_stamps_are_the_time)
{
  ck_assert_int_eq(pace.now_ns, stamp_ns);
  ck_assert(pace.exact);
  ck_assert_int_eq(et_pace_offset(&pace), 0);
  for (int i = 1; i <= FRAMES; i++) { /* a stream that drops frames */
    stamp_ns += (1 + i % 5) * frame_ns;
    step(stamp_ns);
    ck_assert_int_eq(pace.now_ns, stamp_ns);
    ck_assert(pace.exact);
  }
}
END_TEST

static const int64_t wrong_ns[] = {
  37600 * ET_SECOND_NS, -9800 * ET_SECOND_NS, 2 * ET_SECOND_NS, -2 * ET_SECOND_NS, INT64_MAX / 2, INT64_MIN / 2, 0, -1};

START_TEST(one_wrong_stamp_counts_as_one_frame)
{
  const int64_t start_ns = stamp_ns;

  stamp_ns += frame_ns;
  step(stamp_ns - frame_ns + wrong_ns[_i]);
  ck_assert_int_eq(pace.now_ns, start_ns + frame_ns);
  ck_assert(!pace.exact);
  run(1);
  ck_assert_int_eq(pace.now_ns, start_ns + 2 * frame_ns);
  run(1);
  ck_assert_int_eq(pace.now_ns, start_ns + 3 * frame_ns);
  ck_assert(pace.exact);
  ck_assert_int_eq(et_pace_offset(&pace), 0);
}
END_TEST

START_TEST(two_different_wrong_stamps_count_as_two_frames)
{
  const int64_t start_ns = stamp_ns;

  step(stamp_ns + long_ahead_ns);
  step(stamp_ns + long_back_ns);
  stamp_ns += 2 * frame_ns;
  run(1);
  ck_assert_int_eq(pace.now_ns, start_ns + 3 * frame_ns);
}
END_TEST

START_TEST(the_extremes_do_not_overflow)
{
  const int64_t start_ns = stamp_ns;

  step(INT64_MAX);
  step(INT64_MIN);
  step(INT64_MAX);
  step(INT64_MIN);
  ck_assert_int_eq(pace.now_ns, start_ns + 4 * frame_ns);
  et_pace_start(&pace, INT64_MIN, 0, INT64_MAX);
  step(INT64_MAX);
  ck_assert_int_eq(pace.now_ns, INT64_MIN + frame_ns);
}
END_TEST

START_TEST(stamps_that_stand_still_or_run_back_count_as_frames)
{
  const int64_t start_ns = stamp_ns;

  for (int i = 0; i < FRAMES; i++)
    step(0);
  ck_assert_int_eq(pace.now_ns, start_ns + FRAMES * frame_ns);
  for (int i = 0; i < FRAMES; i++)
    step(-i * ET_SECOND_NS);
  ck_assert_int_eq(pace.now_ns, start_ns + 2 * FRAMES * frame_ns);
}
END_TEST

START_TEST(a_pause_counts_in_full_once_it_is_confirmed)
{
  const int64_t start_ns = stamp_ns;

  stamp_ns += 20 * ET_SECOND_NS;
  step(stamp_ns);
  ck_assert_int_eq(pace.now_ns, start_ns + frame_ns);
  run(2);
  ck_assert_int_eq(pace.now_ns, stamp_ns);
  ck_assert(!pace.exact);
  run(1);
  ck_assert_int_eq(pace.now_ns, stamp_ns);
  ck_assert(pace.exact);
}
END_TEST

START_TEST(an_expected_pause_counts_at_once)
{
  et_pace_expect_pause(&pace);
  stamp_ns += 20 * ET_SECOND_NS;
  step(stamp_ns);
  ck_assert_int_eq(pace.now_ns, stamp_ns);
  stamp_ns += 20 * ET_SECOND_NS; /* no longer expected */
  step(stamp_ns);
  ck_assert_int_eq(pace.now_ns, last_ns + pace.usual_ns);
}
END_TEST

START_TEST(pauses_every_other_frame_count_too)
{
  for (int i = 0; i < 10; i++) {
    stamp_ns += (5 + i) * ET_SECOND_NS;
    step(stamp_ns);
    run(1);
  }
  run(2);
  ck_assert_int_eq(pace.now_ns, stamp_ns);
}
END_TEST

START_TEST(a_pause_above_the_longest_counts_as_one_frame)
{
  const int64_t start_ns = stamp_ns;

  pace.longest_ns = 60 * ET_SECOND_NS;
  stamp_ns += long_ahead_ns;
  run(10);
  ck_assert_int_eq(pace.now_ns, start_ns + 10 * frame_ns);
  ck_assert_int_eq(et_pace_offset(&pace), long_ahead_ns);
}
END_TEST

START_TEST(a_new_base_behind_goes_on_by_frames)
{
  const int64_t start_ns = stamp_ns;

  stamp_ns += long_back_ns;
  run(10);
  ck_assert_int_eq(pace.now_ns, start_ns + 10 * frame_ns);
  ck_assert_int_eq(et_pace_offset(&pace), long_back_ns);
}
END_TEST

START_TEST(a_slow_stream_is_believed_after_three_frames)
{
  et_pace_start(&pace, 0, 0, a_day_ns);
  for (int i = 1; i <= 10; i++) {
    step(i * ET_SECOND_NS);
    ck_assert(i < 3 || pace.now_ns == i * ET_SECOND_NS);
  }
  step(10 * ET_SECOND_NS + long_ahead_ns);
  ck_assert_int_ge(pace.now_ns - last_ns, ET_SECOND_NS / 2);
  ck_assert_int_le(pace.now_ns - last_ns, ET_SECOND_NS);
}
END_TEST

START_TEST(a_frame_without_a_stamp_counts_as_one)
{
  const int64_t start_ns = stamp_ns;

  for (int i = 0; i < 30; i++) {
    stamp_ns += frame_ns;
    et_pace_skip(&pace);
    ck_assert(!pace.exact);
  }
  ck_assert_int_eq(pace.now_ns, start_ns + 30 * frame_ns);
  run(1);
  ck_assert_int_eq(pace.now_ns, stamp_ns);
}
END_TEST

START_TEST(a_moment_between_frames_can_be_asked_for)
{
  ck_assert_int_eq(et_pace_at(&pace, stamp_ns + 10 * ET_MS_NS), stamp_ns + 10 * ET_MS_NS);
  ck_assert_int_eq(et_pace_at(&pace, stamp_ns + long_ahead_ns), stamp_ns);
  ck_assert_int_eq(et_pace_at(&pace, stamp_ns + long_back_ns), stamp_ns);
  ck_assert_int_eq(pace.now_ns, stamp_ns);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("pace");
  TCase *tcase = tcase_create("pace");

  tcase_add_checked_fixture(tcase, setup, NULL);
  tcase_add_test(tcase, right_stamps_are_the_time);
  tcase_add_loop_test(tcase, one_wrong_stamp_counts_as_one_frame, 0, sizeof wrong_ns / sizeof *wrong_ns);
  tcase_add_test(tcase, two_different_wrong_stamps_count_as_two_frames);
  tcase_add_test(tcase, the_extremes_do_not_overflow);
  tcase_add_test(tcase, stamps_that_stand_still_or_run_back_count_as_frames);
  tcase_add_test(tcase, a_pause_counts_in_full_once_it_is_confirmed);
  tcase_add_test(tcase, an_expected_pause_counts_at_once);
  tcase_add_test(tcase, pauses_every_other_frame_count_too);
  tcase_add_test(tcase, a_pause_above_the_longest_counts_as_one_frame);
  tcase_add_test(tcase, a_new_base_behind_goes_on_by_frames);
  tcase_add_test(tcase, a_slow_stream_is_believed_after_three_frames);
  tcase_add_test(tcase, a_frame_without_a_stamp_counts_as_one);
  tcase_add_test(tcase, a_moment_between_frames_can_be_asked_for);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
