/* SPDX-License-Identifier: MIT */
/* Wrong time stamps end no coast and no search, and make no duration absurd. Capture times come
 * from the driver if it has them. */
#include <gst/check/gstharness.h>

#include "base/clock.h"
#include "fixture.h"

enum { SEEN = 6, HIDDEN_AT_MOST = 60, LAG_MS = 100, WRONG_EVERY = 20 };

/* Stamps begin here, so that a wrong one can lie far behind. */
static const GstClockTime start_pts = 10000 * GST_SECOND, frame_time = GST_SECOND / 25;

/* How far the time of a stream leaps for good. Stamps are right from there on. */
static GstClockTime leap_for_good;

static GstBuffer *frame_at(guint n, gboolean visible, GstClockTime pts)
{
  GstBuffer *buffer = picture(n, WIDTH, HEIGHT);

  if (!visible)
    gst_buffer_memset(buffer, 0, 110, WIDTH * HEIGHT);
  GST_BUFFER_PTS(buffer) = pts;
  return buffer;
}

/* The message of the frame that was just pushed, in sync mode with messages=all. Fails if its times
 * are absurd. Ownership: the caller's. */
static GstStructure *result_of_last(Rig *rig)
{
  GstMessage *message = rig_wait(rig, GST_MESSAGE_ELEMENT);
  GstStructure *s;
  gint64 gap = 0;

  fail_unless(message != NULL, "no message came");
  s = gst_structure_copy(gst_message_get_structure(message));
  gst_message_unref(message);
  fail_unless(field_uint64(s, "last-seen") >= field_uint64(s, "first-seen"), "last seen before it was first seen");
  fail_unless(field_uint64(s, "last-seen") - field_uint64(s, "first-seen") < 100 * GST_SECOND, "seen for an absurd time");
  fail_unless(field_uint64(s, "last-seen") < start_pts + leap_for_good + 100 * GST_SECOND, "last-seen is %" G_GUINT64_FORMAT,
              field_uint64(s, "last-seen"));
  gst_structure_get_int64(s, "gap", &gap);
  fail_unless(gap >= 0 && gap < 20 * (gint64)GST_SECOND, "gap is %" G_GINT64_FORMAT, gap);
  return s;
}

/* Pushes a frame and frees its output. Returns whether its event was the given one. */
static gboolean push(Rig *rig, guint n, gboolean visible, GstClockTime pts, const gchar *event)
{
  GstStructure *s;
  gboolean is;

  gst_buffer_unref(gst_harness_push_and_pull(rig->harness, frame_at(n, visible, pts)));
  s = result_of_last(rig);
  is = g_strcmp0(gst_structure_get_string(s, "event"), event) == 0;
  gst_structure_free(s);
  return is;
}

/* Time stamps of frame n, of which some are wrong. */
static GstClockTime sometimes_ahead(guint n)
{
  return start_pts + n * frame_time + (n % WRONG_EVERY == WRONG_EVERY / 2 ? 37600 * GST_SECOND : 0);
}

static GstClockTime sometimes_back(guint n)
{
  return start_pts + n * frame_time - (n % WRONG_EVERY == WRONG_EVERY / 2 ? 9800 * GST_SECOND : 0);
}

static GstClockTime all_zero(guint n)
{
  (void)n;
  return 0;
}

static GstClockTime going_back(guint n)
{
  return start_pts - n * frame_time;
}

static GstClockTime none(guint n)
{
  (void)n;
  return GST_CLOCK_TIME_NONE;
}

/* A new base far ahead, for good. */
static GstClockTime ahead_for_good(guint n)
{
  return start_pts + n * frame_time + (n < SEEN + 5 ? 0 : leap_for_good);
}

static GstClockTime (*const stamps[])(guint n) = {sometimes_ahead, sometimes_back, all_zero, going_back, none, ahead_for_good};

/* A target that is hidden for 1 s, by the stream's rate, is lost; shown again it is found. A clock
 * that leaps would lose it at once, one that stops would never lose it. */
GST_START_TEST(test_wrong_stamps_end_no_coast_and_no_search)
{
  GstClockTime (*const stamp)(guint) = stamps[__i__];
  Rig *rig = rig_new("mode", 2, "messages", 2, "target", ball_target(0), "coast-s", 1.0, "search-s", 30.0, NULL);
  guint n = 0, coasted = 0;

  leap_for_good = stamp == ahead_for_good ? 37600 * GST_SECOND : 0;
  fail_unless(push(rig, n, TRUE, stamp(n), "started"));
  for (n = 1; n < SEEN; n++)
    push(rig, n, TRUE, stamp(n), NULL);
  for (; !push(rig, n, FALSE, stamp(n), "coasting"); n++)
    fail_unless(n < HIDDEN_AT_MOST, "not coasting");
  for (n++; !push(rig, n, FALSE, stamp(n), "lost"); n++)
    fail_unless(++coasted < HIDDEN_AT_MOST, "not lost");
  fail_unless(coasted >= 22, "lost after %u frames of coasting", coasted);
  for (guint end = n + WRONG_EVERY; n < end; n++)
    fail_if(push(rig, n, FALSE, stamp(n + 1), "stopped"), "the search was stopped by a stamp");
  for (guint end = n + HIDDEN_AT_MOST; !push(rig, 3, TRUE, stamp(n + 1), "reacquired"); n++)
    fail_unless(n < end, "not found again");
  rig_free(rig);
}
GST_END_TEST

enum { MOST_SENT = 4096 };

/* What the records say in a pipeline with a camera. All but `buffers` is guarded by the lock. */
typedef struct {
  GMutex lock;
  GCond more;
  guint results, by_driver, after_wrong, by_driver_after_wrong;
  gboolean absurd;
  gint64 sent_ns[MOST_SENT]; /* when the source sent the frame of that number */
  guint buffers;             /* for the source's streaming thread only */
} Watched;

/* The driver's stamps are LAG_MS older than the frames, except on the first frames, when a stamp
 * would be before 0. Without a driver the capture time is that of arrival: after the frame was
 * sent, and before the tracker had it. */
static gboolean capture_is_absurd(const Watched *w, const struct et_record *r)
{
  const gint64 at_the_tracker_ns = et_clock_ns() - r->infer_ns - r->queue_ns;

  if (r->capture_by_driver)
    return r->frame > 10 && r->capture_ns > at_the_tracker_ns - LAG_MS * (gint64)GST_MSECOND / 2;
  return r->capture_ns > at_the_tracker_ns || r->frame >= MOST_SENT || r->capture_ns < w->sent_ns[r->frame];
}

static void on_result(GstElement *element, const struct et_record *r, gpointer data)
{
  Watched *w = data;

  g_mutex_lock(&w->lock);
  w->results++;
  w->by_driver += r->capture_by_driver;
  if (r->frame > WRONG_EVERY + 1) {
    w->after_wrong++;
    w->by_driver_after_wrong += r->capture_by_driver;
  }
  w->absurd = w->absurd || capture_is_absurd(w, r) || r->result.last_seen_ns < r->result.first_seen_ns ||
              r->result.last_seen_ns > 1000 * (gint64)GST_SECOND;
  g_cond_broadcast(&w->more);
  g_mutex_unlock(&w->lock);
}

/* A driver that stamps frames when they are taken, and hands them on LAG_MS later. One of the
 * stamps is wrong. */
static GstPadProbeReturn stamp_as_a_driver(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  Watched *w = data;

  (void)pad;
  GST_PAD_PROBE_INFO_DATA(info) = buffer;
  g_mutex_lock(&w->lock);
  if (++w->buffers < MOST_SENT)
    w->sent_ns[w->buffers] = et_clock_ns();
  g_mutex_unlock(&w->lock);
  if (w->buffers == WRONG_EVERY)
    GST_BUFFER_PTS(buffer) += 37600 * GST_SECOND;
  else
    GST_BUFFER_PTS(buffer) -= MIN(LAG_MS * GST_MSECOND, GST_BUFFER_PTS(buffer));
  return GST_PAD_PROBE_OK;
}

/* A test picture under a camera's name. */
static void register_camera(void)
{
  GstElementFactory *factory = gst_element_factory_find("videotestsrc");
  GstElementFactory *loaded = GST_ELEMENT_FACTORY(gst_plugin_feature_load(GST_PLUGIN_FEATURE(factory)));
  const GType parent = gst_element_factory_get_element_type(loaded);
  GTypeQuery size;

  g_type_query(parent, &size);
  fail_unless(gst_element_register(
    NULL, "v4l2src", GST_RANK_NONE,
    g_type_register_static_simple(parent, "FakeCamera", (guint16)size.class_size, NULL, (guint16)size.instance_size, NULL, 0)));
  gst_object_unref(factory);
  gst_object_unref(loaded);
}

static void watch_pipeline(const gchar *source, Watched *w)
{
  gchar *line =
    g_strdup_printf("bin.( %s name=source is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=30/1 ! "
                    "identity ) ! videoconvert ! etrack name=tracker target=140,100,40,40 ! fakesink async=false",
                    source);
  GstElement *pipeline = gst_parse_launch(line, NULL);
  GstElement *tracker = gst_bin_get_by_name(GST_BIN(pipeline), "tracker"), *head = gst_bin_get_by_name(GST_BIN(pipeline), "source");
  GstPad *pad = gst_element_get_static_pad(head, "src");
  const gint64 until = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;

  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, stamp_as_a_driver, w, NULL);
  g_signal_connect(tracker, "result", G_CALLBACK(on_result), w);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  g_mutex_lock(&w->lock);
  while (w->after_wrong < 10)
    fail_unless(g_cond_wait_until(&w->more, &w->lock, until), "%u results came", w->results);
  g_mutex_unlock(&w->lock);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pad);
  gst_object_unref(head);
  gst_object_unref(tracker);
  gst_object_unref(pipeline);
  g_free(line);
}

/* However late frames come, the stamps after a wrong one are believed again. */
GST_START_TEST(test_a_cameras_stamps_are_believed_again_after_a_wrong_one)
{
  Watched w = {.absurd = FALSE};

  register_camera();
  watch_pipeline("v4l2src", &w);
  fail_if(w.absurd);
  fail_unless_equals_int((gint)w.by_driver_after_wrong, (gint)w.after_wrong);
}
GST_END_TEST

GST_START_TEST(test_what_is_no_camera_says_nothing_of_the_capture)
{
  Watched w = {.absurd = FALSE};

  watch_pipeline("videotestsrc", &w);
  fail_if(w.absurd);
  fail_unless_equals_int((gint)w.by_driver, 0);
}
GST_END_TEST

static Suite *times_suite(void)
{
  Suite *suite = suite_create("times");
  TCase *tcase = tcase_create("times"), *real = tcase_create("with the real model");

  tcase_set_timeout(tcase, TEST_S);
  tcase_set_timeout(real, TEST_S);
  tcase_add_checked_fixture(real, use_real_model, NULL);
  tcase_add_loop_test(real, test_wrong_stamps_end_no_coast_and_no_search, 0, G_N_ELEMENTS(stamps));
  tcase_add_test(tcase, test_a_cameras_stamps_are_believed_again_after_a_wrong_one);
  tcase_add_test(tcase, test_what_is_no_camera_says_nothing_of_the_capture);
  suite_add_tcase(suite, tcase);
  suite_add_tcase(suite, real);
  return suite;
}

GST_CHECK_MAIN(times)
