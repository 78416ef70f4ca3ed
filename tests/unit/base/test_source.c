/* SPDX-License-Identifier: MIT */
/* The table of sources has the order of its enum, and finds what it documents. */
#include "base/source.h"

#include <string.h>

#include "test/main.h"

START_TEST(rows_are_in_order_and_found_by_their_prefix)
{
  size_t count;
  const struct et_source_scheme *table = et_source_table(&count);

  ck_assert_uint_eq(count, ET_SOURCE_PIPELINE + 1);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(table[i].source, i);
    ck_assert_ptr_eq(et_source_find(table[i].title), &table[i]);
    ck_assert_ptr_nonnull(strstr(table[i].form, table[i].prefix));
    ck_assert_msg(!table[i].path || table[i].title[strlen(table[i].prefix)] == '/', "%s", table[i].title);
    ck_assert_uint_gt(strlen(table[i].blurb), 0);
  }
}
END_TEST

START_TEST(what_is_no_source_is_not_found)
{
  static const char *const texts[] = {"", "v4l2", "v4l2:/dev/video0", "/dev/video0", "FILE:///a", "https://x", " file:///a"};

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    ck_assert_msg(!et_source_find(texts[i]), "%s", texts[i]);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("source");
  TCase *tests = tcase_create("table");

  tcase_add_test(tests, rows_are_in_order_and_found_by_their_prefix);
  tcase_add_test(tests, what_is_no_source_is_not_found);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
