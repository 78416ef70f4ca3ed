/* SPDX-License-Identifier: MIT */
/* The layouts of benchmark folders, and the faults that are refused. */
#include "eval/sequence.h"
#include "files.h"
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

static gboolean load_from(const char *relative, const struct et_box *start)
{
  char *path = g_build_filename(root, relative, NULL);
  const gboolean done = eval_sequences_load(path, start, sequences, &error);

  g_free(path);
  return done;
}

static gboolean load(const char *relative)
{
  return load_from(relative, NULL);
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
  put_pictures("a/img", 5);
  g_free(put("a/groundtruth_rect.txt", "1,2,30,40\nNaN,NaN,NaN,NaN\n1,2,0,40\nnan,nan,nan,nan\n1,2,30,40\n"));
  load("a");
  ck_assert(truth_of(only(), 0)->present);
  for (guint i = 1; i < 4; i++)
    ck_assert(!truth_of(only(), i)->present);
  ck_assert(truth_of(only(), 4)->present);
}
END_TEST

START_TEST(pictures_are_ordered_by_number)
{
  g_free(put("a/img/10.jpg", ""));
  g_free(put("a/img/9.jpg", ""));
  g_free(put("a/img/note.txt", ""));
  g_free(put("a/groundtruth_rect.txt", "1,2,30,40\n1,2,30,40\n"));
  load("a");
  ck_assert_uint_eq(only()->images->len, 2);
  ck_assert_msg(g_str_has_suffix(g_ptr_array_index(only()->images, 0), "/9.jpg"), "%s comes first",
                (char *)g_ptr_array_index(only()->images, 0));
}
END_TEST

START_TEST(a_test_set_gives_its_start_box_alone)
{
  put_pictures("g", 3);
  g_free(put("g/groundtruth.txt", "1,2,30,40\n"));
  load("g");
  ck_assert_uint_eq(only()->truth->len, 1);
  ck_assert_uint_eq(only()->images->len, 3);
}
END_TEST

START_TEST(a_start_box_takes_the_place_of_the_first_truth)
{
  const struct et_box start = {5, 6, 7, 8};

  put_pictures("a/img", 2);
  g_free(put("a/groundtruth_rect.txt", "NaN,NaN,NaN,NaN\r\n1,2,30,40\r\n\r\n"));
  load_from("a", &start);
  ck_assert_double_eq(truth_of(only(), 0)->box.h, 8);
  ck_assert(truth_of(only(), 0)->present);
  ck_assert_double_eq(truth_of(only(), 1)->box.h, 40);
  ck_assert_str_eq(only()->start_label, "--box");
}
END_TEST

START_TEST(pictures_alone_need_a_start_box)
{
  const struct et_box start = {5, 6, 7, 8};

  put_pictures("a", 2);
  ck_assert(!load("a"));
  ck_assert(g_error_matches(error, EVAL_ERROR, EVAL_ERROR_NO_START));
  g_clear_error(&error);
  load_from("a", &start);
  ck_assert_uint_eq(only()->truth->len, 1);
}
END_TEST

START_TEST(a_video_is_named_without_its_ending)
{
  const struct et_box start = {5, 6, 7, 8};

  g_free(put("clip.one.mp4", ""));
  ck_assert(!load("clip.one.mp4"));
  ck_assert(g_error_matches(error, EVAL_ERROR, EVAL_ERROR_NO_START));
  g_clear_error(&error);
  load_from("clip.one.mp4", &start);
  ck_assert_str_eq(only()->name, "clip.one");
  ck_assert_ptr_null(only()->images);
}
END_TEST

START_TEST(got10k_with_cover_labels)
{
  put_pictures("g", 3);
  g_free(put("g/groundtruth.txt", "1,2,30,40\n1,2,30,40\n1,2,30,40\n"));
  g_free(put("g/cover.label", "8\n0\n1\n"));
  load("g");
  ck_assert(!truth_of(only(), 1)->present);
  ck_assert(truth_of(only(), 2)->present);
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
  ck_assert_msg(strstr(error->message, named), "the message does not name %s: %s", named, error->message);
}

START_TEST(a_bad_line_is_named_with_its_number)
{
  put_pictures("a/img", 2);
  g_free(put("a/groundtruth_rect.txt", "1,2,30,40\n1,2,thirty,40\n"));
  refused("a", "groundtruth_rect.txt:2");
}
END_TEST

static void refused_truth(const char *truth, const char *named)
{
  put_pictures("a/img", 2);
  g_free(put("a/groundtruth_rect.txt", truth));
  refused("a", named);
  g_clear_error(&error);
}

START_TEST(what_is_no_box_is_named)
{
  refused_truth("1,2,30,40\n1,2,30\n", "groundtruth_rect.txt:2");
  refused_truth("1,2,30,40\n1,2,3,4,5,6,7,8\n", "groundtruth_rect.txt:2");
  refused_truth("1,2,30,40\n1,2,inf,40\n", "groundtruth_rect.txt:2");
  refused_truth("1,2,30,40\n1,2,0x1e,40\n", "groundtruth_rect.txt:2");
  refused_truth("1,2,30,40\n1,2,1e999,40\n", "groundtruth_rect.txt:2");
  refused_truth("1,2,30,40\n\n1,2,30,40\n", "groundtruth_rect.txt:2");
  refused_truth("1;2;30;40\n1,2,30,40\n", "groundtruth_rect.txt:1");
  refused_truth("1,2,30,40\n1,2,30,\xff\x01\n", "groundtruth_rect.txt:2: \"1,2,30,\\377\\001\"");
  refused_truth("", "groundtruth_rect.txt");
  refused_truth("NaN NaN NaN NaN\n1,2,30,40\n", "groundtruth_rect.txt:1");
}
END_TEST

START_TEST(a_missing_picture_is_pointed_at)
{
  put_pictures("a/img", 4);
  g_free(put("a/groundtruth_rect.txt", "1,2,30,40\n1,2,30,40\n1,2,30,40\n1,2,30,40\n"));
  g_autofree char *path = g_build_filename(root, "a/img/0003.jpg", NULL);
  ck_assert_int_eq(g_remove(path), 0);
  refused("a", "0002.jpg one is missing");
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

static Suite *make_suite(void)
{
  Suite *suite = suite_create("sequence");
  TCase *tcase = tcase_create("sequence");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, otb_by_commas_tabs_or_spaces);
  tcase_add_test(tcase, a_nan_or_an_empty_box_means_no_target);
  tcase_add_test(tcase, pictures_are_ordered_by_number);
  tcase_add_test(tcase, a_test_set_gives_its_start_box_alone);
  tcase_add_test(tcase, a_start_box_takes_the_place_of_the_first_truth);
  tcase_add_test(tcase, pictures_alone_need_a_start_box);
  tcase_add_test(tcase, a_video_is_named_without_its_ending);
  tcase_add_test(tcase, got10k_with_cover_labels);
  tcase_add_test(tcase, got10k_with_absence_labels);
  tcase_add_test(tcase, lasot_with_occlusion_and_out_of_view);
  tcase_add_test(tcase, a_folder_of_sequences_gives_all_of_them_by_name);
  tcase_add_test(tcase, a_bad_line_is_named_with_its_number);
  tcase_add_test(tcase, what_is_no_box_is_named);
  tcase_add_test(tcase, a_missing_picture_is_pointed_at);
  tcase_add_test(tcase, a_label_file_of_another_length_is_refused);
  tcase_add_test(tcase, a_missing_folder_is_named);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
