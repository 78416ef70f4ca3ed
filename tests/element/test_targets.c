/* SPDX-License-Identifier: MIT */
/* Starting and stopping targets in every way: property, action signal, upstream event, a kept
 * frame; and the fate of a bad box. */
#include "fixture.h"

static guint64 start(Rig *rig, Box b, guint64 frame)
{
  guint64 target = 0;

  g_signal_emit_by_name(rig->element, "track", b.x, b.y, b.w, b.h, frame, &target);
  return target;
}

static guint64 pass_and_read_target(Rig *rig, guint n)
{
  GstBuffer *out = rig_pass(rig, n);
  const GstStructure *s = roi_params(out);
  const guint64 target = s ? field_uint64(s, "target") : 0;

  gst_buffer_unref(out);
  return target;
}

GST_START_TEST(test_a_target_set_later_is_taken_on_the_next_frame)
{
  Rig *rig = rig_new("mode", 2, NULL);
  GstBuffer *out;
  gchar *text;

  fail_unless_equals_uint64(pass_and_read_target(rig, 0), 0);
  g_object_set(rig->element, "target", ball_target(1), NULL);
  out = rig_pass(rig, 1);
  fail_unless(roi_params(out) != NULL, "not taken on the next frame");
  fail_unless(iou(box_of(roi_params(out)), ball_box(1)) > 0.999, "the first box is not the one that was set");
  gst_buffer_unref(out);
  g_object_get(rig->element, "target", &text, NULL);
  fail_unless_equals_string(text, ball_target(1));
  g_free(text);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_norm_units)
{
  Rig *rig = rig_new("mode", 2, "target-units", 1, "target", "0.25,0.5,0.125,0.25", NULL);
  GstBuffer *out = rig_pass(rig, 0);

  fail_unless(iou(box_of(roi_params(out)), (Box){80, 120, 40, 60}) > 0.999);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_a_new_target_replaces_the_old_one_with_a_new_number)
{
  Rig *rig = rig_new("mode", 2, "messages", 1, "target", ball_target(0), NULL);
  const guint64 old = pass_and_read_target(rig, 0);
  const guint64 new = start(rig, ball_box(1), 0);
  GstStructure *s;

  fail_unless(new > old, "%" G_GUINT64_FORMAT " after %" G_GUINT64_FORMAT, new, old);
  fail_unless_equals_uint64(pass_and_read_target(rig, 1), new);
  s = rig_event(rig, "stopped");
  fail_unless_equals_uint64(field_uint64(s, "target"), old);
  fail_unless_equals_string(field_string(s, "reason"), "replaced");
  gst_structure_free(s);
  s = rig_event(rig, "started");
  fail_unless_equals_uint64(field_uint64(s, "target"), new);
  fail_unless_equals_uint64(field_uint64(s, "frame"), 2);
  gst_structure_free(s);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_stop_ends_the_target)
{
  Rig *rig = rig_new("mode", 2, "messages", 1, "target", ball_target(0), NULL);
  GstStructure *s;
  gchar *state;

  fail_unless(pass_and_read_target(rig, 0) != 0);
  g_signal_emit_by_name(rig->element, "stop");
  fail_unless_equals_uint64(pass_and_read_target(rig, 1), 0);
  s = rig_event(rig, "stopped");
  fail_unless_equals_string(field_string(s, "reason"), "requested");
  gst_structure_free(s);
  g_object_get(rig->element, "state", &state, NULL);
  fail_unless_equals_string(state, "idle");
  g_free(state);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_an_empty_target_stops_too)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);

  fail_unless(pass_and_read_target(rig, 0) != 0);
  g_object_set(rig->element, "target", "", NULL);
  fail_unless_equals_uint64(pass_and_read_target(rig, 1), 0);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_the_upstream_event)
{
  Rig *rig = rig_new("mode", 2, NULL);
  const Box b = ball_box(1);
  GstStructure *s = gst_structure_new("etrack-target", "x", G_TYPE_DOUBLE, b.x, "y", G_TYPE_DOUBLE, b.y, "w", G_TYPE_DOUBLE, b.w, "h",
                                      G_TYPE_DOUBLE, b.h, NULL);

  fail_unless_equals_uint64(pass_and_read_target(rig, 0), 0);
  fail_unless(gst_harness_push_upstream_event(rig->harness, gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, s)));
  fail_unless(pass_and_read_target(rig, 1) != 0);
  rig_free(rig);
}
GST_END_TEST

static const struct {
  Box box;
  const gchar *words;
} bad[] = {
  {{-100, 10, 40, 40}, "320x240"}, {{300, 220, 80, 80}, "320x240"}, {{10, 10, 0, 40}, "320x240"},    {{10, 10, 40, -4}, "320x240"},
  {{10, 10, 3, 3}, "320x240"},     {{0, 0, 4000, 4000}, "320x240"}, {{1e9, 1e9, 40, 40}, "320x240"},
};

GST_START_TEST(test_a_bad_box_keeps_the_old_target_and_the_flow)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  const guint64 target = pass_and_read_target(rig, 0);
  gchar *words;

  start(rig, bad[__i__].box, 0);
  fail_unless_equals_uint64(pass_and_read_target(rig, 1), target);
  words = rig_words(rig, GST_MESSAGE_WARNING);
  assert_contains(words, bad[__i__].words);
  g_free(words);
  rig_free(rig);
}
GST_END_TEST

/* Before the first frame nobody knows its size, so the refusal comes with the frame. */
GST_START_TEST(test_a_bad_first_box_is_refused_with_the_first_frame)
{
  Rig *rig = rig_new("mode", 2, "target", "1000,1000,40,40", NULL);
  gchar *words;

  fail_unless_equals_uint64(pass_and_read_target(rig, 0), 0);
  words = rig_words(rig, GST_MESSAGE_WARNING);
  assert_contains(words, "1000");
  assert_contains(words, "320x240");
  g_free(words);
  rig_free(rig);
}
GST_END_TEST

static const gchar *const unreadable[] = {"a,b,c,d", "1,2,3", "1,2,3,4,5", "1;2;3;4", "nan,1,2,3", "1,2,3,inf", " ", ",,,", "10,10,40,40x"};

/* The message comes even though the property was set before there was a bus, as gst-launch does. */
GST_START_TEST(test_an_unreadable_target_is_named)
{
  GstElement *pipeline = gst_parse_launch("videotestsrc num-buffers=3 ! etrack name=e mode=sync ! fakesink", NULL);
  GstElement *fresh = gst_element_factory_make("etrack", NULL), *e = gst_bin_get_by_name(GST_BIN(pipeline), "e");
  Rig rig = {.bus = gst_element_get_bus(pipeline)};
  gchar *words, *text;

  gst_object_unref(gst_object_ref_sink(fresh));
  g_object_set(e, "target", unreadable[__i__], NULL);
  g_object_get(e, "target", &text, NULL);
  fail_unless_equals_string(text, unreadable[__i__]);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  words = rig_words(&rig, GST_MESSAGE_WARNING);
  assert_contains(words, unreadable[__i__]);
  gst_message_unref(rig_wait(&rig, GST_MESSAGE_EOS));
  gst_element_set_state(pipeline, GST_STATE_NULL);
  g_free(words);
  g_free(text);
  gst_object_unref(e);
  gst_object_unref(rig.bus);
  gst_object_unref(pipeline);
}
GST_END_TEST

/* In async mode too the template comes from the first frame after the request: not from one that
 * was waiting, nor from a later one. */
GST_START_TEST(test_async_takes_the_very_next_frame)
{
  Rig *rig = rig_new("mode", 1, "messages", 1, "target", ball_target(0), NULL);

  gst_buffer_unref(rig_pass(rig, 0));
  gst_structure_free(rig_event(rig, "started"));
  for (guint n = 1; n < 40; n += 8) {
    GstStructure *s;
    guint64 target;

    gst_buffer_unref(rig_pass(rig, n)); /* waits in the slot, or is under way */
    gst_buffer_unref(rig_pass(rig, n + 1));
    target = start(rig, ball_box(n + 2), 0);
    for (guint i = 2; i < 8; i++)
      gst_buffer_unref(rig_pass(rig, n + i));
    s = rig_event(rig, "started");
    fail_unless_equals_uint64(field_uint64(s, "target"), target);
    fail_unless_equals_uint64(field_uint64(s, "frame"), n + 3);
    gst_structure_free(s);
  }
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_a_request_before_another_is_refused_as_replaced)
{
  Rig *rig = rig_new("mode", 2, NULL);
  guint64 later;
  gchar *words;

  gst_buffer_unref(rig_pass(rig, 0));
  fail_unless(start(rig, ball_box(1), 0) != 0);
  later = start(rig, ball_box(1), 0);
  words = rig_words(rig, GST_MESSAGE_WARNING);
  assert_contains(words, "another request");
  g_free(words);
  fail_unless_equals_uint64(pass_and_read_target(rig, 1), later);
  rig_free(rig);
}
GST_END_TEST

/* Twelve frames are kept. A target that is started on the sixth is followed to the present one at
 * once. */
GST_START_TEST(test_a_kept_frame_starts_a_target)
{
  Rig *rig = rig_new("mode", 2, "messages", 1, "history-bytes", (guint64)(12 * WIDTH * HEIGHT * 3 / 2), NULL);
  GstStructure *s;
  GstBuffer *out;
  guint64 target;

  for (guint n = 0; n < 12; n++)
    gst_buffer_unref(rig_pass(rig, n));
  target = start(rig, ball_box(5), 6);
  out = rig_pass(rig, 12);
  fail_unless(roi_params(out) != NULL, "not followed to the present frame");
  fail_unless_equals_uint64(field_uint64(roi_params(out), "frame"), 13);
  fail_unless(iou(box_of(roi_params(out)), ball_box(12)) > 0.6, "the present box is off");
  gst_buffer_unref(out);
  s = rig_event(rig, "started");
  fail_unless_equals_uint64(field_uint64(s, "target"), target);
  fail_unless_equals_uint64(field_uint64(s, "frame"), 6);
  gst_structure_free(s);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_a_frame_no_longer_kept_is_refused)
{
  Rig *rig = rig_new("mode", 2, "history-bytes", (guint64)(3 * WIDTH * HEIGHT * 3 / 2), "target", ball_target(0), NULL);
  guint64 target = 0;
  gchar *words;

  for (guint n = 0; n < 6; n++)
    target = pass_and_read_target(rig, n);
  fail_unless(start(rig, ball_box(0), 1) != 0);
  fail_unless_equals_uint64(pass_and_read_target(rig, 6), target);
  words = rig_words(rig, GST_MESSAGE_WARNING);
  assert_contains(words, "frame 1 ");
  g_free(words);
  rig_free(rig);
}
GST_END_TEST

/* A frame's refusal, as the signal `refused` tells it. */
typedef struct {
  guint64 target;
  gint why;
} Refusal;

static void note_refusal(GstElement *element, guint64 target, gint why, const gchar *words, gpointer user)
{
  *(Refusal *)user = (Refusal){target, why};
}

GST_START_TEST(test_a_refusal_is_signalled_with_its_number)
{
  Rig *rig = rig_new("mode", 2, NULL);
  Refusal refusal = {0};
  guint64 target;

  g_signal_connect(rig->element, "refused", G_CALLBACK(note_refusal), &refusal);
  gst_buffer_unref(rig_pass(rig, 0));
  target = start(rig, (Box){-100, 10, 40, 40}, 0);
  fail_unless_equals_uint64(pass_and_read_target(rig, 1), 0);
  fail_unless_equals_uint64(refusal.target, target);
  fail_unless_equals_int(refusal.why, ET_REFUSAL_BAD_BOX);
  rig_free(rig);
}
GST_END_TEST

static guint64 start_request(Rig *rig, struct et_start request)
{
  guint64 target = 0;

  g_signal_emit_by_name(rig->element, "start", &request, &target);
  return target;
}

GST_START_TEST(test_a_point_in_shares_is_resolved_on_its_frame)
{
  Rig *rig = rig_new("mode", 2, NULL);
  GstBuffer *out;

  start_request(rig, (struct et_start){.units = ET_UNITS_NORM, .is_point = TRUE, .box = {0.5, 0.5}, .radius_px = 20, .pts_ns = -1});
  out = rig_pass(rig, 0);
  fail_unless(iou(box_of(roi_params(out)), (Box){140, 100, 40, 40}) > 0.999);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

/* Frames are 40 ms apart: 7 ms beside frame 5 is frame 5. */
GST_START_TEST(test_a_pts_names_a_kept_frame)
{
  Rig *rig = rig_new("mode", 2, "messages", 1, "history-bytes", (guint64)(12 * WIDTH * HEIGHT * 3 / 2), NULL);
  const Box b = ball_box(5);
  GstStructure *s;

  for (guint n = 0; n < 12; n++)
    gst_buffer_unref(rig_pass(rig, n));
  start_request(rig, (struct et_start){.box = {b.x, b.y, b.w, b.h}, .pts_ns = 207 * GST_MSECOND});
  gst_buffer_unref(rig_pass(rig, 12));
  s = rig_event(rig, "started");
  fail_unless_equals_uint64(field_uint64(s, "frame"), 6);
  gst_structure_free(s);
  rig_free(rig);
}
GST_END_TEST

static gboolean cancel(Rig *rig, guint64 target)
{
  gboolean cancelled;

  g_signal_emit_by_name(rig->element, "cancel", target, &cancelled);
  return cancelled;
}

GST_START_TEST(test_a_start_is_taken_back_before_its_frame_and_not_after)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  const guint64 old = pass_and_read_target(rig, 0), waiting = start(rig, ball_box(1), 0);

  fail_if(cancel(rig, old), "the present target is not a start that waits");
  fail_unless(cancel(rig, waiting));
  fail_unless_equals_uint64(pass_and_read_target(rig, 1), old);
  fail_if(cancel(rig, waiting), "it was taken back twice");
  rig_free(rig);
}
GST_END_TEST

/* The number says which target is meant. Neither another target nor a waiting start is stopped with
 * it. */
GST_START_TEST(test_a_stop_with_a_number_means_that_target)
{
  Rig *rig = rig_new("mode", 2, "messages", 1, "target", ball_target(0), NULL);
  const guint64 old = pass_and_read_target(rig, 0), waiting = start(rig, ball_box(1), 0);
  GstStructure *s;

  g_signal_emit_by_name(rig->element, "end", waiting + 1000, ET_REASON_REQUESTED);
  g_signal_emit_by_name(rig->element, "end", old, ET_REASON_SEARCH_TIMEOUT);
  fail_unless_equals_uint64(pass_and_read_target(rig, 1), waiting);
  s = rig_event(rig, "stopped");
  fail_unless_equals_uint64(field_uint64(s, "target"), old);
  fail_unless_equals_string(field_string(s, "reason"), "search-timeout");
  gst_structure_free(s);
  rig_free(rig);
}
GST_END_TEST

static Suite *targets_suite(void)
{
  Suite *s = suite_create("targets");
  TCase *t = tcase_create("targets"), *real = tcase_create("with the real model");

  tcase_set_timeout(t, TEST_S);
  tcase_set_timeout(real, TEST_S);
  tcase_add_checked_fixture(real, use_real_model, NULL);
  tcase_add_test(real, test_a_kept_frame_starts_a_target);
  tcase_add_test(t, test_a_target_set_later_is_taken_on_the_next_frame);
  tcase_add_test(t, test_norm_units);
  tcase_add_test(t, test_a_new_target_replaces_the_old_one_with_a_new_number);
  tcase_add_test(t, test_stop_ends_the_target);
  tcase_add_test(t, test_an_empty_target_stops_too);
  tcase_add_test(t, test_the_upstream_event);
  tcase_add_loop_test(t, test_a_bad_box_keeps_the_old_target_and_the_flow, 0, (gint)G_N_ELEMENTS(bad));
  tcase_add_test(t, test_a_bad_first_box_is_refused_with_the_first_frame);
  tcase_add_loop_test(t, test_an_unreadable_target_is_named, 0, (gint)G_N_ELEMENTS(unreadable));
  tcase_add_test(t, test_async_takes_the_very_next_frame);
  tcase_add_test(t, test_a_request_before_another_is_refused_as_replaced);
  tcase_add_test(t, test_a_frame_no_longer_kept_is_refused);
  tcase_add_test(t, test_a_refusal_is_signalled_with_its_number);
  tcase_add_test(t, test_a_point_in_shares_is_resolved_on_its_frame);
  tcase_add_test(t, test_a_pts_names_a_kept_frame);
  tcase_add_test(t, test_a_start_is_taken_back_before_its_frame_and_not_after);
  tcase_add_test(t, test_a_stop_with_a_number_means_that_target);
  suite_add_tcase(s, t);
  suite_add_tcase(s, real);
  return s;
}

GST_CHECK_MAIN(targets)
