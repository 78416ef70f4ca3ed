/* SPDX-License-Identifier: MIT */
/* A waiting thread finds what is left for it: by looking while it looks, by a call once it sleeps.
 * It is never too late. */
#include "base/lookout.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/clock.h"
#include "test/main.h"
#include "test/pause.h"

enum { EVERY_US = 1000, MANY_LOOKS = 1000000, PAUSE_MS = 50, TURNS = 20000, SERIES = 50, PERIOD_MS = 10 };

static struct et_lookout lookout;
static _Atomic int left, taken;
static void (*_Atomic tell)(struct et_lookout *);

static void setup(int looks)
{
  ck_assert(et_lookout_init(&lookout, EVERY_US, looks));
  atomic_store(&left, 0);
  atomic_store(&taken, 0);
}

static bool is_left(void *user)
{
  return atomic_load((_Atomic int *)user) > atomic_load(&taken);
}

static void *leave_after_a_pause(void *unused)
{
  pause_ms(PAUSE_MS);
  atomic_store(&left, 1);
  atomic_load (&tell)(&lookout);
  return unused;
}

static void tell_nobody(struct et_lookout *unused)
{
}

static void check_waits(int looks, void (*with)(struct et_lookout *))
{
  const int64_t before = et_clock_ns();
  pthread_t other;

  setup(looks);
  atomic_store(&tell, with);
  ck_assert_int_eq(pthread_create(&other, NULL, leave_after_a_pause, NULL), 0);
  et_lookout_wait(&lookout, is_left, &left);
  ck_assert_int_eq(atomic_load(&left), 1);
  ck_assert_int_ge(et_clock_ns() - before, PAUSE_MS * ET_MS_NS);
  ck_assert_int_eq(pthread_join(other, NULL), 0);
  et_lookout_fini(&lookout);
}

START_TEST(what_is_there_is_found_at_once)
{
  setup(0);
  atomic_store(&left, 1);
  et_lookout_wait(&lookout, is_left, &left);
  et_lookout_fini(&lookout);
}
END_TEST

START_TEST(looking_needs_no_call)
{
  check_waits(MANY_LOOKS, tell_nobody);
}
END_TEST

START_TEST(a_sleeper_is_called)
{
  check_waits(0, et_lookout_call);
  check_waits(3, et_lookout_call);
  check_waits(0, et_lookout_arrived);
  check_waits(3, et_lookout_arrived);
}
END_TEST

static int calls(void)
{
  int posts;

  ck_assert_int_eq(sem_getvalue(&lookout.called, &posts), 0);
  return posts;
}

/* A call that finds nobody asleep must not wake a later sleeper for nothing. */
START_TEST(a_call_to_nobody_is_nothing)
{
  setup(0);
  et_lookout_call(&lookout);
  et_lookout_call(&lookout);
  et_lookout_arrived(&lookout);
  ck_assert_int_eq(calls(), 0);
  et_lookout_fini(&lookout);
}
END_TEST

/* A thread that will look soon finds an arrival by itself. One that would look too late is called.
 * */
START_TEST(an_arrival_calls_only_if_the_next_look_is_far)
{
  setup(MANY_LOOKS);
  atomic_store(&lookout.next_look_ns, et_clock_ns() + EVERY_US * INT64_C(1000) / 2);
  et_lookout_arrived(&lookout);
  ck_assert_int_eq(calls(), 0);
  atomic_store(&lookout.next_look_ns, et_clock_ns() + 10 * ET_SECOND_NS);
  et_lookout_arrived(&lookout);
  ck_assert_int_eq(calls(), 1);
  ck_assert_int_eq(atomic_load(&lookout.next_look_ns), 0);
  et_lookout_fini(&lookout);
}
END_TEST

/* Makes a series whose next arrival is expected in ten seconds. */
static void expect_late(void)
{
  lookout.arrivals = (struct et_arrivals){.last_ns = et_clock_ns() - 10 * ET_SECOND_NS};
  et_lookout_arrived(&lookout);
  ck_assert_int_gt(atomic_load(&lookout.open_ns), et_clock_ns() + 5 * ET_SECOND_NS);
}

static void check_is_called_early(void (*with)(struct et_lookout *))
{
  const int64_t before = et_clock_ns();
  pthread_t other;

  setup(MANY_LOOKS);
  expect_late();
  atomic_store(&tell, with);
  ck_assert_int_eq(pthread_create(&other, NULL, leave_after_a_pause, NULL), 0);
  et_lookout_wait(&lookout, is_left, &left);
  ck_assert_int_lt(et_clock_ns() - before, 5 * ET_SECOND_NS);
  ck_assert_int_eq(pthread_join(other, NULL), 0);
  et_lookout_fini(&lookout);
}

START_TEST(what_comes_long_before_its_time_is_found)
{
  check_is_called_early(et_lookout_call);
  check_is_called_early(et_lookout_arrived);
}
END_TEST

static void *leave_a_series(void *unused)
{
  for (int i = 1; i <= SERIES; i++) {
    pause_ms(i == SERIES / 2 ? PAUSE_MS : PERIOD_MS);
    atomic_store(&left, i);
    et_lookout_arrived(&lookout);
  }
  return unused;
}

/* A steady series with a pause that is longer than the looks last. */
START_TEST(a_series_is_found_to_the_end)
{
  pthread_t other;

  setup(5);
  ck_assert_int_eq(pthread_create(&other, NULL, leave_a_series, NULL), 0);
  while (atomic_load(&taken) < SERIES) {
    et_lookout_wait(&lookout, is_left, &left);
    atomic_store(&taken, atomic_load(&left));
  }
  ck_assert_int_eq(pthread_join(other, NULL), 0);
  et_lookout_fini(&lookout);
}
END_TEST

/* Leaves the next item once the last was taken, just when the other thread goes to sleep. */
static void *leave_all(void *unused)
{
  for (int i = 1; i <= TURNS; i++) {
    atomic_store(&left, i);
    atomic_load (&tell)(&lookout);
    while (atomic_load(&taken) < i)
      sched_yield();
  }
  return unused;
}

static void (*const tells[])(struct et_lookout *) = {et_lookout_call, et_lookout_arrived};

START_TEST(nothing_is_missed_on_the_way_to_sleep)
{
  pthread_t other;

  setup(0);
  atomic_store(&tell, tells[_i]);
  ck_assert_int_eq(pthread_create(&other, NULL, leave_all, NULL), 0);
  for (int i = 1; i <= TURNS; i++) {
    et_lookout_wait(&lookout, is_left, &left);
    atomic_store(&taken, i);
  }
  ck_assert_int_eq(pthread_join(other, NULL), 0);
  et_lookout_fini(&lookout);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("lookout");
  TCase *tests = tcase_create("lookout");

  tcase_add_test(tests, what_is_there_is_found_at_once);
  tcase_add_test(tests, looking_needs_no_call);
  tcase_add_test(tests, a_sleeper_is_called);
  tcase_add_test(tests, a_call_to_nobody_is_nothing);
  tcase_add_test(tests, an_arrival_calls_only_if_the_next_look_is_far);
  tcase_add_test(tests, what_comes_long_before_its_time_is_found);
  tcase_add_test(tests, a_series_is_found_to_the_end);
  tcase_add_loop_test(tests, nothing_is_missed_on_the_way_to_sleep, 0, (int)(sizeof tells / sizeof tells[0]));
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
