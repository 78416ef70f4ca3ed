/* SPDX-License-Identifier: MIT */
/* The stream's life: caps, flush, EOS, READY and back, latency. */
#include "fixture.h"

static guint64 uint64_of(Rig *rig, const gchar *property)
{
  guint64 value;

  g_object_get(rig->element, property, &value, NULL);
  return value;
}

static guint64 target_of(GstBuffer *buffer)
{
  const GstStructure *s = roi_params(buffer);

  return s ? field_uint64(s, "target") : 0;
}

GST_START_TEST(test_caps_change_scales_the_target)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  const Box small = ball_box(2);
  GstBuffer *out = rig_pass(rig, 0);
  const guint64 target = target_of(out);

  gst_buffer_unref(out);
  gst_buffer_unref(rig_pass(rig, 1));
  rig_set_size(rig, 2 * WIDTH, 3 * HEIGHT / 2);
  out = gst_harness_push_and_pull(rig->harness, picture(2, 2 * WIDTH, 3 * HEIGHT / 2));
  fail_unless_equals_uint64(target_of(out), target);
  fail_unless_equals_uint64(field_uint64(roi_params(out), "frame"), 3);
  fail_unless(iou(box_of(roi_params(out)), (Box){2 * small.x, 1.5 * small.y, 2 * small.w, 1.5 * small.h}) > 0.5, "not scaled: %f %f %f %f",
              box_of(roi_params(out)).x, box_of(roi_params(out)).y, box_of(roi_params(out)).w, box_of(roi_params(out)).h);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

/* A result of the old size would be out of scale on a frame of the new one. */
GST_START_TEST(test_async_attaches_no_result_of_another_size)
{
  Rig *rig = rig_new("mode", 1, "messages", 1, "target", ball_target(0), NULL);
  GstBuffer *out;

  gst_buffer_unref(rig_pass(rig, 0));
  gst_structure_free(rig_event(rig, "started"));
  rig_set_size(rig, 2 * WIDTH, 2 * HEIGHT);
  out = gst_harness_push_and_pull(rig->harness, picture(1, 2 * WIDTH, 2 * HEIGHT));
  fail_unless_equals_int(roi_count(out), 0);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

static const gchar *const interlaced[] = {"interleaved", "mixed", "fields"};

/* One error per stream, however many buffers come. A stream that is rebuilt around the element gets
 * it again. */
GST_START_TEST(test_interlaced_is_refused_with_a_way_out)
{
  Rig *rig = rig_new("mode", 2, NULL);
  gchar *caps =
    g_strdup_printf("video/x-raw,format=I420,width=%d,height=%d,framerate=25/1,interlace-mode=%s", WIDTH, HEIGHT, interlaced[__i__]);
  GstCaps *again = gst_caps_from_string(caps);
  gchar *words;

  gst_harness_set_src_caps_str(rig->harness, caps);
  fail_unless_equals_int(gst_harness_push(rig->harness, picture(0, WIDTH, HEIGHT)), GST_FLOW_NOT_NEGOTIATED);
  words = rig_words(rig, GST_MESSAGE_ERROR);
  assert_contains(words, "deinterlace");
  fail_unless_equals_int(gst_harness_push(rig->harness, picture(1, WIDTH, HEIGHT)), GST_FLOW_NOT_NEGOTIATED);
  fail_unless(rig_poll(rig, GST_MESSAGE_ERROR) == NULL);
  g_free(words);
  gst_harness_push_event(rig->harness, gst_event_new_stream_start("again"));
  gst_harness_push_event(rig->harness, gst_event_new_caps(again));
  words = rig_words(rig, GST_MESSAGE_ERROR);
  assert_contains(words, "deinterlace");
  g_free(words);
  gst_caps_unref(again);
  g_free(caps);
  rig_free(rig);
}
GST_END_TEST

/* The running time begins anew, but the tracker's must not run backwards. The target and all
 * numbers go on. */
GST_START_TEST(test_a_flush_keeps_the_target)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  guint64 target = 0;

  for (guint n = 0; n < 4; n++) {
    GstBuffer *out = rig_pass(rig, n);

    target = target_of(out);
    gst_buffer_unref(out);
  }
  rig_flush(rig);
  for (guint n = 0; n < 3; n++) {
    GstBuffer *out = rig_pass(rig, n);
    const GstStructure *s = roi_params(out);

    fail_unless(s != NULL, "no ROI after the flush");
    fail_unless_equals_uint64(field_uint64(s, "target"), target);
    fail_unless_equals_uint64(field_uint64(s, "frame"), n + 5);
    fail_unless(ABS(field_double(s, "velocity-x")) < 400, "velocity %f after a jump back in time", field_double(s, "velocity-x"));
    gst_buffer_unref(out);
  }
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_eos_drains_the_newest_frame)
{
  Rig *rig = rig_new("mode", 1, "messages", 2, "target", ball_target(0), NULL);
  guint64 last = 0;
  GstMessage *message;

  for (guint n = 0; n < 5; n++)
    gst_buffer_unref(rig_pass(rig, n));
  fail_unless(gst_harness_push_event(rig->harness, gst_event_new_eos()));
  while ((message = rig_poll(rig, GST_MESSAGE_ELEMENT))) {
    last = field_uint64(gst_message_get_structure(message), "frame");
    gst_message_unref(message);
  }
  fail_unless_equals_uint64(last, 5);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_ready_and_back_takes_the_target_again)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  GstBuffer *out = rig_pass(rig, 0);
  const guint64 before = target_of(out);

  gst_buffer_unref(out);
  gst_buffer_unref(rig_pass(rig, 1));
  for (gint round = 0; round < 3; round++) {
    fail_unless_equals_int(gst_element_set_state(rig->element, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    fail_unless_equals_uint64(uint64_of(rig, "frames"), 0);
    fail_unless_equals_int(gst_element_set_state(rig->element, GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
    gst_harness_play(rig->harness);
    rig_flush(rig);
    rig_set_size(rig, WIDTH, HEIGHT);
    out = rig_pass(rig, 0);
    fail_unless(target_of(out) > before, "the property did not take effect again");
    fail_unless_equals_uint64(field_uint64(roi_params(out), "frame"), 1);
    gst_buffer_unref(out);
  }
  rig_free(rig);
}
GST_END_TEST

/* Frames that were dropped on their way to the element have numbers and are counted. */
GST_START_TEST(test_skipped_frames_count)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  GstBuffer *out;

  gst_buffer_unref(rig_pass(rig, 0));
  g_signal_emit_by_name(rig->element, "skip", G_GUINT64_CONSTANT(3));
  out = rig_pass(rig, 1);
  fail_unless_equals_uint64(field_uint64(roi_params(out), "frame"), 5);
  fail_unless_equals_uint64(field_uint64(roi_params(out), "dropped"), 3);
  fail_unless_equals_uint64(uint64_of(rig, "frames"), 5);
  fail_unless_equals_uint64(uint64_of(rig, "dropped"), 3);
  fail_unless_equals_uint64(uint64_of(rig, "processed"), 2);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

/* A sink says that the first frame is 0.2 s late: the next ones would be late as well. */
GST_START_TEST(test_late_frames_are_dropped_and_counted)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  guint n;

  gst_buffer_unref(rig_pass(rig, 0));
  fail_unless(gst_harness_push_upstream_event(rig->harness, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2, 200 * GST_MSECOND, 0)));
  for (n = 1; n < 30 && gst_harness_buffers_received(rig->harness) == 1; n++)
    fail_unless_equals_int(gst_harness_push(rig->harness, picture(n, WIDTH, HEIGHT)), GST_FLOW_OK);
  fail_unless_equals_int((gint)gst_harness_buffers_received(rig->harness), 2);
  fail_unless(uint64_of(rig, "dropped") > 2);
  fail_unless_equals_uint64(uint64_of(rig, "frames"), n);
  fail_unless_equals_uint64(uint64_of(rig, "processed") + uint64_of(rig, "dropped"), n);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_nothing_is_dropped_without_a_target)
{
  Rig *rig = rig_new("mode", 1, NULL);

  for (guint n = 0; n < 60; n++)
    gst_buffer_unref(rig_pass(rig, n));
  fail_unless_equals_uint64(uint64_of(rig, "dropped"), 0);
  fail_unless_equals_uint64(uint64_of(rig, "frames"), 60);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_sync_reports_its_latency_before_the_first_frame)
{
  Rig *rig = rig_new("mode", 2, NULL);
  GstClockTime latency;

  gst_harness_set_upstream_latency(rig->harness, 7 * GST_MSECOND);
  latency = gst_harness_query_latency(rig->harness);
  fail_unless(latency > 7 * GST_MSECOND + 100 * GST_USECOND, "%" GST_TIME_FORMAT, GST_TIME_ARGS(latency));
  fail_unless(latency < PATIENCE_S * GST_SECOND, "%" GST_TIME_FORMAT, GST_TIME_ARGS(latency));
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_async_adds_no_latency)
{
  Rig *rig = rig_new("mode", 1, "target", ball_target(0), NULL);

  gst_harness_set_upstream_latency(rig->harness, 7 * GST_MSECOND);
  gst_buffer_unref(rig_pass(rig, 0));
  fail_unless_equals_uint64(gst_harness_query_latency(rig->harness), 7 * GST_MSECOND);
  rig_free(rig);
}
GST_END_TEST

/* auto: a source that is not live is tracked frame by frame. */
GST_START_TEST(test_auto_follows_liveness)
{
  const gboolean live = __i__ == 1;
  Rig *rig = rig_new("target", ball_target(0), NULL);
  GstBuffer *out;

  gst_harness_set_live(rig->harness, live);
  out = rig_pass(rig, 0);
  fail_unless_equals_int(roi_count(out), live ? 0 : 1);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

static Suite *flow_suite(void)
{
  Suite *s = suite_create("flow");
  TCase *t = tcase_create("flow"), *real = tcase_create("with the real model");

  tcase_set_timeout(t, TEST_S);
  tcase_set_timeout(real, TEST_S);
  tcase_add_checked_fixture(real, use_real_model, NULL);
  tcase_add_test(real, test_caps_change_scales_the_target);
  tcase_add_test(real, test_sync_reports_its_latency_before_the_first_frame);
  tcase_add_test(t, test_async_attaches_no_result_of_another_size);
  tcase_add_loop_test(t, test_interlaced_is_refused_with_a_way_out, 0, (gint)G_N_ELEMENTS(interlaced));
  tcase_add_test(t, test_a_flush_keeps_the_target);
  tcase_add_test(t, test_eos_drains_the_newest_frame);
  tcase_add_test(t, test_ready_and_back_takes_the_target_again);
  tcase_add_test(t, test_skipped_frames_count);
  tcase_add_test(t, test_late_frames_are_dropped_and_counted);
  tcase_add_test(t, test_nothing_is_dropped_without_a_target);
  tcase_add_test(t, test_async_adds_no_latency);
  tcase_add_loop_test(t, test_auto_follows_liveness, 0, 2);
  suite_add_tcase(s, t);
  suite_add_tcase(s, real);
  return s;
}

GST_CHECK_MAIN(flow)
