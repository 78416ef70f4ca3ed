/* SPDX-License-Identifier: MIT */
/* Counting subscriptions by connection. */
#include "subscribers.h"
#include "test/main.h"

static struct subscribers subscribers;

static void set_up(void)
{
  subscribers_init(&subscribers);
}

static void tear_down(void)
{
  subscribers_fini(&subscribers);
}

static void fill(int connection)
{
  for (int i = 0; i < SUBSCRIBERS_LIMIT; i++)
    ck_assert_int_eq(subscribers_add(&subscribers, connection, TRUE, 10), SUBSCRIBERS_TAKE);
}

START_TEST(the_limit_is_a_connections_own)
{
  fill(7);
  ck_assert_int_eq(subscribers_add(&subscribers, 7, TRUE, 10), SUBSCRIBERS_IGNORE);
  ck_assert_int_eq(subscribers_add(&subscribers, 8, TRUE, 10), SUBSCRIBERS_TAKE);
}
END_TEST

START_TEST(what_is_given_back_can_be_used_again)
{
  fill(7);
  subscribers_remove(&subscribers, 7, TRUE);
  ck_assert_int_eq(subscribers_add(&subscribers, 7, TRUE, 10), SUBSCRIBERS_TAKE);
  ck_assert_int_eq(subscribers_add(&subscribers, 7, TRUE, 10), SUBSCRIBERS_IGNORE);
}
END_TEST

START_TEST(who_asks_on_and_on_is_cut)
{
  for (int i = 0; i < SUBSCRIBERS_CUT_LIMIT; i++) {
    ck_assert_int_eq(subscribers_add(&subscribers, 7, FALSE, 10), SUBSCRIBERS_IGNORE);
    subscribers_remove(&subscribers, 7, FALSE);
  }
  ck_assert_int_eq(subscribers_add(&subscribers, 7, FALSE, 10), SUBSCRIBERS_CUT);
  ck_assert_int_eq(subscribers_add(&subscribers, 7, FALSE, 10), SUBSCRIBERS_CUT);
  ck_assert_int_eq(subscribers_add(&subscribers, 8, FALSE, 10), SUBSCRIBERS_IGNORE);
}
END_TEST

START_TEST(a_new_connection_starts_from_nothing)
{
  fill(7);
  subscribers_forget(&subscribers, 7);
  fill(7);
  subscribers_forget(&subscribers, 99);
  subscribers_remove(&subscribers, 99, TRUE);
}
END_TEST

START_TEST(long_ones_count_more)
{
  int asked = 0;

  while (subscribers_add(&subscribers, 7, FALSE, 1000) == SUBSCRIBERS_IGNORE)
    asked++;
  ck_assert_int_eq(asked, SUBSCRIBERS_CUT_LIMIT / (1 + 1000 / SUBSCRIBERS_COMMON_SIZE));
}
END_TEST

START_TEST(a_cut_is_not_the_next_connections_fault)
{
  for (int i = 0; i <= SUBSCRIBERS_CUT_LIMIT; i++)
    (void)subscribers_add(&subscribers, 7, FALSE, 10);
  subscribers_forget(&subscribers, 7);
  for (int i = 0; i < 2 * SUBSCRIBERS_CUT_LIMIT; i++)
    ck_assert_int_eq(subscribers_add(&subscribers, 7, FALSE, 10), SUBSCRIBERS_IGNORE);
  ck_assert_int_eq(subscribers_add(&subscribers, 7, TRUE, 10), SUBSCRIBERS_TAKE);
  subscribers_settle(&subscribers);
  fill(7);
  ck_assert_int_eq(subscribers_add(&subscribers, 7, TRUE, 10), SUBSCRIBERS_IGNORE);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("subscribers");
  TCase *tc = tcase_create("subscribers");

  tcase_add_checked_fixture(tc, set_up, tear_down);
  tcase_add_test(tc, the_limit_is_a_connections_own);
  tcase_add_test(tc, what_is_given_back_can_be_used_again);
  tcase_add_test(tc, who_asks_on_and_on_is_cut);
  tcase_add_test(tc, a_new_connection_starts_from_nothing);
  tcase_add_test(tc, long_ones_count_more);
  tcase_add_test(tc, a_cut_is_not_the_next_connections_fault);
  suite_add_tcase(suite, tc);
  return suite;
}

TEST_MAIN(make_suite)
