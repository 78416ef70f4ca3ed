/* SPDX-License-Identifier: MIT */
/* Log events: fields in texts, and what a sink gets. */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "test/main.h"

static const struct et_log_event down = {"down", "0123456789abcdef0123456789abcdef", ET_LOG_WARNING,
                                         "stream {stream} is down: {reason}; {pause_ms} ms {rate}"};

static char seen_text[2048];
static const struct et_log_event *seen_event;
static size_t seen_count;
static int calls;

static void keep(const struct et_log_event *event, const char *text, const struct et_log_field *fields, size_t count, void *user)
{
  ck_assert_ptr_eq(user, &calls);
  seen_event = event;
  seen_count = count;
  strncpy(seen_text, text, sizeof seen_text - 1);
  calls++;
}

static void use_sink(void)
{
  calls = 0;
  et_log_set_sink(keep, &calls);
}

START_TEST(fields_are_put_into_the_text)
{
  ET_LOG(&down, ET_LOG_STRING("stream", "cam0"), ET_LOG_STRING("reason", "unplugged"), ET_LOG_INTEGER("pause_ms", -500),
         ET_LOG_REAL("rate", 29.97));
  ck_assert_int_eq(calls, 1);
  ck_assert_str_eq(seen_text, "stream cam0 is down: unplugged; -500 ms 29.97");
  ck_assert_ptr_eq(seen_event, &down);
  ck_assert_uint_eq(seen_count, 4);
}
END_TEST

START_TEST(an_event_is_one_line)
{
  ET_LOG(&down, ET_LOG_STRING("stream", "a\nb\tc\x7f"), ET_LOG_STRING("reason", NULL), ET_LOG_STRING("pause_ms", "{stream}"),
         ET_LOG_STRING("rate", ""));
  ck_assert_str_eq(seen_text, "stream a b c  is down: ; {stream} ms");
}
END_TEST

START_TEST(a_missing_field_shows)
{
  ET_LOG(&down, ET_LOG_STRING("stream", "x"));
  ck_assert_str_eq(seen_text, "stream x is down: {reason}; {pause_ms} ms {rate}");
}
END_TEST

START_TEST(long_texts_are_cut)
{
  char huge[4096];

  memset(huge, 'y', sizeof huge - 1);
  huge[sizeof huge - 1] = '\0';
  ET_LOG(&down, ET_LOG_STRING("stream", huge), ET_LOG_STRING("reason", huge), ET_LOG_STRING("pause_ms", huge));
  ck_assert_uint_lt(strlen(seen_text), 1024);
  ck_assert_uint_gt(strlen(seen_text), 1000);
}
END_TEST

START_TEST(stderr_gets_one_whole_line)
{
  char line[256] = "";
  int ends[2];
  ssize_t length;
  const int before = dup(STDERR_FILENO);

  ck_assert_int_eq(pipe(ends), 0);
  dup2(ends[1], STDERR_FILENO);
  et_log_set_sink(NULL, NULL);
  ET_LOG(&down, ET_LOG_STRING("stream", "x"));
  dup2(before, STDERR_FILENO);
  length = read(ends[0], line, sizeof line - 1);
  ck_assert_int_gt(length, 0);
  ck_assert_ptr_nonnull(strstr(line, ": stream x is down: "));
  ck_assert_ptr_eq(strchr(line, '\n'), line + length - 1);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("log");
  TCase *tc = tcase_create("log");

  tcase_add_checked_fixture(tc, use_sink, NULL);
  tcase_add_test(tc, fields_are_put_into_the_text);
  tcase_add_test(tc, an_event_is_one_line);
  tcase_add_test(tc, a_missing_field_shows);
  tcase_add_test(tc, long_texts_are_cut);
  tcase_add_test(tc, stderr_gets_one_whole_line);
  suite_add_tcase(suite, tc);
  return suite;
}

TEST_MAIN(make_suite)
