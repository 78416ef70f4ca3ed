/* SPDX-License-Identifier: MIT */
/* The layouts of benchmark folders, and what is wrong with some. */
#include <glib/gstdio.h>

#include "eval/frames.h"
#include "eval/sequence.h"
#include "test/main.h"

static char *root;
static GPtrArray *sequences;
static GError *error;

static void setup(void)
{
  root = g_dir_make_tmp("etrack-eval-XXXXXX", NULL);
  ck_assert_ptr_nonnull(root);
  sequences = g_ptr_array_new_with_free_func((GDestroyNotify)eval_sequence_free);
}

static void remove_tree(const char *path)
{
  GDir *dir = g_dir_open(path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name(dir))) {
    char *child = g_build_filename(path, name, NULL);

    remove_tree(child);
    g_free(child);
  }
  if (dir)
    g_dir_close(dir);
  g_remove(path);
}

static void teardown(void)
{
  g_ptr_array_unref(sequences);
  g_clear_error(&error);
  remove_tree(root);
  g_free(root);
}

static char *put(const char *relative, const char *text)
{
  char *path = g_build_filename(root, relative, NULL), *folder = g_path_get_dirname(path);

  ck_assert_int_eq(g_mkdir_with_parents(folder, 0777), 0);
  ck_assert(g_file_set_contents(path, text, -1, NULL));
  g_free(folder);
  return path;
}

static void put_pictures(const char *folder, int count)
{
  for (int i = 1; i <= count; i++) {
    char *name = g_strdup_printf("%s/%04d.jpg", folder, i);

    g_free(put(name, "no JPEG"));
    g_free(name);
  }
}

static gboolean load(const char *relative)
{
  char *path = g_build_filename(root, relative, NULL);
  const gboolean done = eval_sequences_load(path, NULL, sequences, &error);

  g_free(path);
  return done;
}

static const struct eval_sequence *only(void)
{
  ck_assert_msg(!error, "%s", error ? error->message : "");
  ck_assert_uint_eq(sequences->len, 1);
  return g_ptr_array_index(sequences, 0);
}

static const struct eval_truth *truth_of(const struct eval_sequence *s, guint i)
{
  return &g_array_index(s->truth, struct eval_truth, i);
}

START_TEST(otb_by_commas_tabs_or_spaces)
{
  put_pictures("a/img", 3);
  g_free(put("a/groundtruth_rect.txt", "1,2,30,40\n1\t2\t30\t40\n5 6 30 40\n"));
  load("a");
  ck_assert_str_eq(only()->name, "a");
  ck_assert_uint_eq(only()->images->len, 3);
  ck_assert_double_eq(truth_of(only(), 1)->box.w, 30);
  ck_assert_double_eq(truth_of(only(), 2)->box.x, 5);
}
END_TEST

START_TEST(a_nan_or_an_empty_box_means_no_target)
{
  put_pictures("a/img", 3);
  g_free(put("a/groundtruth_rect.txt", "1,2,30,40\nNaN,NaN,NaN,NaN\n1,2,0,40\n"));
  load("a");
  ck_assert(truth_of(only(), 0)->present);
  ck_assert(!truth_of(only(), 1)->present);
  ck_assert(!truth_of(only(), 2)->present);
}
END_TEST

START_TEST(got10k_with_absence_labels)
{
  put_pictures("g", 3);
  g_free(put("g/groundtruth.txt", "1,2,30,40\n1,2,30,40\n1,2,30,40\n"));
  g_free(put("g/absence.label", "0\n1\n0\n"));
  load("g");
  ck_assert(!truth_of(only(), 1)->present);
  ck_assert(truth_of(only(), 2)->present);
}
END_TEST

START_TEST(lasot_with_occlusion_and_out_of_view)
{
  put_pictures("l/img", 4);
  g_free(put("l/groundtruth.txt", "1,2,30,40\n1,2,30,40\n1,2,30,40\n1,2,30,40\n"));
  g_free(put("l/full_occlusion.txt", "0,1,0,0"));
  g_free(put("l/out_of_view.txt", "0,0,1,0"));
  load("l");
  ck_assert(!truth_of(only(), 1)->present);
  ck_assert(!truth_of(only(), 2)->present);
  ck_assert(truth_of(only(), 3)->present);
}
END_TEST

START_TEST(a_folder_of_sequences_gives_all_of_them_by_name)
{
  put_pictures("all/b/img", 1);
  put_pictures("all/a/img", 1);
  g_free(put("all/b/groundtruth_rect.txt", "1,2,30,40\n"));
  g_free(put("all/a/groundtruth_rect.txt", "1,2,30,40\n"));
  ck_assert_msg(load("all"), "%s", error ? error->message : "");
  ck_assert_uint_eq(sequences->len, 2);
  ck_assert_str_eq(((struct eval_sequence *)g_ptr_array_index(sequences, 0))->name, "a");
}
END_TEST

static void refused(const char *relative, const char *named)
{
  ck_assert(!load(relative));
  ck_assert_msg(strstr(error->message, named), "the words do not name %s: %s", named, error->message);
}

START_TEST(a_bad_line_is_named_with_its_number)
{
  put_pictures("a/img", 2);
  g_free(put("a/groundtruth_rect.txt", "1,2,30,40\n1,2,thirty,40\n"));
  refused("a", "groundtruth_rect.txt:2");
}
END_TEST

START_TEST(a_label_file_of_another_length_is_refused)
{
  put_pictures("l/img", 2);
  g_free(put("l/groundtruth.txt", "1,2,30,40\n1,2,30,40\n"));
  g_free(put("l/out_of_view.txt", "0,0,1"));
  refused("l", "out_of_view.txt");
}
END_TEST

START_TEST(a_missing_folder_is_named)
{
  refused("nowhere", "nowhere");
}
END_TEST

START_TEST(a_picture_that_is_none_is_named)
{
  struct eval_frames *frames;
  struct et_image image;
  int64_t time_ns;

  put_pictures("a/img", 1);
  g_free(put("a/groundtruth_rect.txt", "1,2,30,40\n"));
  load("a");
  frames = eval_frames_open(only(), 25, NULL);
  ck_assert(!eval_frames_next(frames, &image, &time_ns, &error));
  ck_assert_msg(strstr(error->message, "0001.jpg"), "%s", error->message);
  eval_frames_close(&frames);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("sequence");
  TCase *tcase = tcase_create("sequence");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, otb_by_commas_tabs_or_spaces);
  tcase_add_test(tcase, a_nan_or_an_empty_box_means_no_target);
  tcase_add_test(tcase, got10k_with_absence_labels);
  tcase_add_test(tcase, lasot_with_occlusion_and_out_of_view);
  tcase_add_test(tcase, a_folder_of_sequences_gives_all_of_them_by_name);
  tcase_add_test(tcase, a_bad_line_is_named_with_its_number);
  tcase_add_test(tcase, a_label_file_of_another_length_is_refused);
  tcase_add_test(tcase, a_missing_folder_is_named);
  tcase_add_test(tcase, a_picture_that_is_none_is_named);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
