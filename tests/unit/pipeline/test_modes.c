/* SPDX-License-Identifier: MIT */
/* Cameras' caps, as GStreamer 1.22 and 1.26 spell them, as modes. */
#include "modes.h"
#include "pipeline/camera.h"
#include "test/main.h"

static GPtrArray *modes;

static void setup(void)
{
  gst_init(NULL, NULL);
}

static void teardown(void)
{
  g_clear_pointer(&modes, g_ptr_array_unref);
}

static void read_caps(const char *text)
{
  GstCaps *caps = gst_caps_from_string(text);

  ck_assert_msg(caps != NULL, "no caps: %s", text);
  modes = modes_of_caps(caps);
  gst_caps_unref(caps);
}

static void expect(guint i, const char *format, int width, int height, double rate_hz)
{
  const struct camera_mode *mode = i < modes->len ? g_ptr_array_index(modes, i) : NULL;

  ck_assert_msg(mode != NULL, "only %u modes", modes->len);
  ck_assert_str_eq(mode->format, format);
  ck_assert_int_eq(mode->width, width);
  ck_assert_int_eq(mode->height, height);
  ck_assert_double_eq_tol(mode->rate_hz, rate_hz, 1e-9);
}

START_TEST(an_entry_a_mode)
{
  read_caps("video/x-raw, format=(string)YUY2, width=(int)640, height=(int)480, framerate=(fraction){ 30/1, 15/1 };"
            "image/jpeg, width=(int)1920, height=(int)1080, framerate=(fraction)60/1");
  ck_assert_uint_eq(modes->len, 2);
  expect(0, "YUY2", 640, 480, 30);
  expect(1, "image/jpeg", 1920, 1080, 60);
}
END_TEST

START_TEST(lists_of_formats_and_sizes)
{
  read_caps("video/x-raw, format=(string){ NV12, YUY2 }, width=(int)640, height=(int){ 360, 480 }, framerate=(fraction){ 15/1, 30/1 }");
  ck_assert_uint_eq(modes->len, 4);
  for (guint i = 0; i < modes->len; i++) {
    const struct camera_mode *mode = g_ptr_array_index(modes, i);

    ck_assert(mode->height == 360 || mode->height == 480);
    expect(i, g_str_equal(mode->format, "NV12") ? "NV12" : "YUY2", 640, mode->height, 30);
  }
}
END_TEST

START_TEST(ranges_give_the_largest)
{
  read_caps("video/x-raw, format=(string)NV12, width=(int)[ 48, 1920 ], height=(int)[ 32, 1080 ], framerate=(fraction)[ 1/5, 25/2 ]");
  ck_assert_uint_eq(modes->len, 1);
  expect(0, "NV12", 1920, 1080, 12.5);
}
END_TEST

START_TEST(the_same_in_other_memory_or_colours_is_no_mode)
{
  read_caps("video/x-raw, format=(string)NV12, width=(int)640, height=(int)480, colorimetry=(string)bt601, framerate=(fraction)30/1;"
            "video/x-raw, format=(string)NV12, width=(int)640, height=(int)480, colorimetry=(string)bt709, framerate=(fraction)30/1;"
            "video/x-raw(memory:DMABuf), format=(string)DMA_DRM, drm-format=(string)NV12, width=(int)640, height=(int)480");
  ck_assert_uint_eq(modes->len, 1);
  expect(0, "NV12", 640, 480, 30);
}
END_TEST

START_TEST(no_caps_no_modes)
{
  modes = modes_of_caps(NULL);
  ck_assert_uint_eq(modes->len, 0);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("modes");
  TCase *tcase = tcase_create("caps");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, an_entry_a_mode);
  tcase_add_test(tcase, lists_of_formats_and_sizes);
  tcase_add_test(tcase, ranges_give_the_largest);
  tcase_add_test(tcase, the_same_in_other_memory_or_colours_is_no_mode);
  tcase_add_test(tcase, no_caps_no_modes);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
