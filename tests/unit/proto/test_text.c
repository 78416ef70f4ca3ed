/* SPDX-License-Identifier: MIT */
/* The checks that come before cJSON: characters, numbers, depth. */
#include "text.h"

#include <string.h>

#include "test/main.h"

static const char *fault(const char *text)
{
  return text_fault(text, strlen(text), 16);
}

START_TEST(characters_have_their_length)
{
  static const struct {
    const char *text;
    size_t length;
  } cases[] = {
    {"a", 1},
    {"\x7f", 1},
    {"\xc2\x80", 2},
    {"\xdf\xbf", 2},
    {"\xe0\xa0\x80", 3},
    {"\xef\xbf\xbf", 3},
    {"\xed\x9f\xbf", 3},
    {"\xf0\x90\x80\x80", 4},
    {"\xf4\x8f\xbf\xbf", 4},
    {"\x80", 0},
    {"\xc1\xbf", 0},
    {"\xe0\x9f\xbf", 0},
    {"\xed\xa0\x80", 0},
    {"\xf0\x8f\xbf\xbf", 0},
    {"\xf4\x90\x80\x80", 0},
    {"\xf8\x88\x80\x80\x80", 0},
    {"\xff", 0},
    {"\xc2", 0},
    {"\xe2\x82", 0},
    {"\xe2(\xa1", 0},
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_msg(text_character(cases[i].text, strlen(cases[i].text)) == cases[i].length, "case %zu: %zu, expected %zu", i,
                  text_character(cases[i].text, strlen(cases[i].text)), cases[i].length);
  ck_assert_uint_eq(text_character("", 1), 0);
}
END_TEST

START_TEST(json_passes)
{
  static const char *const texts[] = {
    "{}", "[0,-0,0.5,-1.25e+10,1E-3,10]", "{\"a\\\"[\":true,\"b\":null}\r\n\t ", "\"\\\\\"", "\"\\u00e9\\u0001\"", "[\"\\\\u0000\"]",
  };

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    ck_assert_msg(fault(texts[i]) == NULL, "%s: %s", texts[i], fault(texts[i]));
}
END_TEST

START_TEST(what_json_does_not_have_is_said)
{
  static const char *const texts[] = {
    "00", "-", "1.", ".5", "+1", "1e", "1e+", "-01", "\"a\tb\"", "\"\\u0000\"", "\f", "A", "#", "\x01",
  };

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    ck_assert_msg(fault(texts[i]) != NULL, "%s passes", texts[i]);
}
END_TEST

START_TEST(depth_counts_brackets_outside_strings)
{
  ck_assert_ptr_null(text_fault("[[\"[[[\"]]", 9, 2));
  ck_assert_ptr_nonnull(text_fault("[{\"a\":[]}]", 10, 2));
  ck_assert_ptr_null(text_fault("[[],[],[]]", 10, 2));
}
END_TEST

START_TEST(an_open_string_ends_with_the_text)
{
  ck_assert_ptr_null(fault("\"abc"));
  ck_assert_ptr_null(fault("\"abc\\"));
  ck_assert_ptr_null(text_fault("\"\\u0000", 4, 1));
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("proto text");
  TCase *tests = tcase_create("text");

  tcase_add_test(tests, characters_have_their_length);
  tcase_add_test(tests, json_passes);
  tcase_add_test(tests, what_json_does_not_have_is_said);
  tcase_add_test(tests, depth_counts_brackets_outside_strings);
  tcase_add_test(tests, an_open_string_ends_with_the_text);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
