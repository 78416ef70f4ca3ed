/* SPDX-License-Identifier: MIT */
/* The pace of arrivals: what it costs a thread to look for them every millisecond when one is due.
 * Steady, jittering, skipping and changing series. */
#include "base/arrivals.h"

#include "base/clock.h"
#include "test/main.h"

enum { ARRIVALS = 600, SETTLED = 60 };

static const int64_t period_ns = 33333333, every_ns = ET_MS_NS;

/* Of the arrivals after the first SETTLED. */
struct cost {
  int64_t looks;
  int early; /* more than one look's time before the first look: found late */
};

static uint64_t seed;

/* Uniform between -most_ns and most_ns. */
static int64_t jitter(int64_t most_ns)
{
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return most_ns ? (int64_t)((seed >> 33) % (uint64_t)(2 * most_ns)) - most_ns : 0;
}

static void pay(struct cost *cost, const struct et_arrivals *arrivals, int64_t arrival_ns)
{
  const int64_t next_ns = et_arrivals_next_ns(arrivals), open_ns = next_ns > arrivals->last_ns ? next_ns : arrivals->last_ns;

  if (arrival_ns < open_ns - every_ns)
    cost->early++;
  else
    cost->looks += 1 + (arrival_ns > open_ns ? (arrival_ns - open_ns) / every_ns : 0);
}

/* Arrival `n` comes at time_of(n); those before `from` are not counted. */
static struct cost cost_of(int64_t (*time_of)(int n), int from)
{
  struct et_arrivals arrivals = {0};
  struct cost cost = {0};

  seed = 1;
  for (int n = 0; n < ARRIVALS; n++) {
    const int64_t at_ns = ET_SECOND_NS + time_of(n);

    if (n >= from)
      pay(&cost, &arrivals, at_ns);
    et_arrivals_note(&arrivals, at_ns);
  }
  return cost;
}

static int64_t steady(int n)
{
  return n * period_ns + jitter(ET_MS_NS / 10);
}

static int64_t fast(int n)
{
  return n * (period_ns / 4) + jitter(ET_MS_NS / 10);
}

static int64_t slow(int n)
{
  return n * ET_SECOND_NS + jitter(ET_MS_NS / 10);
}

static int64_t drifting(int n)
{
  return n * period_ns + n * n * 500;
}

static int64_t jittering(int n)
{
  return n * period_ns + jitter(10 * ET_MS_NS);
}

/* One in ten comes 20 ms late, and the next one is on time. */
static int64_t delayed(int n)
{
  return n * period_ns + jitter(ET_MS_NS / 10) + (n % 10 == 9 ? 20 * ET_MS_NS : 0);
}

/* One in ten is missing. */
static int64_t skipping(int n)
{
  return (n + n / 9) * period_ns + jitter(ET_MS_NS / 10);
}

/* After every hundred arrivals nothing comes for 200 ms, then three come at once. */
static int64_t bursting(int n)
{
  const int in_hundred = n % 100;

  return (in_hundred >= 90 && in_hundred < 96 ? n - in_hundred + 96 : n) * period_ns + (n % 100 - 96) * 1000;
}

/* 30 per second, then 15, then 30 again. */
static int64_t changing(int n)
{
  const int slow_ones = n < 200 ? 0 : n < 400 ? n - 200 : 200;

  return (n + slow_ones) * period_ns + jitter(ET_MS_NS / 10);
}

/* A pause of ten seconds and a third of a period in the middle. */
static int64_t pausing(int n)
{
  return n * period_ns + (n < ARRIVALS / 2 ? 0 : 10 * ET_SECOND_NS + period_ns / 3);
}

/* Looking all the time costs 33 looks per arrival at 30 per second. An arrival that is late or
 * missing costs the looks until it comes. */
static const struct {
  const char *name;
  int64_t (*time_of)(int n);
  double looks, early;
} series[] = {
  {"steady", steady, 1.1, 0},        {"fast", fast, 1.1, 0},        {"slow", slow, 1.5, 0},       {"drifting", drifting, 1.1, 0},
  {"jittering", jittering, 12, 0.1}, {"delayed", delayed, 7, 0.02}, {"skipping", skipping, 5, 0}, {"bursting", bursting, 7, 0.02},
  {"changing", changing, 3, 0.03},   {"pausing", pausing, 25, 0},
};

START_TEST(a_series_is_cheap)
{
  const int counted = ARRIVALS - SETTLED;
  const struct cost cost = cost_of(series[_i].time_of, SETTLED);

  ck_assert_msg((double)cost.looks <= series[_i].looks * counted, "%s: %.2f looks per arrival, over the limit of %.2f", series[_i].name,
                (double)cost.looks / counted, series[_i].looks);
  ck_assert_msg(cost.early <= series[_i].early * counted, "%s: %d of %d arrivals came early, over the limit of %.0f %%", series[_i].name,
                cost.early, counted, series[_i].early * 100);
}
END_TEST

START_TEST(one_interval_says_when)
{
  struct et_arrivals arrivals = {0};

  ck_assert_int_eq(et_arrivals_next_ns(&arrivals), 0);
  et_arrivals_note(&arrivals, ET_SECOND_NS);
  ck_assert_int_eq(et_arrivals_next_ns(&arrivals), 0);
  et_arrivals_note(&arrivals, ET_SECOND_NS + period_ns);
  ck_assert_int_gt(et_arrivals_next_ns(&arrivals), ET_SECOND_NS + period_ns);
  ck_assert_int_lt(et_arrivals_next_ns(&arrivals), ET_SECOND_NS + 2 * period_ns);
}
END_TEST

START_TEST(after_a_pause_nothing_is_known)
{
  struct et_arrivals arrivals = {0};

  for (int n = 0; n < 100; n++)
    et_arrivals_note(&arrivals, ET_SECOND_NS + n * period_ns);
  ck_assert_int_gt(et_arrivals_next_ns(&arrivals), ET_SECOND_NS + 99 * period_ns + period_ns / 2);
  et_arrivals_note(&arrivals, ET_SECOND_NS + 120 * period_ns);
  ck_assert_int_eq(et_arrivals_next_ns(&arrivals), 0);
}
END_TEST

START_TEST(arrivals_at_one_time_do_no_harm)
{
  struct et_arrivals arrivals = {0};

  for (int n = 0; n < 1000; n++)
    et_arrivals_note(&arrivals, ET_SECOND_NS + n / 3 * 2);
  ck_assert_int_le(et_arrivals_next_ns(&arrivals), 2 * ET_SECOND_NS);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("arrivals");
  TCase *tests = tcase_create("arrivals");

  tcase_add_loop_test(tests, a_series_is_cheap, 0, (int)(sizeof series / sizeof series[0]));
  tcase_add_test(tests, one_interval_says_when);
  tcase_add_test(tests, after_a_pause_nothing_is_known);
  tcase_add_test(tests, arrivals_at_one_time_do_no_harm);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
