/* SPDX-License-Identifier: MIT */
/* The table of log events: complete, without duplicates, and each explained in the journal catalog.
 * */
#include <ctype.h>
#include <glib.h>
#include <string.h>

#include "log_events.h"
#include "test/main.h"

START_TEST(every_event_is_whole)
{
  for (int e = 0; e < EVENTS; e++) {
    const struct et_log_event *event = daemon_event((enum daemon_event)e);

    ck_assert_ptr_nonnull(event->id);
    ck_assert_uint_eq(strlen(event->message_id), 32);
    ck_assert_uint_eq(strspn(event->message_id, "0123456789abcdef"), 32);
    for (int other = 0; other < e; other++) {
      ck_assert_str_ne(event->id, daemon_event((enum daemon_event)other)->id);
      ck_assert_str_ne(event->message_id, daemon_event((enum daemon_event)other)->message_id);
    }
  }
}
END_TEST

/* Every @ETRACK_FIELD@ of the catalog must be a {field} of the text. The catalog need not use them
 * all. */
static void check_entry(const char *entry, const struct et_log_event *event)
{
  const char *end = strstr(entry + 1, "\n-- "), *at = entry;

  while ((at = strstr(at, "@ETRACK_")) && (!end || at < end)) {
    const char *close = strchr(at + 1, '@');
    g_autofree char *name = g_ascii_strdown(at + strlen("@ETRACK_"), close - at - (gssize)strlen("@ETRACK_"));
    g_autofree char *field = g_strdup_printf("{%s}", name);

    ck_assert_msg(strstr(event->text, field) != NULL, "the catalog puts %s into `%s`, which has no such field", field, event->id);
    at = close + 1;
  }
}

START_TEST(the_catalog_explains_every_event)
{
  g_autofree char *path = g_build_filename(g_getenv("ETRACK_SOURCE"), "systemd", "etrackd.catalog", NULL), *text = NULL;

  ck_assert(g_file_get_contents(path, &text, NULL, NULL));
  for (int e = 0; e < EVENTS; e++) {
    const struct et_log_event *event = daemon_event((enum daemon_event)e);
    g_autofree char *head = g_strdup_printf("\n-- %s\nSubject: ", event->message_id);
    const char *entry = strstr(text, head);

    ck_assert_msg(entry != NULL, "`%s` (%s) is not in the catalog", event->id, event->message_id);
    check_entry(entry, event);
  }
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("log_events");
  TCase *tc = tcase_create("log_events");

  tcase_add_test(tc, every_event_is_whole);
  tcase_add_test(tc, the_catalog_explains_every_event);
  suite_add_tcase(suite, tc);
  return suite;
}

TEST_MAIN(make_suite)
