/* SPDX-License-Identifier: MIT */
/* The queue into the control thread: nothing is lost or out of order, and the descriptor tells. */
#include "mailbox.h"

#include <poll.h>

#include "test/main.h"

enum { POSTERS = 4, CLOSURES = 20000 };

static struct mailbox mailbox;
static _Atomic uint64_t counter;
static GArray *run; /* of uint64_t: what has been run */
static int dropped;

static void set_up(void)
{
  ck_assert(mailbox_init(&mailbox));
  run = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  atomic_store(&counter, 0);
  dropped = 0;
}

static void tear_down(void)
{
  g_array_unref(run);
  mailbox_fini(&mailbox);
}

static bool readable(int wait_ms)
{
  struct pollfd item = {.fd = mailbox.event, .events = POLLIN};

  return poll(&item, 1, wait_ms) == 1;
}

static void note(void *payload)
{
  g_array_append_vals(run, payload, 1);
}

static void drop(void *payload)
{
  dropped++;
}

static void post(uint64_t value)
{
  mailbox_post(&mailbox, note, drop, &value, sizeof value, &counter);
}

static uint64_t value_at(guint i)
{
  return g_array_index(run, uint64_t, i);
}

START_TEST(closures_run_in_order)
{
  for (uint64_t i = 0; i < 1000; i++)
    post(i);
  ck_assert_uint_eq(atomic_load(&counter), 1000);
  mailbox_run(&mailbox);
  ck_assert_uint_eq(run->len, 1000);
  for (guint i = 0; i < run->len; i++)
    ck_assert_uint_eq(value_at(i), i);
  mailbox_run(&mailbox);
  ck_assert_uint_eq(run->len, 1000);
}
END_TEST

START_TEST(the_descriptor_tells)
{
  ck_assert(!readable(0));
  post(1);
  ck_assert(readable(0));
  mailbox_run(&mailbox);
  ck_assert(!readable(0));
  mailbox_wake(&mailbox);
  mailbox_wake(&mailbox);
  ck_assert(readable(0));
  mailbox_run(&mailbox);
  ck_assert_uint_eq(run->len, 1);
  ck_assert(!readable(0));
}
END_TEST

/* What a closure posts while it runs comes with the next run. */
static void post_again(void *payload)
{
  post(7);
}

START_TEST(a_closure_may_post)
{
  mailbox_post(&mailbox, post_again, NULL, "", 1, NULL);
  mailbox_run(&mailbox);
  ck_assert_uint_eq(run->len, 0);
  ck_assert(readable(0));
  mailbox_run(&mailbox);
  ck_assert_uint_eq(run->len, 1);
}
END_TEST

START_TEST(what_is_not_run_is_dropped)
{
  struct mailbox other;
  const uint64_t value = 1;

  ck_assert(mailbox_init(&other));
  mailbox_post(&other, note, drop, &value, sizeof value, NULL);
  mailbox_post(&other, note, NULL, &value, sizeof value, NULL);
  mailbox_fini(&other);
  ck_assert_int_eq(dropped, 1);
  ck_assert_uint_eq(run->len, 0);
}
END_TEST

static gpointer post_many(gpointer data)
{
  for (uint64_t i = 0; i < CLOSURES; i++)
    post((uint64_t)GPOINTER_TO_INT(data) << 32 | i);
  return NULL;
}

/* Runs until all closures have come. Those of one poster come in its order. */
START_TEST(nothing_is_lost_between_threads)
{
  uint64_t next[POSTERS] = {0};
  GThread *poster[POSTERS];
  guint seen = 0;

  for (int p = 0; p < POSTERS; p++)
    poster[p] = g_thread_new("poster", post_many, GINT_TO_POINTER(p));
  while (seen < POSTERS * CLOSURES) {
    ck_assert_msg(readable(60000), "no wake-up after %u of %d closures", seen, POSTERS * CLOSURES);
    mailbox_run(&mailbox);
    for (; seen < run->len; seen++)
      ck_assert_uint_eq(value_at(seen) & 0xffffffff, next[value_at(seen) >> 32]++);
  }
  for (int p = 0; p < POSTERS; p++)
    g_thread_join(poster[p]);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("mailbox");
  TCase *tc = tcase_create("mailbox");

  tcase_add_checked_fixture(tc, set_up, tear_down);
  tcase_add_test(tc, closures_run_in_order);
  tcase_add_test(tc, the_descriptor_tells);
  tcase_add_test(tc, a_closure_may_post);
  tcase_add_test(tc, what_is_not_run_is_dropped);
  tcase_add_test(tc, nothing_is_lost_between_threads);
  suite_add_tcase(suite, tc);
  return suite;
}

TEST_MAIN(make_suite)
