/* SPDX-License-Identifier: MIT */
/* The clocks count in nanoseconds and are the system's own. */
#include "base/clock.h"

#include <time.h>

#include "test/main.h"
#include "test/pause.h"

static int64_t read_system(clockid_t id)
{
  struct timespec t;

  ck_assert_int_eq(clock_gettime(id, &t), 0);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

START_TEST(the_clock_lies_between_two_readings_of_the_monotonic_one)
{
  const int64_t before = read_system(CLOCK_MONOTONIC), now = et_clock_ns(), after = read_system(CLOCK_MONOTONIC);

  ck_assert_int_le(before, now);
  ck_assert_int_le(now, after);
}
END_TEST

START_TEST(real_time_lies_between_two_readings_of_the_systems)
{
  const int64_t before = read_system(CLOCK_REALTIME), now = et_clock_realtime_ns(), after = read_system(CLOCK_REALTIME);

  ck_assert_int_le(before, now);
  ck_assert_int_le(now, after);
}
END_TEST

START_TEST(a_pause_is_counted_in_nanoseconds)
{
  const int64_t before = et_clock_ns();
  int64_t passed;

  pause_ms(20);
  passed = et_clock_ns() - before;
  ck_assert_int_ge(passed, 20 * ET_MS_NS);
  ck_assert_int_lt(passed, 10 * ET_SECOND_NS);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("clock");
  TCase *tests = tcase_create("clock");

  tcase_add_test(tests, the_clock_lies_between_two_readings_of_the_monotonic_one);
  tcase_add_test(tests, real_time_lies_between_two_readings_of_the_systems);
  tcase_add_test(tests, a_pause_is_counted_in_nanoseconds);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
