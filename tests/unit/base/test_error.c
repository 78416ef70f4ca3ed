/* SPDX-License-Identifier: MIT */
/* Errors: each has one name, and a message that is too long is cut. */
#include "etrack/error.h"

#include <string.h>

#include "test/main.h"

START_TEST(every_error_has_a_name_of_its_own)
{
  for (int a = ET_OK; a <= ET_ERR_NO_TARGET; a++) {
    const char *name = et_error_name(a);

    ck_assert_ptr_nonnull(name);
    ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
    ck_assert_str_ne(name, "unknown");
    for (int b = ET_OK; b < a; b++)
      ck_assert_str_ne(name, et_error_name(b));
  }
}
END_TEST

START_TEST(names_are_the_constants_in_lower_case)
{
  ck_assert_str_eq(et_error_name(ET_OK), "ok");
  ck_assert_str_eq(et_error_name(ET_ERR_BOX_OUTSIDE), "box-outside");
  ck_assert_str_eq(et_error_name(ET_ERR_MODEL_SHAPE), "model-shape");
}
END_TEST

START_TEST(a_number_that_is_no_error_is_unknown)
{
  ck_assert_str_eq(et_error_name((enum et_error)(ET_ERR_NO_TARGET + 1)), "unknown");
  ck_assert_str_eq(et_error_name((enum et_error)1000), "unknown");
}
END_TEST

START_TEST(failing_returns_the_error_and_writes_the_words)
{
  struct et_error_detail detail;

  ck_assert_int_eq(et_fail(&detail, ET_ERR_ARGUMENT, "%s is %d", "threads", -1), ET_ERR_ARGUMENT);
  ck_assert_str_eq(detail.text, "threads is -1");
}
END_TEST

START_TEST(words_may_be_unwanted)
{
  ck_assert_int_eq(et_fail(NULL, ET_ERR_IMAGE, "no plane %d", 2), ET_ERR_IMAGE);
}
END_TEST

START_TEST(long_words_are_cut_and_terminated)
{
  struct {
    struct et_error_detail detail;
    char after[16];
  } guarded;
  char words[1024];

  memset(words, 'w', sizeof words);
  words[sizeof words - 1] = '\0';
  memset(&guarded, 'g', sizeof guarded);
  ck_assert_int_eq(et_fail(&guarded.detail, ET_ERR_IMAGE, "%s", words), ET_ERR_IMAGE);
  ck_assert_uint_eq(strlen(guarded.detail.text), sizeof guarded.detail.text - 1);
  for (size_t i = 0; i < sizeof guarded.after; i++)
    ck_assert_int_eq(guarded.after[i], 'g');
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("error");
  TCase *tests = tcase_create("error");

  tcase_add_test(tests, every_error_has_a_name_of_its_own);
  tcase_add_test(tests, names_are_the_constants_in_lower_case);
  tcase_add_test(tests, a_number_that_is_no_error_is_unknown);
  tcase_add_test(tests, failing_returns_the_error_and_writes_the_words);
  tcase_add_test(tests, words_may_be_unwanted);
  tcase_add_test(tests, long_words_are_cut_and_terminated);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
