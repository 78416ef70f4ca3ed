/* SPDX-License-Identifier: MIT */
/* Frames from pictures and from a video: pixels, times, ends, and what cannot be decoded. */
#include "eval/frames.h"
#include "files.h"
#include "test/main.h"

static char *root;
static struct eval_sequence *sequence;
static struct eval_frames *frames;
static struct et_image image;
static int64_t time_ns;
static GError *error;

static void setup(void)
{
  root = g_dir_make_tmp("etrack-frames-XXXXXX", NULL);
  ck_assert_ptr_nonnull(root);
  sequence = g_new0(struct eval_sequence, 1);
}

static void teardown(void)
{
  eval_frames_close(&frames);
  eval_sequence_free(sequence);
  g_clear_error(&error);
  remove_tree(root);
  g_free(root);
}

static void open_pictures(int count)
{
  sequence->images = g_ptr_array_new_with_free_func(g_free);
  for (int i = 0; i < count; i++)
    g_ptr_array_add(sequence->images, g_strdup_printf("%s/%d.jpg", root, i));
  frames = eval_frames_open(sequence, 50, &error);
  ck_assert_ptr_nonnull(frames);
}

static void open_video(char *path)
{
  sequence->video = path;
  frames = eval_frames_open(sequence, 25, &error);
  ck_assert_ptr_nonnull(frames);
}

static void put_picture(int number, const uint8_t *pixels, int width, int height, int components)
{
  char *path = g_strdup_printf("%s/%d.jpg", root, number);

  write_jpeg(path, pixels, width, height, components);
  g_free(path);
}

static gboolean next(void)
{
  return eval_frames_next(frames, &image, &time_ns, &error);
}

static void expect_frame(void)
{
  ck_assert_msg(next(), "%s", error ? error->message : "no more frames");
}

static void expect_end(void)
{
  ck_assert_msg(!next(), "one frame too many");
  ck_assert_msg(!error, "%s", error ? error->message : "");
}

static void expect_pixel(int x, int y, int r, int g, int b)
{
  const uint8_t *p = image.plane[0] + y * image.stride[0] + x * 3;

  ck_assert_msg(abs(p[0] - r) <= 3 && abs(p[1] - g) <= 3 && abs(p[2] - b) <= 3, "pixel %d,%d is %d,%d,%d, not about %d,%d,%d", x, y, p[0],
                p[1], p[2], r, g, b);
}

START_TEST(colours_are_rgb_in_this_order)
{
  uint8_t pixels[16 * 16 * 3];

  for (size_t i = 0; i < sizeof pixels; i += 3) {
    pixels[i] = 200;
    pixels[i + 1] = 90;
    pixels[i + 2] = 30;
  }
  put_picture(0, pixels, 16, 16, 3);
  open_pictures(1);
  expect_frame();
  ck_assert_int_eq(image.format, ET_FORMAT_RGB);
  expect_pixel(3, 12, 200, 90, 30);
}
END_TEST

START_TEST(a_grey_picture_becomes_rgb)
{
  uint8_t pixels[16 * 16];

  memset(pixels, 77, sizeof pixels);
  put_picture(0, pixels, 16, 16, 1);
  open_pictures(1);
  expect_frame();
  ck_assert_int_eq(image.format, ET_FORMAT_RGB);
  expect_pixel(15, 15, 77, 77, 77);
}
END_TEST

START_TEST(pictures_follow_each_other_at_the_given_rate)
{
  static uint8_t pixels[64 * 48 * 3];

  put_picture(0, pixels, 16, 16, 3);
  put_picture(1, pixels, 64, 48, 3);
  open_pictures(2);
  expect_frame();
  ck_assert_int_eq(time_ns, 0);
  ck_assert_int_eq(image.width, 16);
  expect_frame();
  ck_assert_int_eq(time_ns, 20000000);
  ck_assert_int_eq(image.width, 64);
  ck_assert_int_eq(image.height, 48);
  expect_end();
}
END_TEST

static void refused(const char *named)
{
  ck_assert(!next());
  ck_assert_ptr_nonnull(error);
  ck_assert_msg(strstr(error->message, named), "the message does not name %s: %s", named, error->message);
}

/* Keeps the first `share` of the bytes of a noisy picture. */
static void put_cut_picture(double share)
{
  static uint8_t pixels[64 * 64 * 3];
  char *path = g_strdup_printf("%s/0.jpg", root), *bytes;
  gsize length;

  for (size_t i = 0; i < sizeof pixels; i++)
    pixels[i] = (uint8_t)scene_hash((uint32_t)i, 1, 2);
  put_picture(0, pixels, 64, 64, 3);
  ck_assert(g_file_get_contents(path, &bytes, &length, NULL));
  ck_assert(g_file_set_contents(path, bytes, (gssize)((double)length * share), NULL));
  g_free(bytes);
  g_free(path);
}

START_TEST(a_cut_picture_is_refused)
{
  put_cut_picture(0.6);
  open_pictures(1);
  refused("0.jpg");
}
END_TEST

START_TEST(an_empty_picture_is_refused)
{
  put_cut_picture(0);
  open_pictures(1);
  refused("0.jpg");
}
END_TEST

START_TEST(a_missing_picture_is_named)
{
  open_pictures(1);
  refused("0.jpg: No such file");
}
END_TEST

/* Stray bytes between markers are a flaw, but no pixel depends on them. */
START_TEST(bytes_behind_a_marker_are_passed_over)
{
  static uint8_t pixels[16 * 16 * 3];
  char *path = g_strdup_printf("%s/0.jpg", root), *bytes;
  GByteArray *longer = g_byte_array_new();
  gsize length;

  put_picture(0, pixels, 16, 16, 3);
  ck_assert(g_file_get_contents(path, &bytes, &length, NULL));
  g_byte_array_append(longer, (guint8 *)bytes, 2);
  g_byte_array_append(longer, (const guint8 *)"xyz", 3);
  g_byte_array_append(longer, (guint8 *)bytes + 2, (guint)length - 2);
  ck_assert(g_file_set_contents(path, (char *)longer->data, longer->len, NULL));
  open_pictures(1);
  expect_frame();
  g_byte_array_unref(longer);
  g_free(bytes);
  g_free(path);
}
END_TEST

START_TEST(a_video_gives_its_own_format_and_times)
{
  int64_t before_ns = -1;
  int count = 0;

  open_video(in_source("tests/media/cup.webm"));
  while (next()) {
    ck_assert_int_eq(image.format, ET_FORMAT_I420);
    ck_assert_int_eq(image.width, 640);
    ck_assert_int_eq(image.height, 480);
    ck_assert_int_eq(et_image_check(&image, NULL), ET_OK);
    ck_assert_msg(time_ns > before_ns, "frame %d at %ld ns is not after %ld", count, (long)time_ns, (long)before_ns);
    before_ns = time_ns;
    count++;
  }
  ck_assert_msg(!error, "%s", error ? error->message : "");
  ck_assert_int_eq(count, 217);
}
END_TEST

START_TEST(a_file_that_is_no_video_is_refused)
{
  char *path = g_build_filename(root, "clip.mp4", NULL);

  ck_assert(g_file_set_contents(path, "no video at all", -1, NULL));
  open_video(path);
  refused("clip.mp4");
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("frames");
  TCase *tcase = tcase_create("frames");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, colours_are_rgb_in_this_order);
  tcase_add_test(tcase, a_grey_picture_becomes_rgb);
  tcase_add_test(tcase, pictures_follow_each_other_at_the_given_rate);
  tcase_add_test(tcase, a_cut_picture_is_refused);
  tcase_add_test(tcase, an_empty_picture_is_refused);
  tcase_add_test(tcase, a_missing_picture_is_named);
  tcase_add_test(tcase, bytes_behind_a_marker_are_passed_over);
  tcase_add_test(tcase, a_video_gives_its_own_format_and_times);
  tcase_add_test(tcase, a_file_that_is_no_video_is_refused);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
