/* SPDX-License-Identifier: MIT */
/* The table of live parameters covers the struct. A value outside its range is refused by name. */
#include "etrack/params.h"

#include <math.h>
#include <string.h>

#include "test/main.h"

static double *field_of(struct et_params *params, const struct et_param_info *info)
{
  return (double *)((char *)params + info->offset);
}

START_TEST(the_table_covers_every_field_once)
{
  size_t count;
  const struct et_param_info *table = et_param_table(&count);

  ck_assert_uint_eq(count * sizeof(double), sizeof(struct et_params));
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(table[i].offset, i * sizeof(double));
    ck_assert_uint_gt(strlen(table[i].blurb), 0);
    ck_assert_uint_gt(strlen(table[i].unit), 0);
  }
}
END_TEST

START_TEST(rows_are_found_by_name)
{
  size_t count;
  const struct et_param_info *table = et_param_table(&count);

  for (size_t i = 0; i < count; i++)
    ck_assert_ptr_eq(et_param_find(table[i].name), &table[i]);
  ck_assert_ptr_null(et_param_find("weak-score"));
  ck_assert_ptr_null(et_param_find(""));
  ck_assert_uint_eq(et_param_find("coast_s")->offset, offsetof(struct et_params, coast_s));
}
END_TEST

START_TEST(the_defaults_are_in_range_and_accepted)
{
  struct et_params params;
  struct et_error_detail detail;
  size_t count;
  const struct et_param_info *table = et_param_table(&count);

  et_params_default(&params);
  for (size_t i = 0; i < count; i++) {
    ck_assert_double_eq(*field_of(&params, &table[i]), table[i].fallback);
    ck_assert_double_ge(table[i].fallback, table[i].minimum);
    ck_assert_double_le(table[i].fallback, table[i].maximum);
  }
  ck_assert_int_eq(et_params_check(&params, &detail), ET_OK);
}
END_TEST

static void refuse(const struct et_param_info *info, double value)
{
  struct et_params params;
  struct et_error_detail detail;

  et_params_default(&params);
  *field_of(&params, info) = value;
  ck_assert_int_eq(et_params_check(&params, &detail), ET_ERR_ARGUMENT);
  ck_assert_msg(strncmp(detail.text, info->name, strlen(info->name)) == 0, "\"%s\" does not begin with %s", detail.text, info->name);
}

START_TEST(a_value_out_of_range_is_refused_by_name)
{
  size_t count;
  const struct et_param_info *table = et_param_table(&count);

  for (size_t i = 0; i < count; i++) {
    refuse(&table[i], nextafter(table[i].minimum, -INFINITY));
    refuse(&table[i], nextafter(table[i].maximum, INFINITY));
    refuse(&table[i], NAN);
    refuse(&table[i], -INFINITY);
  }
}
END_TEST

static enum et_error check_scores(double found, double weak, double lost)
{
  struct et_params params;

  et_params_default(&params);
  params.found_score = found;
  params.weak_score = weak;
  params.lost_score = lost;
  return et_params_check(&params, NULL);
}

START_TEST(scores_must_fall_in_order)
{
  ck_assert_int_eq(check_scores(0.8, 0.6, 0.3), ET_OK);
  ck_assert_int_eq(check_scores(0.6, 0.6, 0.3), ET_ERR_ARGUMENT);
  ck_assert_int_eq(check_scores(0.8, 0.3, 0.3), ET_ERR_ARGUMENT);
  ck_assert_int_eq(check_scores(0.3, 0.6, 0.8), ET_ERR_ARGUMENT);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("params");
  TCase *tests = tcase_create("params");

  tcase_add_test(tests, the_table_covers_every_field_once);
  tcase_add_test(tests, rows_are_found_by_name);
  tcase_add_test(tests, the_defaults_are_in_range_and_accepted);
  tcase_add_test(tests, a_value_out_of_range_is_refused_by_name);
  tcase_add_test(tests, scores_must_fall_in_order);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
