/* SPDX-License-Identifier: MIT */
/* The calibrated score: a share that rises with both of its witnesses. */
#include "core/score.h"

#include "test/main.h"

START_TEST(it_is_a_share)
{
  for (int r = 0; r <= 10; r++)
    for (int l = 0; l <= 10; l++) {
      const double score = et_score(r / 10.0, l / 10.0);

      ck_assert_msg(score >= 0 && score <= 1, "raw score %.1f, likeness %.1f: %g", r / 10.0, l / 10.0, score);
    }
}
END_TEST

START_TEST(it_rises_with_both)
{
  for (int i = 0; i < 9; i++) {
    ck_assert_double_lt(et_score(i / 10.0, 0.8), et_score((i + 1) / 10.0, 0.8));
    ck_assert_double_lt(et_score(0.8, i / 10.0), et_score(0.8, (i + 1) / 10.0));
  }
}
END_TEST

START_TEST(what_looks_like_the_target_is_believed_and_what_does_not_is_not)
{
  ck_assert_double_gt(et_score(0.99, 0.98), 0.95);
  ck_assert_double_lt(et_score(0.99, 0.7), 0.7);
  ck_assert_double_lt(et_score(0.05, 0.7), 0.3);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("score");
  TCase *tcase = tcase_create("score");

  tcase_add_test(tcase, it_is_a_share);
  tcase_add_test(tcase, it_rises_with_both);
  tcase_add_test(tcase, what_looks_like_the_target_is_believed_and_what_does_not_is_not);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
