/* SPDX-License-Identifier: MIT */
/* The ring drops the oldest record and counts it. Between two threads it delivers whole records in
 * order, each at most once. */
#include "base/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "test/main.h"

enum { CAPACITY = 8, PUSHED = 200000 };

/* 20 bytes: not a multiple of the ring's words. */
struct record {
  uint32_t number;
  uint32_t check[4]; /* number * (i + 3): torn records do not add up */
};

static struct record record_of(uint32_t number)
{
  return (struct record){number, {number * 3, number * 4, number * 5, number * 6}};
}

static void assert_whole(const struct record *record)
{
  for (uint32_t i = 0; i < 4; i++)
    ck_assert_uint_eq(record->check[i], record->number * (i + 3));
}

static struct et_ring *ring;

static void setup(void)
{
  ring = et_ring_create(CAPACITY, sizeof(struct record));
  ck_assert_ptr_nonnull(ring);
}

static void teardown(void)
{
  et_ring_destroy(&ring);
  ck_assert_ptr_null(ring);
}

static void push(uint32_t number)
{
  const struct record record = record_of(number);

  et_ring_push(ring, &record);
}

static void expect(uint32_t number)
{
  struct record record;

  ck_assert(et_ring_pop(ring, &record));
  ck_assert_uint_eq(record.number, number);
  assert_whole(&record);
}

START_TEST(an_empty_ring_gives_nothing)
{
  struct record record = record_of(77);

  ck_assert(!et_ring_pop(ring, &record));
  ck_assert_uint_eq(record.number, 77);
  ck_assert_uint_eq(et_ring_dropped(ring), 0);
}
END_TEST

START_TEST(records_come_out_in_order)
{
  for (uint32_t round = 0; round < 100; round++) {
    push(2 * round);
    push(2 * round + 1);
    expect(2 * round);
    expect(2 * round + 1);
  }
  ck_assert_uint_eq(et_ring_dropped(ring), 0);
}
END_TEST

START_TEST(a_full_ring_drops_the_oldest_and_counts)
{
  struct record record;

  for (uint32_t i = 0; i < CAPACITY + 3; i++)
    push(i);
  ck_assert_uint_eq(et_ring_dropped(ring), 3);
  for (uint32_t i = 3; i < CAPACITY + 3; i++)
    expect(i);
  ck_assert(!et_ring_pop(ring, &record));
}
END_TEST

START_TEST(destroying_nothing_is_harmless)
{
  struct et_ring *none = NULL;

  et_ring_destroy(NULL);
  et_ring_destroy(&none);
}
END_TEST

/* A record must not touch the bytes behind its own size, whatever the rounding inside. */
START_TEST(a_record_of_any_size_comes_back_exactly)
{
  for (size_t size = 1; size <= 24; size++) {
    struct et_ring *small = et_ring_create(2, size);
    unsigned char in[24], out[25];

    ck_assert_ptr_nonnull(small);
    for (size_t i = 0; i < sizeof in; i++)
      in[i] = (unsigned char)(size * 7 + i);
    for (size_t i = 0; i < sizeof out; i++)
      out[i] = 0xa5;
    et_ring_push(small, in);
    ck_assert(et_ring_pop(small, out));
    ck_assert_mem_eq(out, in, size);
    ck_assert_uint_eq(out[size], 0xa5);
    et_ring_destroy(&small);
  }
}
END_TEST

static atomic_bool finished;

static void *push_many(void *unused)
{
  for (uint32_t i = 1; i <= PUSHED; i++) {
    push(i);
    if (i % 64 == 0)
      sched_yield();
  }
  atomic_store(&finished, true);
  return unused;
}

/* Pops until the producer is done and the ring is empty. Returns how many records came; the number
 * of the last goes into *last. */
static uint64_t pop_many(uint32_t *last)
{
  struct record record;
  uint64_t popped = 0;

  *last = 0;
  for (;;) {
    const bool over = atomic_load(&finished);

    if (et_ring_pop(ring, &record)) {
      assert_whole(&record);
      ck_assert_uint_gt(record.number, *last);
      *last = record.number;
      popped++;
    } else if (over) {
      return popped;
    }
  }
}

START_TEST(between_threads_every_record_is_popped_or_dropped)
{
  pthread_t producer;
  uint32_t last;
  uint64_t popped;

  atomic_store(&finished, false);
  ck_assert_int_eq(pthread_create(&producer, NULL, push_many, NULL), 0);
  popped = pop_many(&last);
  ck_assert_int_eq(pthread_join(producer, NULL), 0);
  ck_assert_uint_eq(last, PUSHED);
  ck_assert_uint_eq(popped + et_ring_dropped(ring), PUSHED);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("ring");
  TCase *tests = tcase_create("ring");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, an_empty_ring_gives_nothing);
  tcase_add_test(tests, records_come_out_in_order);
  tcase_add_test(tests, a_full_ring_drops_the_oldest_and_counts);
  tcase_add_test(tests, destroying_nothing_is_harmless);
  tcase_add_test(tests, a_record_of_any_size_comes_back_exactly);
  tcase_add_test(tests, between_threads_every_record_is_popped_or_dropped);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
