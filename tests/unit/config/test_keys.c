/* SPDX-License-Identifier: MIT */
/* The table of keys: its defaults, its nearest names, and its agreement with the documentation. */
#include "keys.h"

#include <string.h>

#include "test/main.h"

START_TEST(defaults_lie_in_their_ranges)
{
  struct config config = {0};
  struct config_stream stream = {0};

  key_set_defaults(daemon_keys, &config);
  key_set_defaults(stream_keys, &stream);
  ck_assert_int_eq(stream.history_bytes, 100663296);
  ck_assert_double_eq(stream.frame_timeout_s, 5);
  key_free_strings(daemon_keys, &config);
  key_free_strings(stream_keys, &stream);
}
END_TEST

START_TEST(names_are_found)
{
  ck_assert_ptr_nonnull(key_find(daemon_keys, "model"));
  ck_assert_ptr_null(key_find(daemon_keys, "source"));
  ck_assert_ptr_null(key_find(stream_keys, "sourc"));
  ck_assert_ptr_null(key_find(stream_keys, ""));
}
END_TEST

START_TEST(the_nearest_name_is_near)
{
  static const struct {
    const char *name, *nearest;
  } cases[] = {
    {"sorce", "source"},
    {"SOURCE", "source"},
    {"frametimeout", "frame_timeout_s"},
    {"rate", "rate_hz"},
    {"history-bytes", "history_bytes"},
    {"weakscore", "weak_score"},
    {"coast", "coast_s"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    ck_assert_str_eq(key_nearest(stream_keys, true, cases[i].name), cases[i].nearest);
  ck_assert_str_ne(key_nearest(stream_keys, false, "weakscore"), "weak_score");
  ck_assert_ptr_nonnull(key_nearest(daemon_keys, false, ""));
  ck_assert_ptr_nonnull(
    key_nearest(daemon_keys, false, "a name that is longer than any key there could be, and longer than sixty-four bytes as well"));
}
END_TEST

START_TEST(a_refused_value_leaves_the_old_one)
{
  struct config_stream stream = {0};
  char *words = NULL;

  key_set_defaults(stream_keys, &stream);
  ck_assert(key_set(key_find(stream_keys, "source"), &stream, "test://ball", &words));
  ck_assert(!key_set(key_find(stream_keys, "source"), &stream, "ball", &words));
  ck_assert_ptr_nonnull(words);
  ck_assert_str_eq(stream.source, "test://ball");
  g_clear_pointer(&words, g_free);
  ck_assert(!key_set(key_find(stream_keys, "width"), &stream, "99999", &words));
  ck_assert_int_eq(stream.width, 0);
  g_clear_pointer(&words, g_free);
  key_free_strings(stream_keys, &stream);
}
END_TEST

START_TEST(a_rate_may_be_a_fraction)
{
  const struct key *rate = key_find(stream_keys, "rate_hz");
  struct config_stream stream = {0};
  char *words = NULL;

  ck_assert(key_set(rate, &stream, "30000/1001", &words));
  ck_assert_double_eq(stream.rate_hz, 30000 / 1001.0);
  ck_assert(key_set(rate, &stream, "25/1", &words));
  ck_assert_double_eq(stream.rate_hz, 25);
  ck_assert(key_set(rate, &stream, "29.97", &words));
  ck_assert_double_eq(stream.rate_hz, 29.97);
}
END_TEST

/* Where keys are documented, and how a key appears there. */
struct page {
  const char *name;
  char *text;
};

static struct page pages[] = {{"configuration.md", NULL}, {"man/etrackd.conf.5", NULL}};

static void read_pages(void)
{
  const char *root = g_getenv("ETRACK_SOURCE");

  for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
    g_autofree char *path = root ? g_build_filename(root, "docs", pages[i].name, NULL) : NULL;

    ck_assert_msg(path && g_file_get_contents(path, &pages[i].text, NULL, NULL), "$ETRACK_SOURCE/docs/%s cannot be read", pages[i].name);
  }
}

static void documented(const char *name, const char *range, const char *fallback, const char *blurb)
{
  g_autofree char *row = g_strdup_printf("| `%s` | %s | %s | %s |\n", name, range, *fallback ? fallback : "-", blurb);
  g_autofree char *entry = g_strdup_printf(".TP\n.B %s\n(%s%s%s)\n.br\n%s\n", name, range, *fallback ? ", default " : "", fallback, blurb);

  ck_assert_msg(strstr(pages[0].text, row) != NULL, "docs/%s lacks this row:\n%s", pages[0].name, row);
  ck_assert_msg(strstr(pages[1].text, entry) != NULL, "docs/%s lacks this entry:\n%s", pages[1].name, entry);
}

static void source_documented(const struct et_source_scheme *scheme)
{
  const bool address = scheme->source != ET_SOURCE_PIPELINE;
  g_autofree char *title = address ? g_strdup_printf("`%s`", scheme->title) : g_strdup("`pipeline:` and a gst-launch description");
  g_autofree char *row = g_strdup_printf("| %s | %s |\n", title, scheme->blurb);
  g_autofree char *entry = g_strdup_printf(".TP\n.B %s\n%s\n", scheme->title, scheme->blurb);

  ck_assert_msg(strstr(pages[0].text, row) != NULL, "docs/%s lacks this row:\n%s", pages[0].name, row);
  ck_assert_msg(strstr(pages[1].text, entry) != NULL, "docs/%s lacks this entry:\n%s", pages[1].name, entry);
}

START_TEST(every_source_is_documented)
{
  size_t count;
  const struct et_source_scheme *table = et_source_table(&count);

  read_pages();
  for (size_t i = 0; i < count; i++)
    source_documented(&table[i]);
  for (size_t i = 0; i < G_N_ELEMENTS(pages); i++)
    g_clear_pointer(&pages[i].text, g_free);
}
END_TEST

START_TEST(every_key_is_documented)
{
  const struct et_param_info *params;
  size_t count;

  read_pages();
  for (const struct key *k = daemon_keys; k->documented.name; k++)
    documented(k->documented.name, k->documented.range, k->documented.fallback, k->documented.blurb);
  for (const struct key *k = stream_keys; k->documented.name; k++)
    documented(k->documented.name, k->documented.range, k->documented.fallback, k->documented.blurb);
  params = et_param_table(&count);
  for (size_t i = 0; i < count; i++) {
    g_autofree char *range = g_strdup_printf("%g to %g", params[i].minimum, params[i].maximum);
    g_autofree char *fallback = g_strdup_printf("%g", params[i].fallback);

    documented(params[i].name, range, fallback, params[i].blurb);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(pages); i++)
    g_clear_pointer(&pages[i].text, g_free);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("config keys");
  TCase *tests = tcase_create("keys");

  tcase_add_test(tests, defaults_lie_in_their_ranges);
  tcase_add_test(tests, names_are_found);
  tcase_add_test(tests, the_nearest_name_is_near);
  tcase_add_test(tests, a_refused_value_leaves_the_old_one);
  tcase_add_test(tests, a_rate_may_be_a_fraction);
  tcase_add_test(tests, every_key_is_documented);
  tcase_add_test(tests, every_source_is_documented);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
