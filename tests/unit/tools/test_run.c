/* SPDX-License-Identifier: MIT */
/* A run over a small sequence with the tiny model, and every file that it writes. */
#include <cairo.h>
#include <jansson.h>
#include <math.h>

#include "eval/frames.h"
#include "eval/run.h"
#include "files.h"
#include "test/main.h"

enum { FRAMES = 6 };

static char *root;
static GPtrArray *sequences;
static const struct eval_sequence *sequence;
static struct et_model *model;
static struct et_tracker *tracker;
static GError *error;

static void setup(void)
{
  char *path = in_source("tests/golden/tiny.safetensors"), *folder;
  struct et_tracker_options options;
  struct et_error_detail why;

  root = g_dir_make_tmp("etrack-run-XXXXXX", NULL);
  folder = g_build_filename(root, "disc", NULL);
  write_scenes(folder, FRAMES);
  sequences = g_ptr_array_new_with_free_func((GDestroyNotify)eval_sequence_free);
  ck_assert_msg(eval_sequences_load(folder, NULL, sequences, &error), "%s", error ? error->message : "");
  sequence = g_ptr_array_index(sequences, 0);
  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
  et_tracker_options_default(&options);
  options.raw = true;
  ck_assert_msg(et_tracker_create(model, &options, &tracker, &why) == ET_OK, "%s", why.text);
  g_free(folder);
  g_free(path);
}

static void teardown(void)
{
  et_tracker_destroy(&tracker);
  et_model_close(&model);
  g_ptr_array_unref(sequences);
  g_clear_error(&error);
  remove_tree(root);
  g_free(root);
}

static struct eval_run *run_with(const struct eval_options *options)
{
  struct eval_run *run = eval_run(tracker, sequence, options, &error);

  ck_assert_msg(run != NULL, "%s", error ? error->message : "");
  return run;
}

static const struct eval_record *record(const struct eval_run *run, guint i)
{
  return &g_array_index(run->records, struct eval_record, i);
}

/* The same frames, given to the tracker directly. */
static void expect_equal(const struct eval_run *run)
{
  struct eval_frames *frames = eval_frames_open(sequence, 25, NULL);
  const struct et_box box = scene_box(0);
  struct et_result r;
  struct et_image image;
  int64_t time_ns;

  for (guint i = 0; eval_frames_next(frames, &image, &time_ns, NULL); i++) {
    if (i == 0)
      ck_assert_int_eq(et_tracker_init(tracker, &image, &box, time_ns, &r, NULL), ET_OK);
    else
      ck_assert_int_eq(et_tracker_track(tracker, &image, time_ns, &r, NULL), ET_OK);
    ck_assert_double_eq(record(run, i)->box.x, r.box.x);
    ck_assert_double_eq(record(run, i)->box.y, r.box.y);
    ck_assert_double_eq(record(run, i)->box.w, r.box.w);
    ck_assert_double_eq(record(run, i)->box.h, r.box.h);
    ck_assert_double_eq(record(run, i)->score, r.score);
  }
  eval_frames_close(&frames);
}

START_TEST(a_run_is_what_the_tracker_says)
{
  struct eval_run *run = run_with(&(struct eval_options){.rate_hz = 25});

  ck_assert_uint_eq(run->records->len, FRAMES);
  ck_assert_double_eq(record(run, 0)->box.x, scene_box(0).x);
  ck_assert_double_eq(record(run, 0)->score, 1);
  expect_equal(run);
  ck_assert_uint_eq(run->scores.counted, FRAMES - 1);
  ck_assert_msg(run->p50_ns > 0 && run->p50_ns <= run->p95_ns && run->p95_ns <= run->p99_ns, "%ld, %ld, %ld ns", (long)run->p50_ns,
                (long)run->p95_ns, (long)run->p99_ns);
  eval_run_free(run);
}
END_TEST

/* Two raw trackers say the same. */
START_TEST(a_raw_tracker_gets_the_same_frames)
{
  struct eval_options with_raw = {.rate_hz = 25};
  struct et_tracker_options options;
  struct eval_run *run;

  et_tracker_options_default(&options);
  options.raw = true;
  ck_assert_int_eq(et_tracker_create(model, &options, &with_raw.raw, NULL), ET_OK);
  run = run_with(&with_raw);
  ck_assert_uint_eq(run->raw->records->len, FRAMES);
  ck_assert_double_eq(run->raw->scores.auc, run->scores.auc);
  ck_assert_double_eq(record(run->raw, FRAMES - 1)->box.x, record(run, FRAMES - 1)->box.x);
  eval_run_free(run);
  et_tracker_destroy(&with_raw.raw);
}
END_TEST

START_TEST(frames_can_be_limited)
{
  struct eval_run *run = run_with(&(struct eval_options){.rate_hz = 25, .most_frames = 3});

  ck_assert_uint_eq(run->records->len, 3);
  ck_assert_uint_eq(run->scores.counted, 2);
  eval_run_free(run);
}
END_TEST

START_TEST(a_start_box_outside_the_frame_is_named_by_its_line)
{
  g_array_index(sequence->truth, struct eval_truth, 0).box.x = 10000;
  ck_assert_ptr_null(eval_run(tracker, sequence, &(struct eval_options){.rate_hz = 25}, &error));
  ck_assert_msg(strstr(error->message, "groundtruth_rect.txt:1: ") && strstr(error->message, "320x240"), "%s", error->message);
}
END_TEST

START_TEST(a_trajectory_is_one_box_a_line)
{
  struct eval_run *run = run_with(&(struct eval_options){.rate_hz = 25, .most_frames = 2});
  char *folder = g_build_filename(root, "new", "folder", NULL), *path = g_build_filename(folder, "disc.txt", NULL), *text;
  double v[5];

  g_array_index(run->records, struct eval_record, 1).has_box = false;
  ck_assert_msg(eval_run_write(run, folder, &error), "%s", error ? error->message : "");
  ck_assert(g_file_get_contents(path, &text, NULL, NULL));
  ck_assert_int_eq(sscanf(text, "%lf,%lf,%lf,%lf,%lf\n", &v[0], &v[1], &v[2], &v[3], &v[4]), 5);
  ck_assert_double_eq(v[0], scene_box(0).x);
  ck_assert_double_eq(v[4], 1);
  ck_assert_msg(g_str_has_prefix(strchr(text, '\n'), "\nnan,nan,nan,nan,"), "%s", text);
  g_free(text);
  g_free(path);
  g_free(folder);
  eval_run_free(run);
}
END_TEST

static double number(const json_t *object, const char *key)
{
  const json_t *item = json_object_get(object, key);

  ck_assert_msg(json_is_number(item), "there is no number %s", key);
  return json_number_value(item);
}

START_TEST(json_holds_every_figure)
{
  struct eval_run *run = run_with(&(struct eval_options){.rate_hz = 25});
  GPtrArray *runs = g_ptr_array_new_with_free_func((GDestroyNotify)eval_run_free);
  char *path = g_build_filename(root, "x.json", NULL);
  json_t *json, *all, *one, *success;
  const char *model_name, *kernels, *name;
  json_error_t why;
  int raw;

  g_ptr_array_add(runs, run);
  ck_assert_msg(eval_write_json(runs, "tiny\xff", "portable", TRUE, path, &error), "%s", error ? error->message : "");
  json = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
  ck_assert_msg(json_unpack_ex(json, &why, JSON_STRICT, "{s:s, s:s, s:b, s:[o!], s:o}", "model", &model_name, "kernels", &kernels, "raw",
                               &raw, "sequences", &one, "all", &all) == 0,
                "%s", why.text);
  ck_assert_str_eq(model_name, "tiny\xef\xbf\xbd");
  ck_assert_str_eq(kernels, "portable");
  ck_assert(raw);
  ck_assert_int_eq(json_unpack(one, "{s:s, s:o}", "name", &name, "success", &success), 0);
  ck_assert_str_eq(name, "disc");
  ck_assert_double_eq(number(one, "frames"), FRAMES);
  ck_assert_double_eq_tol(number(one, "auc"), run->scores.auc, 1e-12);
  ck_assert_double_eq_tol(number(one, "precision_20px"), run->scores.precision, 1e-12);
  ck_assert_double_eq_tol(number(one, "p95_ms"), (double)run->p95_ns / 1e6, 1e-9);
  ck_assert_uint_eq(json_array_size(success), EVAL_SUCCESS_STEPS);
  ck_assert_double_eq_tol(number(all, "auc"), run->scores.auc, 1e-12);
  ck_assert_double_eq(number(all, "frames"), FRAMES);
  json_decref(json);
  g_free(path);
  g_ptr_array_unref(runs);
}
END_TEST

static guint32 pixel_of(cairo_surface_t *surface, int x, int y)
{
  const unsigned char *row = cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface);

  return ((const guint32 *)(const void *)row)[x] & 0xffffff;
}

/* Two frames of 320x240 with a box around the object: its left edge is green, and the picture
 * beside it is unchanged. */
START_TEST(drawn_frames_show_the_box)
{
  struct eval_run *run = run_with(&(struct eval_options){.rate_hz = 25, .most_frames = 2, .draw = root});
  char *path = g_build_filename(root, "disc-00001.png", NULL), *second = g_build_filename(root, "disc-00002.png", NULL);
  cairo_surface_t *surface = cairo_image_surface_create_from_png(path);
  const struct et_box box = scene_box(0);
  guint32 edge, beside;

  ck_assert_int_eq(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
  ck_assert_int_eq(cairo_image_surface_get_width(surface), SCENE_WIDTH);
  ck_assert_int_eq(cairo_image_surface_get_height(surface), SCENE_HEIGHT);
  edge = pixel_of(surface, (int)box.x, (int)(box.y + box.h / 2));
  beside = pixel_of(surface, (int)box.x - 10, (int)(box.y + box.h / 2));
  ck_assert_msg((edge >> 8 & 255) > 200 && (edge >> 16) < 100, "the box's edge is #%06x, not green", edge);
  ck_assert_msg((beside >> 8 & 255) < 180, "beside the box the picture is #%06x", beside);
  ck_assert_msg(g_file_test(second, G_FILE_TEST_IS_REGULAR), "%s is missing", second);
  cairo_surface_destroy(surface);
  g_free(second);
  g_free(path);
  eval_run_free(run);
}
END_TEST

/* 16-bit grey in a small part of the scale is drawn as the tracker sees it: from black to white. */
START_TEST(drawn_frames_are_stretched)
{
  static const struct et_result none;
  guint16 pixels[64 * 48];
  const struct et_image image = {
    .format = ET_FORMAT_GRAY16_LE, .width = 64, .height = 48, .plane = {(const guint8 *)pixels}, .stride = {64 * 2}};
  char *path = g_build_filename(root, "grey-00001.png", NULL);
  cairo_surface_t *surface;

  for (int i = 0; i < 64 * 48; i++)
    pixels[i] = GUINT16_TO_LE(i % 64 < 32 ? 7000 : 7400);
  ck_assert(eval_draw(root, "grey", 1, &image, &none, NULL, NULL));
  surface = cairo_image_surface_create_from_png(path);
  ck_assert_uint_lt(pixel_of(surface, 10, 40) & 255, 20);
  ck_assert_uint_gt(pixel_of(surface, 50, 40) & 255, 235);
  cairo_surface_destroy(surface);
  g_free(path);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("run");
  TCase *tcase = tcase_create("run");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, a_run_is_what_the_tracker_says);
  tcase_add_test(tcase, a_raw_tracker_gets_the_same_frames);
  tcase_add_test(tcase, frames_can_be_limited);
  tcase_add_test(tcase, a_start_box_outside_the_frame_is_named_by_its_line);
  tcase_add_test(tcase, a_trajectory_is_one_box_a_line);
  tcase_add_test(tcase, json_holds_every_figure);
  tcase_add_test(tcase, drawn_frames_show_the_box);
  tcase_add_test(tcase, drawn_frames_are_stretched);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
