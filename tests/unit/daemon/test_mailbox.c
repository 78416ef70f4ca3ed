/* SPDX-License-Identifier: MIT */
/* The queue into the control thread: nothing is lost, nothing is out of order, the descriptor tells. */
#include <poll.h>

#include "mailbox.h"
#include "streams.h"
#include "test/main.h"

enum { POSTERS = 4, MAILS = 20000 };

static struct mailbox mailbox;
static GArray *mails;
static _Atomic uint64_t counter;

static void set_up(void)
{
  ck_assert(mailbox_init(&mailbox));
  mails = g_array_new(FALSE, FALSE, sizeof(struct mail));
  atomic_store(&counter, 0);
}

static void tear_down(void)
{
  g_array_unref(mails);
  mailbox_fini(&mailbox);
}

static bool readable(int wait_ms)
{
  struct pollfd item = {.fd = mailbox.event, .events = POLLIN};

  return poll(&item, 1, wait_ms) == 1;
}

static void post(uint64_t value)
{
  const struct mail mail = {.kind = MAIL_DONE, .result.target = value};

  mailbox_post(&mailbox, &mail, &counter);
}

START_TEST(mails_come_in_order_with_their_numbers)
{
  for (uint64_t i = 0; i < 1000; i++)
    post(i);
  mailbox_take(&mailbox, &mails);
  ck_assert_uint_eq(mails->len, 1000);
  for (guint i = 0; i < mails->len; i++) {
    ck_assert_uint_eq(g_array_index(mails, struct mail, i).result.target, i);
    ck_assert_uint_eq(g_array_index(mails, struct mail, i).number, i + 1);
  }
}
END_TEST

START_TEST(the_descriptor_tells)
{
  ck_assert(!readable(0));
  post(1);
  ck_assert(readable(0));
  mailbox_take(&mailbox, &mails);
  ck_assert(!readable(0));
  mailbox_wake(&mailbox);
  mailbox_wake(&mailbox);
  ck_assert(readable(0));
  g_array_set_size(mails, 0);
  mailbox_take(&mailbox, &mails);
  ck_assert_uint_eq(mails->len, 0);
  ck_assert(!readable(0));
}
END_TEST

static gpointer post_many(gpointer data)
{
  for (uint64_t i = 0; i < MAILS; i++)
    post((uint64_t)GPOINTER_TO_INT(data) << 32 | i);
  return NULL;
}

/* Takes until all have come; each poster's in its order. */
START_TEST(nothing_is_lost_between_threads)
{
  uint64_t next[POSTERS] = {0}, taken = 0;
  GThread *poster[POSTERS];

  for (int p = 0; p < POSTERS; p++)
    poster[p] = g_thread_new("poster", post_many, GINT_TO_POINTER(p));
  while (taken < POSTERS * MAILS) {
    ck_assert_msg(readable(5000), "no wake-up after %u of %d mails", (unsigned)taken, POSTERS * MAILS);
    g_array_set_size(mails, 0);
    mailbox_take(&mailbox, &mails);
    for (guint i = 0; i < mails->len; i++) {
      const struct mail *mail = &g_array_index(mails, struct mail, i);

      ck_assert_uint_eq(mail->number, ++taken);
      ck_assert_uint_eq(mail->result.target & 0xffffffff, next[mail->result.target >> 32]++);
    }
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
  tcase_add_test(tc, mails_come_in_order_with_their_numbers);
  tcase_add_test(tc, the_descriptor_tells);
  tcase_add_test(tc, nothing_is_lost_between_threads);
  suite_add_tcase(suite, tc);
  return suite;
}

TEST_MAIN(make_suite)
