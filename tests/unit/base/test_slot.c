/* SPDX-License-Identifier: MIT */
/* The slot hands over the newest item and gives back the one that it displaces. It loses nothing
 * between two threads. */
#include "base/slot.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>

#include "base/clock.h"
#include "test/main.h"
#include "test/pause.h"

enum { ITEMS = 100000, PAUSE_MS = 50 };

static struct et_slot slot;

/* Written only by the owner of the item: a race here is a race in the slot. */
static struct item {
  uint32_t number;
  uint32_t owners; /* how often it was taken or given back */
} items[ITEMS];

static void setup(void)
{
  ck_assert(et_slot_init(&slot));
  for (uint32_t i = 0; i < ITEMS; i++)
    items[i] = (struct item){i, 0};
}

static void teardown(void)
{
  et_slot_fini(&slot);
}

static void *wake_after_a_pause(void *unused)
{
  pause_ms(PAUSE_MS);
  et_slot_wake(&slot);
  return unused;
}

START_TEST(an_item_is_taken_once)
{
  ck_assert_ptr_null(et_slot_put(&slot, &items[0]));
  ck_assert_ptr_eq(et_slot_wait(&slot), &items[0]);
  ck_assert_ptr_null(et_slot_clear(&slot));
}
END_TEST

START_TEST(a_newer_item_displaces_the_older)
{
  ck_assert_ptr_null(et_slot_put(&slot, &items[0]));
  ck_assert_ptr_eq(et_slot_put(&slot, &items[1]), &items[0]);
  ck_assert_ptr_eq(et_slot_put(&slot, &items[2]), &items[1]);
  ck_assert_ptr_eq(et_slot_wait(&slot), &items[2]);
}
END_TEST

/* However often an item was displaced, one wait takes the newest and the next wait blocks, here
 * until a wake-up is sent. */
START_TEST(displacing_leaves_no_wake_up_behind)
{
  pthread_t waker;
  const int64_t before = et_clock_ns();

  ck_assert_ptr_null(et_slot_put(&slot, &items[0]));
  ck_assert_ptr_nonnull(et_slot_put(&slot, &items[1]));
  ck_assert_ptr_eq(et_slot_wait(&slot), &items[1]);
  ck_assert_int_eq(pthread_create(&waker, NULL, wake_after_a_pause, NULL), 0);
  ck_assert_ptr_null(et_slot_wait(&slot));
  ck_assert_int_ge(et_clock_ns() - before, PAUSE_MS * ET_MS_NS);
  ck_assert_int_eq(pthread_join(waker, NULL), 0);
}
END_TEST

START_TEST(a_wake_up_brings_nothing)
{
  et_slot_wake(&slot);
  ck_assert_ptr_null(et_slot_wait(&slot));
}
END_TEST

START_TEST(a_cleared_slot_takes_the_next_item)
{
  ck_assert_ptr_null(et_slot_put(&slot, &items[0]));
  ck_assert_ptr_eq(et_slot_clear(&slot), &items[0]);
  ck_assert_ptr_null(et_slot_put(&slot, &items[1]));
  ck_assert_ptr_eq(et_slot_wait(&slot), &items[1]);
}
END_TEST

static void *put_after_a_pause(void *unused)
{
  pause_ms(PAUSE_MS);
  return et_slot_put(&slot, &items[5]) ? NULL : unused;
}

START_TEST(waiting_sleeps_until_an_item_comes)
{
  pthread_t putter;
  void *was_empty;
  const int64_t before = et_clock_ns();

  ck_assert_int_eq(pthread_create(&putter, NULL, put_after_a_pause, &slot), 0);
  ck_assert_ptr_eq(et_slot_wait(&slot), &items[5]);
  ck_assert_int_ge(et_clock_ns() - before, PAUSE_MS * ET_MS_NS);
  ck_assert_int_eq(pthread_join(putter, &was_empty), 0);
  ck_assert_ptr_nonnull(was_empty);
}
END_TEST

/* Puts every item, counts itself as owner of those that it gets back, and ends with a wake-up. */
static void *put_all(void *unused)
{
  for (uint32_t i = 0; i < ITEMS; i++) {
    struct item *displaced = et_slot_put(&slot, &items[i]);

    if (displaced)
      displaced->owners++;
    if (i % 16 == 0)
      sched_yield();
  }
  return unused;
}

START_TEST(between_threads_every_item_has_one_owner_and_the_newest_wins)
{
  pthread_t producer;
  struct item *taken;
  int64_t last = -1;

  ck_assert_int_eq(pthread_create(&producer, NULL, put_all, NULL), 0);
  while (last < ITEMS - 1) {
    taken = et_slot_wait(&slot);
    if (!taken)
      continue;
    ck_assert_int_gt(taken->number, last);
    last = taken->number;
    taken->owners++;
  }
  ck_assert_int_eq(pthread_join(producer, NULL), 0);
  for (uint32_t i = 0; i < ITEMS; i++)
    ck_assert_msg(items[i].owners == 1, "item %u has %u owners, not 1", i, items[i].owners);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("slot");
  TCase *tests = tcase_create("slot");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, an_item_is_taken_once);
  tcase_add_test(tests, a_newer_item_displaces_the_older);
  tcase_add_test(tests, displacing_leaves_no_wake_up_behind);
  tcase_add_test(tests, a_wake_up_brings_nothing);
  tcase_add_test(tests, a_cleared_slot_takes_the_next_item);
  tcase_add_test(tests, waiting_sleeps_until_an_item_comes);
  tcase_add_test(tests, between_threads_every_item_has_one_owner_and_the_newest_wins);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
