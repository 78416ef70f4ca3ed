/* SPDX-License-Identifier: MIT */
/* Quantiles of known durations from 1 ns to hours, within the promised 1/32, also while another
 * thread adds. */
#include "base/histogram.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "test/main.h"

enum { ADDED = 200000 };

static struct et_histogram histogram;

static void setup(void)
{
  memset(&histogram, 0, sizeof histogram);
}

START_TEST(an_empty_one_says_zero)
{
  ck_assert_uint_eq(et_histogram_count(&histogram), 0);
  ck_assert_int_eq(et_histogram_maximum_ns(&histogram), 0);
  ck_assert_int_eq(et_histogram_sum_ns(&histogram), 0);
  ck_assert_int_eq(et_histogram_quantile_ns(&histogram, 0.5), 0);
}
END_TEST

/* A single value is every quantile, and exactly, because it is also the maximum. */
START_TEST(one_value_is_every_quantile)
{
  static const int64_t values[] = {0, 1, 31, 32, 33, 1000, 16666667, 3600000000000};

  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    setup();
    et_histogram_add(&histogram, values[i]);
    ck_assert_int_eq(et_histogram_quantile_ns(&histogram, 0), values[i]);
    ck_assert_int_eq(et_histogram_quantile_ns(&histogram, 0.5), values[i]);
    ck_assert_int_eq(et_histogram_quantile_ns(&histogram, 1), values[i]);
  }
}
END_TEST

/* Below a far larger value the quantile is the top of its bucket: at least the value, at most 1/32
 * above it. */
START_TEST(the_error_is_at_most_a_thirty_second)
{
  for (int64_t value = 1; value < INT64_C(1) << 41; value += value / 7 + 1) {
    int64_t got;

    setup();
    et_histogram_add(&histogram, value);
    et_histogram_add(&histogram, INT64_C(1) << 45);
    got = et_histogram_quantile_ns(&histogram, 0.5);
    ck_assert_int_ge(got, value);
    ck_assert_int_le(got - value, value / 32);
  }
}
END_TEST

START_TEST(quantiles_of_a_ramp_are_where_they_should_be)
{
  static const double shares[] = {0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999};

  for (int64_t us = 1; us <= 1000; us++)
    et_histogram_add(&histogram, us * 1000);
  for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
    const double exact = shares[i] * 1e6, got = (double)et_histogram_quantile_ns(&histogram, shares[i]);

    ck_assert_double_ge(got, exact);
    ck_assert_double_le(got, exact * (1 + 1.0 / 32));
  }
  ck_assert_int_eq(et_histogram_quantile_ns(&histogram, 1), 1000000);
  ck_assert_int_eq(et_histogram_sum_ns(&histogram), INT64_C(500500000));
  ck_assert_uint_eq(et_histogram_count(&histogram), 1000);
}
END_TEST

START_TEST(quantiles_never_fall)
{
  int64_t last = 0;

  srandom(1);
  for (int i = 0; i < 1000; i++)
    et_histogram_add(&histogram, random() >> (random() % 31));
  for (int i = 0; i <= 1000; i++) {
    const int64_t q = et_histogram_quantile_ns(&histogram, i / 1000.0);

    ck_assert_int_ge(q, last);
    last = q;
  }
  ck_assert_int_eq(last, et_histogram_maximum_ns(&histogram));
}
END_TEST

START_TEST(negative_durations_count_as_zero)
{
  et_histogram_add(&histogram, -5);
  et_histogram_add(&histogram, INT64_MIN);
  ck_assert_uint_eq(et_histogram_count(&histogram), 2);
  ck_assert_int_eq(et_histogram_sum_ns(&histogram), 0);
  ck_assert_int_eq(et_histogram_quantile_ns(&histogram, 1), 0);
}
END_TEST

START_TEST(durations_beyond_the_last_bucket_are_kept_in_it)
{
  et_histogram_add(&histogram, INT64_MAX);
  ck_assert_uint_eq(et_histogram_count(&histogram), 1);
  ck_assert_int_eq(et_histogram_maximum_ns(&histogram), INT64_MAX);
  ck_assert_uint_eq(histogram.bucket[ET_HISTOGRAM_BUCKETS - 1], 1);
  ck_assert_int_gt(et_histogram_quantile_ns(&histogram, 0.5), INT64_C(3600) * 1000000000);
}
END_TEST

static void *add_many(void *unused)
{
  for (int i = 0; i < ADDED; i++)
    et_histogram_add(&histogram, 1000 + i % 1000);
  return unused;
}

START_TEST(it_may_be_read_while_another_thread_adds)
{
  pthread_t adder;
  uint64_t last = 0;

  ck_assert_int_eq(pthread_create(&adder, NULL, add_many, NULL), 0);
  while (last < ADDED) {
    const uint64_t count = et_histogram_count(&histogram);
    const int64_t median = et_histogram_quantile_ns(&histogram, 0.5);

    ck_assert_uint_ge(count, last);
    ck_assert_int_le(median, 1999);
    last = count;
  }
  ck_assert_int_eq(pthread_join(adder, NULL), 0);
  ck_assert_uint_eq(et_histogram_count(&histogram), ADDED);
  ck_assert_int_eq(et_histogram_maximum_ns(&histogram), 1999);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("histogram");
  TCase *tests = tcase_create("histogram");

  tcase_add_checked_fixture(tests, setup, NULL);
  tcase_add_test(tests, an_empty_one_says_zero);
  tcase_add_test(tests, one_value_is_every_quantile);
  tcase_add_test(tests, the_error_is_at_most_a_thirty_second);
  tcase_add_test(tests, quantiles_of_a_ramp_are_where_they_should_be);
  tcase_add_test(tests, quantiles_never_fall);
  tcase_add_test(tests, negative_durations_count_as_zero);
  tcase_add_test(tests, durations_beyond_the_last_bucket_are_kept_in_it);
  tcase_add_test(tests, it_may_be_read_while_another_thread_adds);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
