/* SPDX-License-Identifier: MIT */
/* A waiting thread finds what is left for it: by looking while it looks, by a call once it sleeps, and never too late. */
#include "base/lookout.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/clock.h"
#include "test/main.h"
#include "test/pause.h"

enum { EVERY_US = 1000, MANY_LOOKS = 1000000, PAUSE_MS = 50, TURNS = 20000 };

static struct et_lookout lookout;
static _Atomic int left, taken;
static _Atomic bool with_a_call;

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
  if (atomic_load(&with_a_call))
    et_lookout_call(&lookout);
  return unused;
}

static void check_waits(int looks, bool call)
{
  const int64_t before = et_clock_ns();
  pthread_t other;

  setup(looks);
  atomic_store(&with_a_call, call);
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
  check_waits(MANY_LOOKS, false);
}
END_TEST

START_TEST(a_sleeper_is_called)
{
  check_waits(0, true);
  check_waits(3, true);
}
END_TEST

/* Calls that find nobody asleep leave nothing behind that would wake a later sleeper to nothing. */
START_TEST(a_call_to_nobody_is_nothing)
{
  int posts;

  setup(0);
  et_lookout_call(&lookout);
  et_lookout_call(&lookout);
  ck_assert_int_eq(sem_getvalue(&lookout.called, &posts), 0);
  ck_assert_int_eq(posts, 0);
  et_lookout_fini(&lookout);
}
END_TEST

/* Leaves the next as soon as the last was taken: right while the other one goes to sleep. */
static void *leave_all(void *unused)
{
  for (int i = 1; i <= TURNS; i++) {
    atomic_store(&left, i);
    et_lookout_call(&lookout);
    while (atomic_load(&taken) < i)
      sched_yield();
  }
  return unused;
}

START_TEST(nothing_is_missed_on_the_way_to_sleep)
{
  pthread_t other;

  setup(0);
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
  tcase_add_test(tests, nothing_is_missed_on_the_way_to_sleep);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
