/* SPDX-License-Identifier: MIT */
/* Lines of key files. */
#include "lines.h"

#include <glib.h>

#include "test/main.h"

static const char text[] = "# a comment\n[one]\n key = 1\n\n[two]\nkey=2\n#key=3\n other key=\n";

START_TEST(lines_are_found)
{
  ck_assert_int_eq(line_of(text, "one", NULL), 2);
  ck_assert_int_eq(line_of(text, "one", "key"), 3);
  ck_assert_int_eq(line_of(text, "two", NULL), 5);
  ck_assert_int_eq(line_of(text, "two", "key"), 6);
  ck_assert_int_eq(line_of(text, "two", "other key"), 8);
  ck_assert_int_eq(line_of(text, "one", "other key"), 0);
  ck_assert_int_eq(line_of(text, "three", NULL), 0);
  ck_assert_int_eq(line_of("", "one", "key"), 0);
}
END_TEST

START_TEST(doubles_are_found)
{
  char *section = NULL, *key = NULL;

  ck_assert_int_eq(line_of_double(text, &section, &key), 0);
  ck_assert_int_eq(line_of_double("[a]\nx=1\n[b]\nx=1\n[a]\n", &section, &key), 5);
  ck_assert_str_eq(section, "a");
  ck_assert_ptr_null(key);
  g_clear_pointer(&section, g_free);
  ck_assert_int_eq(line_of_double("[a]\nx=1\n#x=2\ny=2\n x = 3\n", &section, &key), 5);
  ck_assert_str_eq(section, "a");
  ck_assert_str_eq(key, "x");
  g_free(section);
  g_free(key);
}
END_TEST

START_TEST(nonsense_is_found)
{
  ck_assert_int_eq(line_of_nonsense(text), 0);
  ck_assert_int_eq(line_of_nonsense(""), 0);
  ck_assert_int_eq(line_of_nonsense("x=1\n[a]\n"), 1);
  ck_assert_int_eq(line_of_nonsense("[a]\n\nx\n"), 3);
  ck_assert_int_eq(line_of_nonsense("[a]\n[]\n"), 2);
  ck_assert_int_eq(line_of_nonsense("[a]\n=\n"), 2);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("config lines");
  TCase *tests = tcase_create("lines");

  tcase_add_test(tests, lines_are_found);
  tcase_add_test(tests, doubles_are_found);
  tcase_add_test(tests, nonsense_is_found);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
