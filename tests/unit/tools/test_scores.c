/* SPDX-License-Identifier: MIT */
/* Success and precision on hand-made trajectories, with values worked out from docs/tracker.md. */
#include "eval/scores.h"
#include "test/main.h"

static const struct eval_truth at_origin = {true, {0, 0, 10, 10}};

static struct eval_record shifted(double dx)
{
  return (struct eval_record){.has_box = true, .box = {dx, 0, 10, 10}, .score = 1};
}

START_TEST(overlap_is_intersection_over_union)
{
  const struct et_box a = {0, 0, 10, 10}, b = {5, 0, 10, 10}, c = {10, 0, 5, 5}, d = {2, 2, 5, 5};

  ck_assert_double_eq_tol(eval_overlap(&a, &a), 1, 1e-12);
  ck_assert_double_eq_tol(eval_overlap(&a, &b), 50.0 / 150, 1e-12);
  ck_assert_double_eq(eval_overlap(&a, &c), 0);
  ck_assert_double_eq_tol(eval_overlap(&a, &d), 0.25, 1e-12);
}
END_TEST

START_TEST(auc_is_the_mean_over_21_thresholds)
{
  const struct eval_truth truth[3] = {at_origin, at_origin, at_origin};
  const struct eval_record records[3] = {shifted(0), shifted(0), shifted(5)};
  struct eval_scores s;

  eval_score(truth, records, 3, &s);
  ck_assert_uint_eq(s.counted, 2);
  /* IoU 1 exceeds 0, 0.05 ... 0.95: 20 of 21; IoU 1/3 exceeds 0 ... 0.30: 7 of 21 */
  ck_assert_double_eq_tol(s.auc, (20 + 7) / 42.0, 1e-12);
  ck_assert_double_eq_tol(s.precision, 1, 1e-12);
}
END_TEST

START_TEST(an_overlap_must_exceed_its_threshold)
{
  const struct eval_truth truth[2] = {at_origin, at_origin};
  const struct eval_record records[2] = {shifted(0), {.has_box = true, .box = {0, 0, 5, 10}}};
  struct eval_scores s;

  eval_score(truth, records, 2, &s);
  /* IoU 0.5 exceeds 0 ... 0.45: 10 of 21 */
  ck_assert_double_eq(s.success[9], 1);
  ck_assert_double_eq(s.success[10], 0);
  ck_assert_double_eq_tol(s.auc, 10 / 21.0, 1e-12);
}
END_TEST

START_TEST(frames_without_a_target_do_not_count)
{
  const struct eval_truth truth[4] = {at_origin, {.present = false}, at_origin, {.present = false}};
  const struct eval_record records[4] = {shifted(0), shifted(500), shifted(0), shifted(500)};
  struct eval_scores s;

  eval_score(truth, records, 4, &s);
  ck_assert_uint_eq(s.counted, 1);
  ck_assert_double_eq_tol(s.auc, 20 / 21.0, 1e-12);
}
END_TEST

START_TEST(no_box_is_a_miss)
{
  const struct eval_truth truth[2] = {at_origin, at_origin};
  const struct eval_record records[2] = {shifted(0), {.has_box = false, .box = {0, 0, 10, 10}}};
  struct eval_scores s;

  eval_score(truth, records, 2, &s);
  ck_assert_uint_eq(s.counted, 1);
  ck_assert_double_eq(s.auc, 0);
  ck_assert_double_eq(s.precision, 0);
}
END_TEST

START_TEST(precision_ends_at_20_px)
{
  const struct eval_truth truth[3] = {at_origin, at_origin, at_origin};
  const struct eval_record records[3] = {shifted(0), shifted(20), shifted(20.5)};
  struct eval_scores s;

  eval_score(truth, records, 3, &s);
  ck_assert_double_eq_tol(s.precision, 0.5, 1e-12);
}
END_TEST

START_TEST(sequences_weigh_alike)
{
  const struct eval_scores scores[3] = {{.counted = 100, .success = {1}, .precision = 1}, {.counted = 1}, {.counted = 0, .precision = 7}};
  struct eval_scores mean;

  eval_scores_mean(scores, 3, &mean);
  ck_assert_double_eq_tol(mean.precision, 0.5, 1e-12);
  ck_assert_double_eq_tol(mean.success[0], 0.5, 1e-12);
}
END_TEST

START_TEST(quantiles_are_values_that_occurred)
{
  int64_t d[] = {40, 10, 30, 20};

  ck_assert_int_eq(eval_quantile_ns(d, 4, 0.5), 20);
  ck_assert_int_eq(eval_quantile_ns(d, 4, 0.95), 40);
  ck_assert_int_eq(eval_quantile_ns(d, 4, 0), 10);
  ck_assert_int_eq(eval_quantile_ns(d, 0, 0.5), 0);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("scores");
  TCase *tcase = tcase_create("metrics");

  tcase_add_test(tcase, overlap_is_intersection_over_union);
  tcase_add_test(tcase, auc_is_the_mean_over_21_thresholds);
  tcase_add_test(tcase, an_overlap_must_exceed_its_threshold);
  tcase_add_test(tcase, frames_without_a_target_do_not_count);
  tcase_add_test(tcase, no_box_is_a_miss);
  tcase_add_test(tcase, precision_ends_at_20_px);
  tcase_add_test(tcase, sequences_weigh_alike);
  tcase_add_test(tcase, quantiles_are_values_that_occurred);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
