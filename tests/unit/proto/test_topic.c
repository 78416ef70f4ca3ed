/* SPDX-License-Identifier: MIT */
/* What may be subscribed to. */
#include "proto/topic.h"

#include <string.h>

#include "test/main.h"

#define LONGEST "abcdefghijklmnopqrstuvwxyz-_ABCD"

START_TEST(beginnings_of_topics)
{
  static const char *const good[] = {
    "",  "t",      "track",        "track.", "track.c", "track.cam0", "track.cam0 ",
    "e", "event.", "event.A-b_9 ", "s",      "status",  "status ",    "track." LONGEST " ",
  };

  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    ck_assert_msg(proto_topic_begins(good[i], strlen(good[i])), "`%s`", good[i]);
}
END_TEST

START_TEST(what_begins_no_topic)
{
  static const char *const bad[] = {
    " ",       "x",           "track ",  "track. ",      "track.cam0  ",       "track.cam0 {",
    "statusx", "status  ",    "Track.",  "track.cam.0",  "track.a/b",          "track.\xc3\xa9",
    "events.", "event.cam 0", "track..", "track.cam0\n", "track." LONGEST "x", "track." LONGEST "x ",
  };

  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(!proto_topic_begins(bad[i], strlen(bad[i])), "`%s`", bad[i]);
  ck_assert(!proto_topic_begins("track.a\0b", 9));
  ck_assert(!proto_topic_begins("track.a\0", 8));
  ck_assert(!proto_topic_begins("track\0", 6));
  ck_assert(!proto_topic_begins("status \0", 8));
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("topic");
  TCase *tc = tcase_create("topic");

  tcase_add_test(tc, beginnings_of_topics);
  tcase_add_test(tc, what_begins_no_topic);
  suite_add_tcase(suite, tc);
  return suite;
}

TEST_MAIN(make_suite)
