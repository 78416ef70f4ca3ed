/* SPDX-License-Identifier: MIT */
/* What a buffer carries: regions of interest with every documented field, in sync and in async
 * mode, in every format. */
#include <math.h>
#include <string.h>

#include "fixture.h"

GST_START_TEST(test_sync_gives_each_buffer_its_own_result)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);

  for (guint n = 0; n < 8; n++) {
    GstBuffer *out = rig_pass(rig, n);
    const GstStructure *s = roi_params(out);

    fail_unless(s != NULL, "frame %u has no ROI", n);
    fail_unless_equals_uint64(field_uint64(s, "frame"), n + 1);
    fail_unless_equals_uint64(field_uint64(s, "pts"), GST_BUFFER_PTS(out));
    fail_unless(iou(box_of(s), ball_box(n)) > 0.6, "frame %u: the box is off: %f %f %f %f", n, box_of(s).x, box_of(s).y, box_of(s).w,
                box_of(s).h);
    gst_buffer_unref(out);
  }
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_roi_has_every_documented_field)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), "roi-type", "ball", NULL);
  const GstVideoRegionOfInterestMeta *roi;
  const GstStructure *s;
  GstBuffer *out;
  Box b;

  gst_buffer_unref(rig_pass(rig, 0));
  out = rig_pass(rig, 1);
  roi = roi_of(out);
  s = roi_params(out);
  b = box_of(s);
  fail_unless_equals_int(roi_count(out), 1);
  fail_unless_equals_string(g_quark_to_string(roi->roi_type), "ball");
  fail_unless_equals_int(roi->id, (gint)field_uint64(s, "target"));
  fail_unless(roi->x <= b.x && roi->x + 1 > b.x, "x %u for %f", roi->x, b.x);
  fail_unless(roi->x + roi->w >= b.x + b.w, "right edge %u for %f", roi->x + roi->w, b.x + b.w);
  fail_unless_equals_string(field_string(s, "state"), "tracking");
  fail_unless(field_double(s, "score") > 0.3 && field_double(s, "score") <= 1, "score %f", field_double(s, "score"));
  fail_unless(field_double(s, "velocity-x") < 500 && field_double(s, "velocity-y") < 500);
  fail_unless(field_uint64(s, "age") < PATIENCE_S * GST_SECOND, "age %" G_GUINT64_FORMAT, field_uint64(s, "age"));
  fail_unless_equals_uint64(field_uint64(s, "first-seen"), 0);
  fail_unless_equals_uint64(field_uint64(s, "last-seen"), GST_SECOND / 25);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_no_target_no_roi)
{
  Rig *rig = rig_new("mode", 2, NULL);
  GstBuffer *out = rig_pass(rig, 0);

  fail_unless_equals_int(roi_count(out), 0);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_foreign_metas_stay)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  GstBuffer *in = picture(0, WIDTH, HEIGHT), *out;
  GstCaps *caps = gst_caps_new_empty_simple("timestamp/x-test");

  gst_buffer_add_reference_timestamp_meta(in, caps, 42, GST_CLOCK_TIME_NONE);
  gst_buffer_add_video_region_of_interest_meta(in, "face", 1, 2, 3, 4);
  out = gst_harness_push_and_pull(rig->harness, in);
  fail_unless(gst_buffer_get_reference_timestamp_meta(out, caps) != NULL);
  fail_unless_equals_int(roi_count(out), 2);
  gst_caps_unref(caps);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

/* A buffer that somebody else holds is not changed: it comes out as another one. */
GST_START_TEST(test_a_shared_buffer_is_left_alone)
{
  Rig *rig = rig_new("mode", 2, "draw", 1, "target", ball_target(0), NULL);
  GstBuffer *in = picture(0, WIDTH, HEIGHT), *same = picture(0, WIDTH, HEIGHT), *out;
  GstMapInfo a, b;

  out = gst_harness_push_and_pull(rig->harness, gst_buffer_ref(in));
  fail_unless_equals_int(roi_count(in), 0);
  fail_unless_equals_int(roi_count(out), 1);
  gst_buffer_map(in, &a, GST_MAP_READ);
  gst_buffer_map(same, &b, GST_MAP_READ);
  fail_unless(memcmp(a.data, b.data, a.size) == 0, "the drawing reached a buffer that somebody else holds");
  gst_buffer_unmap(in, &a);
  gst_buffer_unmap(same, &b);
  gst_buffer_unref(in);
  gst_buffer_unref(same);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

/* In async mode with a pause after each frame, the result is that of the frame before. */
GST_START_TEST(test_async_says_which_frame_a_result_is_of)
{
  Rig *rig = rig_new("mode", 1, "target", ball_target(0), "messages", 2, NULL);

  for (guint n = 0; n < 6; n++) {
    GstBuffer *out = rig_pass(rig, n);

    fail_unless_equals_int(roi_count(out), n == 0 ? 0 : 1);
    fail_unless_equals_uint64(n == 0 ? 0 : field_uint64(roi_params(out), "frame"), n);
    gst_buffer_unref(out);
    gst_message_unref(rig_wait(rig, GST_MESSAGE_ELEMENT));
  }
  rig_free(rig);
}
GST_END_TEST

static const gchar *const formats[] = {"I420", "NV12", "YUY2", "UYVY",      "GRAY8",     "RGB",      "BGR",
                                       "RGBA", "BGRA", "BGRx", "GRAY16_LE", "GRAY16_BE", "P010_10LE"};

/* The place where videotestsrc draws its ball, a disc with a radius of 20. */
static Box ball_of_testsrc(guint n, gint width, gint height)
{
  const gdouble angle = 2 * G_PI * n / 200;

  return (Box){(0.5 + 0.5 * sin(angle)) * (width - 40), (0.5 + 0.5 * sin(angle * sqrt(2))) * (height - 40), 40, 40};
}

/* Odd sizes have odd chroma and padded strides. */
GST_START_TEST(test_every_format_and_odd_sizes)
{
  const gchar *format = formats[__i__ / 2];
  const gint width = __i__ % 2 ? 323 : 320, height = __i__ % 2 ? 241 : 240;
  gchar *line = g_strdup_printf("videotestsrc pattern=ball num-buffers=6 ! video/x-raw,format=%s,width=%d,height=%d,framerate=25/1 ! "
                                "etrack mode=sync draw=box+label target=%d,%d,40,40",
                                format, width, height, width / 2 - 20, height / 2 - 20);
  GstHarness *h = gst_harness_new_parse(line);

  gst_harness_play(h);
  for (guint n = 0; n < 6; n++) {
    GstBuffer *out = gst_harness_pull(h);
    const GstStructure *s = roi_params(out);

    fail_unless(s != NULL, "%s %dx%d: frame %u has no ROI", format, width, height, n);
    fail_unless(field_double(s, "score") > 0.3, "%s: score %f on frame %u", format, field_double(s, "score"), n);
    fail_unless(iou(box_of(s), ball_of_testsrc(n, width, height)) > 0.5, "%s: the box is off on frame %u", format, n);
    gst_buffer_unref(out);
  }
  gst_harness_teardown(h);
  g_free(line);
}
GST_END_TEST

static Suite *metas_suite(void)
{
  Suite *s = suite_create("metas");
  TCase *t = tcase_create("metas"), *real = tcase_create("with the real model");

  tcase_set_timeout(t, TEST_S);
  tcase_set_timeout(real, TEST_S);
  tcase_add_checked_fixture(real, use_real_model, NULL);
  tcase_add_test(real, test_sync_gives_each_buffer_its_own_result);
  tcase_add_loop_test(real, test_every_format_and_odd_sizes, 0, 2 * (gint)G_N_ELEMENTS(formats));
  tcase_add_test(t, test_roi_has_every_documented_field);
  tcase_add_test(t, test_no_target_no_roi);
  tcase_add_test(t, test_foreign_metas_stay);
  tcase_add_test(t, test_a_shared_buffer_is_left_alone);
  tcase_add_test(t, test_async_says_which_frame_a_result_is_of);
  suite_add_tcase(s, t);
  suite_add_tcase(s, real);
  return s;
}

GST_CHECK_MAIN(metas)
