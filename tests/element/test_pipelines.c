/* SPDX-License-Identifier: MIT */
/* The element in running pipelines: tee, scaling, pauses, taken out and put in while playing, time
 * stamps that are missing or run backwards. */
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <string.h>

#include "fixture.h"

#define BALL_SOURCE "videotestsrc pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=50/1"
#define ON_BALL "target=140,100,40,40"

/* What passed a pad. The counts are guarded by the lock. */
typedef struct {
  GMutex lock;
  GCond more;
  guint buffers, rois;
  guint64 target; /* of the newest ROI */
  guint box[4];   /* of the newest ROI */
} Passed;

static GstPadProbeReturn note(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *buffer = gst_pad_probe_info_get_buffer(info);
  const GstVideoRegionOfInterestMeta *roi = roi_of(buffer);
  Passed *passed = data;

  g_mutex_lock(&passed->lock);
  passed->buffers++;
  passed->rois += roi_count(buffer);
  if (roi) {
    passed->target = (guint64)roi->id;
    memcpy(passed->box, &roi->x, sizeof passed->box);
  }
  g_cond_broadcast(&passed->more);
  g_mutex_unlock(&passed->lock);
  return GST_PAD_PROBE_OK;
}

static void watch(GstElement *pipeline, const gchar *element, Passed *passed)
{
  GstElement *e = gst_bin_get_by_name(GST_BIN(pipeline), element);
  GstPad *pad = gst_element_get_static_pad(e, "sink");

  g_mutex_init(&passed->lock);
  g_cond_init(&passed->more);
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, note, passed, NULL);
  gst_object_unref(pad);
  gst_object_unref(e);
}

/* Waits for `count` more buffers, or for as many with ROIs. */
static void wait_for(Passed *passed, const guint *counter, guint count)
{
  const gint64 until = g_get_monotonic_time() + PATIENCE_S * G_TIME_SPAN_SECOND;
  guint want;

  g_mutex_lock(&passed->lock);
  want = *counter + count;
  while (*counter < want)
    fail_unless(g_cond_wait_until(&passed->more, &passed->lock, until), "%u of %u came", *counter, want);
  g_mutex_unlock(&passed->lock);
}

static GstElement *launch(const gchar *line)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch(line, &error);

  fail_unless(pipeline != NULL && !error, "%s: %s", line, error ? error->message : "");
  return pipeline;
}

static void play(GstElement *pipeline)
{
  fail_unless(gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE);
}

static void end(GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus(pipeline);
  GstMessage *error = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);

  gst_element_set_state(pipeline, GST_STATE_NULL);
  fail_unless(error == NULL, "the pipeline failed");
  gst_object_unref(bus);
  gst_object_unref(pipeline);
}

static void run_to_the_end(GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus(pipeline);
  GstMessage *message;

  play(pipeline);
  message = gst_bus_timed_pop_filtered(bus, PATIENCE_S * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless(message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS, "no end of the stream");
  gst_message_unref(message);
  gst_object_unref(bus);
}

/* Both branches share buffers. Each gets only its own element's metas. */
GST_START_TEST(test_two_elements_behind_a_tee)
{
  static const gchar *const draw[] = {"none", "box+label"};
  gchar *line = g_strdup_printf(
    "videotestsrc pattern=ball num-buffers=20 ! video/x-raw,format=I420,width=320,height=240,framerate=50/1 ! tee name=t ! queue ! "
    "etrack mode=sync roi-type=a " ON_BALL " draw=%s ! fakesink name=a t. ! queue ! "
    "etrack mode=sync roi-type=b " ON_BALL " ! fakesink name=b t. ! queue ! fakesink name=c",
    draw[__i__]);
  GstElement *pipeline = launch(line);
  Passed a = {0}, b = {0}, c = {0};

  watch(pipeline, "a", &a);
  watch(pipeline, "b", &b);
  watch(pipeline, "c", &c);
  run_to_the_end(pipeline);
  fail_unless_equals_int(a.rois, 20);
  fail_unless_equals_int(b.rois, 20);
  fail_unless_equals_int(c.buffers, 20);
  fail_unless_equals_int(c.rois, 0);
  fail_unless(a.target != b.target, "two targets with one number");
  end(pipeline);
  g_free(line);
}
GST_END_TEST

GST_START_TEST(test_two_elements_in_a_row)
{
  GstElement *pipeline = launch("videotestsrc pattern=ball num-buffers=10 ! video/x-raw,width=320,height=240 ! etrack mode=sync " ON_BALL
                                " draw=box ! etrack mode=sync target=10,10,60,60 draw=box+label ! fakesink name=s");
  Passed passed = {0};

  watch(pipeline, "s", &passed);
  run_to_the_end(pipeline);
  fail_unless_equals_int(passed.rois, 20);
  end(pipeline);
}
GST_END_TEST

/* The meta is tagged as one that depends on the video's size, so that videoscale takes it along. */
GST_START_TEST(test_videoscale_scales_the_region)
{
  GstElement *pipeline = launch("videotestsrc pattern=ball num-buffers=1 ! video/x-raw,width=320,height=240 ! etrack mode=sync " ON_BALL
                                " ! videoscale add-borders=false ! video/x-raw,width=640,height=720 ! fakesink name=s");
  Passed passed = {0};

  watch(pipeline, "s", &passed);
  run_to_the_end(pipeline);
  fail_unless_equals_int(passed.rois, 1);
  fail_unless(ABS((gint)passed.box[0] - 280) <= 2 && ABS((gint)passed.box[1] - 300) <= 3 && ABS((gint)passed.box[2] - 80) <= 4 &&
                ABS((gint)passed.box[3] - 120) <= 6,
              "%u,%u,%u,%u", passed.box[0], passed.box[1], passed.box[2], passed.box[3]);
  end(pipeline);
}
GST_END_TEST

/* A pause that is longer than coasting does not cost the target: the stream paused, the picture was
 * not empty. */
GST_START_TEST(test_a_pause_keeps_the_target)
{
  GstElement *pipeline = launch(__i__ ? "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=50/1 ! "
                                        "etrack name=e coast-s=0.2 search-s=0.4 " ON_BALL " ! fakesink name=s sync=true"
                                      : BALL_SOURCE " ! etrack name=e coast-s=0.2 search-s=0.4 " ON_BALL " ! fakesink name=s sync=true");
  Passed passed = {0};
  guint64 target;

  watch(pipeline, "s", &passed);
  play(pipeline);
  wait_for(&passed, &passed.rois, 3);
  target = passed.target;
  gst_element_set_state(pipeline, GST_STATE_PAUSED);
  g_usleep(800000);
  play(pipeline);
  wait_for(&passed, &passed.rois, 10);
  fail_unless_equals_uint64(passed.target, target);
  end(pipeline);
}
GST_END_TEST

/* Takes the element out of a playing pipeline and puts a new one in, in one of several ways. */
typedef struct {
  GstElement *pipeline, *before, *behind, *element;
  gint done; /* atomic */
} Surgery;

static GstPadProbeReturn operate(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Surgery *s = data;

  if (s->element) {
    gst_element_unlink_many(s->before, s->element, s->behind, NULL);
    gst_element_set_state(s->element, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(s->pipeline), s->element);
    s->element = NULL;
    fail_unless(gst_element_link(s->before, s->behind));
  } else {
    s->element = gst_element_factory_make("etrack", NULL);
    gst_util_set_object_arg(G_OBJECT(s->element), "target", "20,20,200,200");
    gst_bin_add(GST_BIN(s->pipeline), s->element);
    gst_element_unlink(s->before, s->behind);
    fail_unless(gst_element_link_many(s->before, s->element, s->behind, NULL));
    fail_unless(gst_element_sync_state_with_parent(s->element));
  }
  g_atomic_int_set(&s->done, TRUE);
  return GST_PAD_PROBE_REMOVE;
}

static void operate_on(Surgery *s, GstPadProbeType type)
{
  GstPad *pad = gst_element_get_static_pad(s->before, "src");

  g_atomic_int_set(&s->done, FALSE);
  gst_pad_add_probe(pad, type, operate, s, NULL);
  while (!g_atomic_int_get(&s->done))
    g_usleep(1000);
  gst_object_unref(pad);
}

GST_START_TEST(test_out_and_in_while_playing)
{
  gchar *line =
    g_strdup_printf("videotestsrc is-live=%d pattern=ball ! video/x-raw,width=320,height=240,framerate=50/1 ! identity name=before ! "
                    "etrack name=e draw=box " ON_BALL " ! identity name=behind ! videoconvert ! fakesink name=s sync=true",
                    __i__);
  Surgery s = {.pipeline = launch(line)};
  Passed passed = {0};

  s.before = gst_bin_get_by_name(GST_BIN(s.pipeline), "before");
  s.behind = gst_bin_get_by_name(GST_BIN(s.pipeline), "behind");
  s.element = gst_bin_get_by_name(GST_BIN(s.pipeline), "e");
  gst_object_unref(s.element); /* the pipeline's is enough */
  watch(s.pipeline, "behind", &passed);
  play(s.pipeline);
  wait_for(&passed, &passed.rois, 3);
  for (gint round = 0; round < 4; round++) {
    operate_on(&s, round % 2 ? GST_PAD_PROBE_TYPE_IDLE : GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM);
    wait_for(&passed, &passed.buffers, 4);
    operate_on(&s, round % 2 ? GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM : GST_PAD_PROBE_TYPE_IDLE);
    wait_for(&passed, &passed.rois, 4);
  }
  gst_object_unref(s.before);
  gst_object_unref(s.behind);
  end(s.pipeline);
  g_free(line);
}
GST_END_TEST

GST_START_TEST(test_many_starts_and_stops)
{
  GstElement *pipeline = launch(BALL_SOURCE " ! etrack " ON_BALL " draw=box ! videoconvert ! fakesink name=s");
  Passed passed = {0};

  watch(pipeline, "s", &passed);
  for (guint n = 0; n < 20; n++) {
    play(pipeline);
    if (n % 2)
      wait_for(&passed, &passed.buffers, 1);
    gst_element_set_state(pipeline, n % 3 ? GST_STATE_READY : GST_STATE_NULL);
  }
  play(pipeline);
  wait_for(&passed, &passed.rois, 2);
  end(pipeline);
}
GST_END_TEST

static GstClockTime no_stamp(guint n)
{
  return GST_CLOCK_TIME_NONE;
}

static GstClockTime always_zero(guint n)
{
  return 0;
}

static GstClockTime backwards(guint n)
{
  return (30 - n) * 40 * GST_MSECOND;
}

static GstClockTime jumping(guint n)
{
  return (n % 4 ? n : 100 * n) * 40 * GST_MSECOND;
}

static GstClockTime (*const stamps[])(guint) = {no_stamp, always_zero, backwards, jumping};

/* Whatever the stamps say, frames are tracked in the order of their arrival. */
GST_START_TEST(test_strange_stamps)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);

  gst_harness_set_src_caps_str(rig->harness, "video/x-raw,format=I420,width=320,height=240,framerate=0/1");
  for (guint n = 0; n < 12; n++) {
    GstBuffer *in = picture(n, WIDTH, HEIGHT), *out;

    GST_BUFFER_PTS(in) = stamps[__i__](n);
    GST_BUFFER_DURATION(in) = GST_CLOCK_TIME_NONE;
    if (n % 5 == 2)
      gst_harness_push_event(rig->harness, gst_event_new_gap(n * 40 * GST_MSECOND, GST_SECOND));
    out = gst_harness_push_and_pull(rig->harness, in);
    fail_unless(roi_params(out) != NULL, "frame %u has no ROI", n);
    fail_unless(iou(box_of(roi_params(out)), ball_box(n)) > 0.6, "the box is off on frame %u", n);
    gst_buffer_unref(out);
  }
  rig_free(rig);
}
GST_END_TEST

/* A parameter moved along the stream by a controller. */
GST_START_TEST(test_a_controller_moves_a_parameter)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  GstControlSource *source = gst_interpolation_control_source_new();
  gdouble value;

  g_object_set(source, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
  gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), 0, 0.0);
  gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), 10 * GST_SECOND / 25, 0.5);
  fail_unless(gst_object_add_control_binding(GST_OBJECT(rig->element),
                                             gst_direct_control_binding_new_absolute(GST_OBJECT(rig->element), "rival-ratio", source)));
  for (guint n = 0; n < 10; n++) {
    gst_buffer_unref(rig_pass(rig, n));
    g_object_get(rig->element, "rival-ratio", &value, NULL);
    fail_unless(ABS(value - 0.05 * n) < 0.001, "frame %u: %f", n, value);
  }
  gst_object_unref(source);
  rig_free(rig);
}
GST_END_TEST

/* `qos` belongs to the user: async mode overrides it for a time, and gives it back. */
GST_START_TEST(test_qos_stays_as_it_was_set)
{
  const gint mode = 1 + __i__ % 2;
  const gboolean wanted = __i__ / 2;
  Rig *rig = rig_new("mode", mode, "qos", wanted, NULL);
  gboolean qos;

  gst_buffer_unref(rig_pass(rig, 0));
  g_object_get(rig->element, "qos", &qos, NULL);
  fail_unless_equals_int(qos, mode == 2 && wanted);
  gst_element_set_state(rig->element, GST_STATE_READY);
  g_object_get(rig->element, "qos", &qos, NULL);
  fail_unless_equals_int(qos, wanted);
  rig_free(rig);
}
GST_END_TEST

static Suite *pipelines_suite(void)
{
  Suite *s = suite_create("pipelines");
  TCase *t = tcase_create("pipelines"), *real = tcase_create("with the real model");

  tcase_set_timeout(t, TEST_S);
  tcase_set_timeout(real, TEST_S);
  tcase_add_checked_fixture(real, use_real_model, NULL);
  tcase_add_loop_test(real, test_strange_stamps, 0, (gint)G_N_ELEMENTS(stamps));
  tcase_add_loop_test(t, test_two_elements_behind_a_tee, 0, 2);
  tcase_add_test(t, test_two_elements_in_a_row);
  tcase_add_test(t, test_videoscale_scales_the_region);
  tcase_add_loop_test(t, test_a_pause_keeps_the_target, 0, 2);
  tcase_add_loop_test(t, test_out_and_in_while_playing, 0, 2);
  tcase_add_test(t, test_many_starts_and_stops);
  tcase_add_test(t, test_a_controller_moves_a_parameter);
  tcase_add_loop_test(t, test_qos_stays_as_it_was_set, 0, 4);
  suite_add_tcase(s, t);
  suite_add_tcase(s, real);
  return s;
}

GST_CHECK_MAIN(pipelines)
