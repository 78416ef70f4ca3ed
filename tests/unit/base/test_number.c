/* SPDX-License-Identifier: MIT */
/* Numbers in texts: what is a number and what is not, in any locale. */
#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <stdio.h>

#include "test/main.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Texts that none of the functions reads as a number. */
static const char *const nothing[] = {"",
                                      " ",
                                      "-",
                                      "+",
                                      ".",
                                      "-.",
                                      "e5",
                                      ".e5",
                                      "x",
                                      "nan",
                                      "NaN",
                                      "inf",
                                      "-inf",
                                      " 1",
                                      "--1",
                                      "+-1",
                                      "\t1",
                                      "\n1",
                                      "\xff"
                                      "1",
                                      "1e999",
                                      "-1e999",
                                      "infinity",
                                      ",1"};

/* Texts with something after a number. */
static const char *const followed[] = {"0x10", "0X1p3", "1 ",   "1\n", "1px",   "1,5",      "1.2.3",
                                       "1e",   "1e+",   "1ee5", "1-",  "1_000", "1\xc2\xa0"};

START_TEST(numbers_are_read)
{
  static const struct {
    const char *text;
    double value;
  } good[] = {{"0", 0},        {"-0", 0}, {"5", 5},      {"-5", -5},    {"+5", 5},      {"007", 7},    {"1.5", 1.5},
              {"-.5", -0.5},   {"5.", 5}, {"1e3", 1000}, {"1E+3", 1e3}, {"25e-1", 2.5}, {"1e-999", 0}, {"1.7976931348623157e308", DBL_MAX},
              {"29.97", 29.97}};
  double value;

  for (size_t i = 0; i < COUNT(good); i++) {
    value = -77;
    ck_assert_msg(et_number_parse(good[i].text, -DBL_MAX, DBL_MAX, &value), "`%s` is refused", good[i].text);
    ck_assert_double_eq(value, good[i].value);
  }
}
END_TEST

static void refused(const char *text)
{
  double value = -77;
  int64_t whole = -77;

  ck_assert_msg(!et_number_parse(text, -DBL_MAX, DBL_MAX, &value), "`%s` is read as %g", text, value);
  ck_assert_msg(!et_integer_parse(text, INT64_MIN, INT64_MAX, &whole), "`%s` is read as %lld", text, (long long)whole);
  ck_assert_msg(!et_numbers_parse(text, 1, &value), "`%s` is read as %g", text, value);
  ck_assert_double_eq(value, -77);
  ck_assert_int_eq(whole, -77);
}

START_TEST(what_is_no_number_is_refused)
{
  for (size_t i = 0; i < COUNT(nothing); i++)
    refused(nothing[i]);
  for (size_t i = 0; i < COUNT(followed); i++)
    refused(followed[i]);
}
END_TEST

START_TEST(a_scan_says_where_the_number_ends)
{
  double value = -77;

  for (size_t i = 0; i < COUNT(nothing); i++)
    ck_assert_msg(et_number_scan(nothing[i], &value) == 0, "`%s` begins with a number", nothing[i]);
  ck_assert_double_eq(value, -77);
  ck_assert_uint_eq(et_number_scan("12.5,7", &value), 4);
  ck_assert_double_eq(value, 12.5);
  ck_assert_uint_eq(et_number_scan("1e5x", &value), 3);
  ck_assert_uint_eq(et_number_scan("1e+", &value), 1);
  ck_assert_uint_eq(et_number_scan("0x10", &value), 0);
  ck_assert_double_eq(value, 1);
}
END_TEST

START_TEST(ranges_are_kept_with_their_ends)
{
  double value;
  int64_t whole;

  ck_assert(et_number_parse("0.1", 0.1, 3600, &value));
  ck_assert(et_number_parse("3600", 0.1, 3600, &value));
  ck_assert(!et_number_parse("0.0999", 0.1, 3600, &value));
  ck_assert(!et_number_parse("3600.1", 0.1, 3600, &value));
  ck_assert(et_integer_parse("1", 1, 65535, &whole));
  ck_assert(et_integer_parse("65535", 1, 65535, &whole));
  ck_assert_int_eq(whole, 65535);
  ck_assert(!et_integer_parse("0", 1, 65535, &whole));
  ck_assert(!et_integer_parse("65536", 1, 65535, &whole));
}
END_TEST

START_TEST(integers_are_exact_and_whole)
{
  int64_t value;

  ck_assert(et_integer_parse("9223372036854775807", INT64_MIN, INT64_MAX, &value));
  ck_assert(value == INT64_MAX);
  ck_assert(et_integer_parse("-9223372036854775808", INT64_MIN, INT64_MAX, &value));
  ck_assert(value == INT64_MIN);
  ck_assert(et_integer_parse("+08", INT64_MIN, INT64_MAX, &value));
  ck_assert_int_eq(value, 8);
  ck_assert(!et_integer_parse("9223372036854775808", INT64_MIN, INT64_MAX, &value));
  ck_assert(!et_integer_parse("99999999999999999999", INT64_MIN, INT64_MAX, &value));
  ck_assert(!et_integer_parse("1.0", INT64_MIN, INT64_MAX, &value));
  ck_assert(!et_integer_parse("1e3", INT64_MIN, INT64_MAX, &value));
}
END_TEST

START_TEST(lists_have_so_many_numbers)
{
  double v[4] = {0};

  ck_assert(et_numbers_parse("-5,1.5,64,4e1", 4, v));
  ck_assert_double_eq(v[0], -5);
  ck_assert_double_eq(v[1], 1.5);
  ck_assert_double_eq(v[2], 64);
  ck_assert_double_eq(v[3], 40);
  ck_assert(!et_numbers_parse("1,2,3", 4, v));
  ck_assert(!et_numbers_parse("1,2,3,4,5", 4, v));
  ck_assert(!et_numbers_parse("1,2,3,4,", 4, v));
  ck_assert(!et_numbers_parse("1,2,,4", 4, v));
  ck_assert(!et_numbers_parse("1, 2,3,4", 4, v));
  ck_assert(!et_numbers_parse("1;2;3;4", 4, v));
  ck_assert_double_eq(v[0], -5);
}
END_TEST

/* German numbers have a decimal comma. Without such a locale the test proves nothing and says so.
 * */
START_TEST(the_locale_has_no_say)
{
  double value;

  if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
    printf("SKIP the_locale_has_no_say: neither de_DE.UTF-8 nor fr_FR.UTF-8 is installed\n");
  ck_assert(et_number_parse("1.5", 0, 2, &value));
  ck_assert_double_eq(value, 1.5);
  ck_assert(!et_number_parse("1,5", 0, 2, &value));
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("number");
  TCase *tests = tcase_create("number");

  tcase_add_test(tests, numbers_are_read);
  tcase_add_test(tests, what_is_no_number_is_refused);
  tcase_add_test(tests, a_scan_says_where_the_number_ends);
  tcase_add_test(tests, ranges_are_kept_with_their_ends);
  tcase_add_test(tests, integers_are_exact_and_whole);
  tcase_add_test(tests, lists_have_so_many_numbers);
  tcase_add_test(tests, the_locale_has_no_say);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
