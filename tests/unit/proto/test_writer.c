/* SPDX-License-Identifier: MIT */
/* The JSON writer: commas, escapes, numbers, and buffers that are too short. */
#include "writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/main.h"

static void number_reads(double value, int decimals, const char *expected)
{
  char buffer[64];
  struct writer w = writer_fixed(buffer, sizeof buffer);

  put_number(&w, NULL, value, decimals);
  ck_assert_ptr_nonnull(writer_finish(&w));
  ck_assert_str_eq(buffer, expected);
}

START_TEST(numbers_are_rounded_to_their_decimals)
{
  number_reads(0, 0, "0");
  number_reads(0, 3, "0.000");
  number_reads(1.0005, 3, "1.001");
  number_reads(-1.5, 0, "-2");
  number_reads(-0.25, 1, "-0.3");
  number_reads(-0.0004, 3, "0.000");
  number_reads(0.999999999, 6, "1.000000");
  number_reads(123456789.125, 3, "123456789.125");
  number_reads(NAN, 2, "0.00");
  number_reads(INFINITY, 2, "0.00");
  number_reads(1e300, 6, "9000000000.000000");
  number_reads(-1e300, 0, "-9000000000000000");
}
END_TEST

START_TEST(integers_are_exact)
{
  char buffer[128];
  struct writer w = writer_fixed(buffer, sizeof buffer);

  open_array(&w, NULL);
  put_integer(&w, NULL, INT64_MIN);
  put_integer(&w, NULL, INT64_MAX);
  put_unsigned(&w, NULL, UINT64_MAX);
  close_array(&w);
  ck_assert_str_eq(writer_finish(&w), "[-9223372036854775808,9223372036854775807,18446744073709551615]");
}
END_TEST

START_TEST(commas_stand_between)
{
  struct writer w = writer_growing();
  char *text;

  open_object(&w, NULL);
  open_object(&w, "a");
  close_object(&w);
  open_array(&w, "b");
  open_array(&w, NULL);
  close_array(&w);
  put_boolean(&w, NULL, true);
  put_boolean(&w, NULL, false);
  close_array(&w);
  put_string(&w, "c\n", "d");
  close_object(&w);
  text = writer_finish(&w);
  ck_assert_str_eq(text, "{\"a\":{},\"b\":[[],true,false],\"c\\u000a\":\"d\"}");
  free(text);
}
END_TEST

START_TEST(strings_are_valid_whatever_comes)
{
  struct writer w = writer_growing();
  char *text;

  put_string(&w, NULL, "\x01\"\\/\x7f\xc3\xa9\xff\xc3");
  text = writer_finish(&w);
  ck_assert_str_eq(text, "\"\\u0001\\\"\\\\/\x7f\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"");
  free(text);
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_replaced)
{
  static const struct {
    const char *text;
    bool valid;
  } cases[] = {
    {"a", true},
    {"\x7f", true},
    {"\xc2\x80", true},
    {"\xdf\xbf", true},
    {"\xe0\xa0\x80", true},
    {"\xef\xbf\xbf", true},
    {"\xed\x9f\xbf", true},
    {"\xf0\x90\x80\x80", true},
    {"\xf4\x8f\xbf\xbf", true},
    {"\x80", false},
    {"\xc1\xbf", false},
    {"\xe0\x9f\xbf", false},
    {"\xed\xa0\x80", false},
    {"\xf0\x8f\xbf\xbf", false},
    {"\xf4\x90\x80\x80", false},
    {"\xf8\x88\x80\x80\x80", false},
    {"\xff", false},
    {"\xc2", false},
    {"\xe2\x82", false},
    {"\xe2(\xa1", false},
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char buffer[64], as_it_is[16];
    struct writer w = writer_fixed(buffer, sizeof buffer);

    put_string(&w, NULL, cases[i].text);
    snprintf(as_it_is, sizeof as_it_is, "\"%s\"", cases[i].text);
    ck_assert_msg((strcmp(writer_finish(&w), as_it_is) == 0) == cases[i].valid, "case %zu: %s", i, buffer);
    ck_assert_msg((strstr(buffer, "\xef\xbf\xbd") == NULL) == cases[i].valid, "case %zu: %s", i, buffer);
  }
}
END_TEST

START_TEST(a_growing_buffer_grows)
{
  struct writer w = writer_growing();
  char *text;

  open_array(&w, NULL);
  for (int i = 0; i < 10000; i++)
    put_integer(&w, NULL, 7);
  close_array(&w);
  text = writer_finish(&w);
  ck_assert_uint_eq(strlen(text), 20001);
  free(text);
}
END_TEST

START_TEST(a_fixed_buffer_fails_whole)
{
  char buffer[8];
  struct writer w = writer_fixed(buffer, sizeof buffer);

  put_string(&w, NULL, "12345");
  ck_assert_str_eq(writer_finish(&w), "\"12345\"");
  w = writer_fixed(buffer, sizeof buffer);
  put_string(&w, NULL, "123456");
  ck_assert_ptr_null(writer_finish(&w));
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("proto writer");
  TCase *tests = tcase_create("writer");

  tcase_add_test(tests, numbers_are_rounded_to_their_decimals);
  tcase_add_test(tests, integers_are_exact);
  tcase_add_test(tests, commas_stand_between);
  tcase_add_test(tests, strings_are_valid_whatever_comes);
  tcase_add_test(tests, bytes_that_are_not_utf8_are_replaced);
  tcase_add_test(tests, a_growing_buffer_grows);
  tcase_add_test(tests, a_fixed_buffer_fails_whole);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
