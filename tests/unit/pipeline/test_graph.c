/* SPDX-License-Identifier: MIT */
/* A stream's graph on real sources: frames, a target on them, refusals, snapshot, end, failure and
 * restart. */
#include <gst/gst.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "pipeline/graph.h"
#include "test/folder.h"
#include "test/main.h"

/* What the observer has seen. Guarded by the lock. */
static struct {
  GMutex lock;
  int results, ups, downs, ends, refusals, warnings;
  enum et_refusal refusal;
  uint64_t first_frame;
  double rate_hz;
  /* the last one of the first second, the last one, the last change of each kind */
  struct et_record early, result, transition[ET_EVENT_STOPPED + 1];
  char reason[256];
} seen;

static void on_result(const struct et_record *r, void *user)
{
  g_mutex_lock(&seen.lock);
  if (seen.results++ == 0)
    seen.first_frame = r->frame;
  if (r->frame <= seen.first_frame + 30)
    seen.early = *r;
  seen.result = *r;
  g_mutex_unlock(&seen.lock);
}

static void on_transition(const struct et_record *r, void *user)
{
  g_mutex_lock(&seen.lock);
  seen.transition[r->result.event] = *r;
  g_mutex_unlock(&seen.lock);
}

static void on_refused(uint64_t target, enum et_refusal why, const char *message, void *user)
{
  g_mutex_lock(&seen.lock);
  seen.refusals++;
  seen.refusal = why;
  g_mutex_unlock(&seen.lock);
}

static void on_up(int width, int height, double rate_hz, void *user)
{
  g_mutex_lock(&seen.lock);
  seen.rate_hz = rate_hz;
  seen.ups++;
  g_mutex_unlock(&seen.lock);
}

static void on_down(const char *reason, void *user)
{
  seen.downs++;
  g_strlcpy(seen.reason, reason, sizeof seen.reason);
}

static void on_ended(void *user)
{
  seen.ends++;
}

static void on_warned(const char *words, void *user)
{
  seen.warnings++;
  g_strlcpy(seen.reason, words, sizeof seen.reason);
}

static const struct graph_observer observer = {on_result, on_transition, on_refused, on_up, on_down, on_ended, on_warned};

static struct graph *graph;

static void setup(void)
{
  gst_init(NULL, NULL);
  memset(&seen, 0, sizeof seen);
}

/* Nothing here hangs, so this limit is never reached. */
static void destroy(void)
{
  graph_destroy(&graph, et_clock_ns() + 10 * ET_SECOND_NS);
}

static void setup_real_model(void)
{
  char *path = g_strdup_printf("%s/models/etrack-small.safetensors", g_getenv("ETRACK_SOURCE"));

  g_setenv("ETRACK_MODEL", path, TRUE);
  g_free(path);
  setup();
}

static void teardown(void)
{
  destroy();
}

static char *clip(void)
{
  return g_strdup_printf("file://%s/tests/media/cup.webm", g_getenv("ETRACK_SOURCE"));
}

static struct graph_config config_of(const char *source)
{
  struct graph_config c = {.name = "t", .source = source, .history_bytes = -1};

  et_params_default(&c.params);
  return c;
}

/* A file that does not end before the test does. */
static struct graph_config config_of_loop(const char *source)
{
  struct graph_config c = config_of(source);

  c.loop = true;
  return c;
}

static void open_graph(const struct graph_config *c)
{
  GError *error = NULL;

  graph = graph_create(c, &observer, NULL, &error);
  ck_assert_msg(graph != NULL, "graph_create: %s", error ? error->message : "?");
  ck_assert_msg(graph_start(graph, 1, &error), "graph_start: %s", error ? error->message : "?");
}

/* Runs the main loop until `done`, or until five minutes are over: no machine is that busy. */
static bool wait_for(bool (*done)(void))
{
  for (int i = 0; i < 30000; i++) {
    bool yes;

    while (g_main_context_iteration(NULL, FALSE))
      ;
    g_mutex_lock(&seen.lock);
    yes = done();
    g_mutex_unlock(&seen.lock);
    if (yes)
      return true;
    g_usleep(10000);
  }
  return false;
}

static uint64_t track(struct et_box box, uint64_t frame)
{
  return graph_track(graph, &(struct et_start){.box = box, .frame = frame, .pts_ns = -1});
}

static GBytes *snapshot(uint64_t *frame)
{
  struct graph_picture *picture = graph_newest_picture(graph, NULL);
  GBytes *jpeg = picture ? graph_picture_encode(picture, NULL) : NULL;

  if (picture)
    *frame = graph_picture_frame(picture);
  graph_picture_free(&picture);
  return jpeg;
}

static bool is_restarted(void)
{
  return graph_restart(graph, NULL);
}

static bool is_up(void)
{
  return seen.ups > 0;
}

static bool has_frames(void)
{
  struct graph_counters counters;

  graph_get_counters(graph, &counters);
  return counters.frames > 10;
}

static bool is_up_again(void)
{
  return seen.ups > 1;
}

static bool has_results(void)
{
  return seen.results > 5;
}

static bool is_lost(void)
{
  return seen.transition[ET_EVENT_LOST].target > 0;
}

static bool is_refused(void)
{
  return seen.refusals > 0;
}

static bool is_down(void)
{
  return seen.downs > 0;
}

static bool has_ended(void)
{
  return seen.ends > 0;
}

static bool has_looped(void)
{
  return seen.result.frame > 230;
}

static bool has_stopped(void)
{
  return seen.transition[ET_EVENT_STOPPED].target > 0;
}

START_TEST(a_target_is_tracked_on_a_file)
{
  char *source = clip();
  struct graph_config c = config_of_loop(source);
  uint64_t target, frame, tracked;
  GBytes *jpeg;

  open_graph(&c);
  ck_assert(wait_for(is_up));
  target = track((struct et_box){305, 120, 118, 262}, 0);
  ck_assert_uint_gt(target, 0);
  ck_assert(wait_for(has_results));
  ck_assert_int_eq(seen.result.result.state, ET_STATE_TRACKING);
  ck_assert_uint_eq(seen.result.target, target);
  ck_assert(seen.result.result.has_box);
  ck_assert_int_eq(seen.result.width, 640);
  ck_assert_int_gt(seen.result.capture_ns, 0);
  ck_assert(!seen.result.capture_by_driver);
  ck_assert_double_lt(fabs(seen.early.result.box.x - 305), 120);
  g_mutex_lock(&seen.lock);
  tracked = seen.result.frame; /* others may come while the snapshot is encoded */
  g_mutex_unlock(&seen.lock);
  jpeg = snapshot(&frame);
  ck_assert_ptr_nonnull(jpeg);
  ck_assert_uint_ge(frame, tracked);
  ck_assert_int_eq(((const unsigned char *)g_bytes_get_data(jpeg, NULL))[0], 0xff);
  g_bytes_unref(jpeg);
  graph_end_target(graph, target, ET_REASON_REQUESTED);
  ck_assert(wait_for(has_stopped));
  ck_assert_int_eq(seen.transition[ET_EVENT_STOPPED].reason, ET_REASON_REQUESTED);
  g_free(source);
}
END_TEST

static bool has_more_results(void)
{
  return seen.refusals > 0 && seen.results > 10;
}

START_TEST(a_bad_box_is_refused_on_its_frame_and_the_old_target_stays)
{
  char *source = clip();
  struct graph_config c = config_of_loop(source);
  uint64_t target;

  open_graph(&c);
  ck_assert(wait_for(is_up));
  target = track((struct et_box){305, 120, 118, 262}, 0);
  ck_assert(wait_for(has_results));
  ck_assert_uint_gt(track((struct et_box){2000, 120, 118, 262}, 0), 0);
  ck_assert(wait_for(has_more_results));
  ck_assert_int_eq(seen.refusal, ET_REFUSAL_BAD_BOX);
  ck_assert_uint_eq(seen.result.target, target);
  g_free(source);
}
END_TEST

START_TEST(a_past_frame_that_is_not_kept_is_refused)
{
  char *source = clip();
  struct graph_config c = config_of_loop(source);

  open_graph(&c);
  ck_assert(wait_for(is_up));
  ck_assert_uint_gt(track((struct et_box){305, 120, 118, 262}, 1000000), 0);
  ck_assert(wait_for(is_refused));
  ck_assert_int_eq(seen.refusal, ET_REFUSAL_FRAME_EXPIRED);
  g_free(source);
}
END_TEST

START_TEST(a_kept_past_frame_starts_a_target)
{
  char *source = clip();
  struct graph_config c = config_of_loop(source);

  c.history_bytes = 64 << 20;
  open_graph(&c);
  ck_assert(wait_for(is_up));
  ck_assert(wait_for(has_frames));
  ck_assert_uint_gt(track((struct et_box){305, 120, 118, 262}, 1), 0);
  ck_assert(wait_for(has_results));
  ck_assert_uint_eq(seen.transition[ET_EVENT_STARTED].frame, 1);
  ck_assert_int_eq(seen.result.result.state, ET_STATE_TRACKING);
  g_free(source);
}
END_TEST

START_TEST(a_file_played_once_ends)
{
  char *source = g_strdup_printf("pipeline:videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240");
  struct graph_config c = config_of(source);

  open_graph(&c);
  ck_assert(wait_for(has_ended));
  g_free(source);
}
END_TEST

START_TEST(a_looped_file_goes_on_counting)
{
  char *source = clip();
  struct graph_config c = config_of_loop(source);

  open_graph(&c);
  ck_assert(wait_for(is_up));
  track((struct et_box){305, 120, 118, 262}, 0);
  ck_assert_msg(wait_for(has_looped), "frame %" G_GUINT64_FORMAT ", downs %d %s", seen.result.frame, seen.downs, seen.reason);
  ck_assert_int_eq(seen.ends, 0);
  g_free(source);
}
END_TEST

/* This output needs a second frame before it shows the first. */
START_TEST(an_output_that_holds_frames_back_holds_nothing_up)
{
  char *source = clip();
  struct graph_config c = config_of_loop(source);

  c.output = "videorate drop-only=true max-rate=2 ! fakesink";
  open_graph(&c);
  ck_assert(wait_for(is_up));
  ck_assert_uint_gt(track((struct et_box){305, 120, 118, 262}, 0), 0);
  ck_assert(wait_for(has_results));
  g_free(source);
}
END_TEST

/* A file of the test's own, in the place that `source` names. */
static void copy_clip(const char *source)
{
  char *from = clip(), *bytes;
  gsize size;

  ck_assert(g_file_get_contents(from + strlen("file://"), &bytes, &size, NULL));
  ck_assert(g_file_set_contents(source + strlen("file://"), bytes, (gssize)size, NULL));
  g_free(bytes);
  g_free(from);
}

static char *own_clip(void)
{
  return g_strdup_printf("file:///tmp/etrack-graph-%d.webm", (int)getpid());
}

START_TEST(a_missing_file_is_told_and_a_restart_brings_it_back)
{
  char *source = own_clip();
  struct graph_config c = config_of(source);

  open_graph(&c);
  ck_assert(wait_for(is_down));
  ck_assert_msg(strstr(seen.reason, source + strlen("file://")), "%s", seen.reason);
  copy_clip(source);
  ck_assert(wait_for(is_restarted));
  ck_assert(wait_for(is_up));
  unlink(source + strlen("file://"));
  g_free(source);
}
END_TEST

START_TEST(a_restart_keeps_the_target_and_the_count)
{
  char *source = clip();
  struct graph_config c = config_of_loop(source);
  uint64_t target, frame;

  open_graph(&c);
  ck_assert(wait_for(is_up));
  target = track((struct et_box){305, 120, 118, 262}, 0);
  ck_assert(wait_for(has_results));
  frame = seen.result.frame;
  graph_halt(graph);
  ck_assert(wait_for(is_restarted));
  ck_assert(wait_for(is_lost));
  ck_assert_int_eq(seen.transition[ET_EVENT_LOST].reason, ET_REASON_STREAM_DOWN);
  seen.results = 0;
  ck_assert(wait_for(is_up_again));
  ck_assert(wait_for(has_results));
  ck_assert_uint_eq(seen.result.target, target);
  ck_assert_uint_gt(seen.result.frame, frame);
  g_free(source);
}
END_TEST

START_TEST(a_restart_that_fails_keeps_the_target)
{
  char *source = own_clip();
  struct graph_config c = config_of_loop(source);
  uint64_t target;

  copy_clip(source);
  open_graph(&c);
  ck_assert(wait_for(is_up));
  target = track((struct et_box){305, 120, 118, 262}, 0);
  ck_assert(wait_for(has_results));
  graph_halt(graph);
  unlink(source + strlen("file://"));
  ck_assert(wait_for(is_restarted));
  ck_assert(wait_for(is_down));
  copy_clip(source);
  ck_assert(wait_for(is_restarted));
  seen.results = 0;
  ck_assert(wait_for(is_up_again));
  ck_assert(wait_for(has_results));
  ck_assert_uint_eq(seen.result.target, target);
  unlink(source + strlen("file://"));
  g_free(source);
}
END_TEST

/* How often the element "watched" went down, by GStreamer's own log of states. */
static void note_descents(GstDebugCategory *category, GstDebugLevel level, const gchar *file, const gchar *function, gint line,
                          GObject *object, GstDebugMessage *message, gpointer descents)
{
  static gint last;
  gint now;

  if (!GST_IS_ELEMENT(object) || strcmp(GST_OBJECT_NAME(object), "watched") != 0)
    return;
  now = (gint)GST_STATE(object);
  if (now < g_atomic_int_get(&last))
    g_atomic_int_inc((gint *)descents);
  g_atomic_int_set(&last, now);
}

/* A pad that was linked on the way up is not linked again, which would fail a decoder at once. A
 * live source is PAUSED when it is asked to be. */
START_TEST(a_source_is_started_once)
{
  struct graph_config c = config_of(
    "pipeline:videotestsrc name=watched is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! decodebin ! videoconvert");
  static gint descents;
  gint on_the_way_up;

  gst_debug_remove_log_function(gst_debug_log_default);
  gst_debug_add_log_function(note_descents, &descents, NULL);
  gst_debug_set_threshold_for_name("GST_STATES", GST_LEVEL_INFO);
  open_graph(&c);
  ck_assert(wait_for(is_up));
  on_the_way_up = g_atomic_int_get(&descents);
  destroy();
  ck_assert_int_eq(on_the_way_up, 0);
  ck_assert_int_gt(g_atomic_int_get(&descents), 0);
}
END_TEST

static void note_states(GstDebugCategory *category, GstDebugLevel level, const gchar *file, const gchar *function, gint line,
                        GObject *object, GstDebugMessage *message, gpointer states)
{
  g_atomic_int_inc((gint *)states);
}

static gint states;

static bool are_states_at_rest(void)
{
  const gint before = g_atomic_int_get(&states);

  g_usleep(100000);
  return before > 0 && g_atomic_int_get(&states) == before;
}

/* GStreamer may go on trying to reach PLAYING, without a pause, until there is a frame. */
START_TEST(a_source_without_a_frame_is_waited_for_at_rest)
{
  struct graph_config c = config_of("pipeline:appsrc caps=video/x-raw,format=I420,width=64,height=48,framerate=30/1");

  gst_debug_remove_log_function(gst_debug_log_default);
  gst_debug_add_log_function(note_states, &states, NULL);
  gst_debug_set_threshold_for_name("GST_STATES", GST_LEVEL_INFO);
  open_graph(&c);
  ck_assert(wait_for(are_states_at_rest));
}
END_TEST

/* Each is refused while the pipeline is on its way to PLAYING. An element that is left in PAUSED
 * makes GStreamer report a critical fault, which ends the test. */
START_TEST(a_source_that_is_refused_at_once_is_stopped)
{
  struct graph_config c = config_of("pipeline:videotestsrc ! video/x-raw,format=I420,width=64,height=48,interlace-mode=interleaved");

  open_graph(&c);
  for (int i = 0; i < 100; i++) {
    ck_assert(wait_for(is_down));
    ck_assert(strstr(seen.reason, "interlaced"));
    seen.downs = 0;
    ck_assert(wait_for(is_restarted));
  }
}
END_TEST

START_TEST(times_go_on_after_a_restart)
{
  struct graph_config c = config_of("pipeline:videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1");
  int64_t pts_ns;

  open_graph(&c);
  ck_assert(wait_for(is_up));
  track((struct et_box){100, 100, 50, 50}, 0);
  ck_assert(wait_for(has_results));
  graph_halt(graph);
  ck_assert(wait_for(is_restarted));
  pts_ns = seen.transition[ET_EVENT_STARTED].pts_ns;
  seen.results = 0;
  ck_assert(wait_for(has_results));
  ck_assert_int_gt(seen.result.pts_ns, pts_ns);
  ck_assert_int_lt(seen.result.pts_ns, pts_ns + 60 * (int64_t)GST_SECOND);
}
END_TEST

/* A test picture under the name of the cameras' element. A live source alone is not a camera. */
static void replace_v4l2src(void)
{
  GstElementFactory *factory = gst_element_factory_find("videotestsrc");
  GstElementFactory *loaded = GST_ELEMENT_FACTORY(gst_plugin_feature_load(GST_PLUGIN_FEATURE(factory)));
  const GType parent = gst_element_factory_get_element_type(loaded);
  GTypeQuery size;
  GType type;

  g_type_query(parent, &size);
  type = g_type_register_static_simple(parent, "FakeCamera", (guint16)size.class_size, NULL, (guint16)size.instance_size, NULL, 0);
  ck_assert(gst_element_register(NULL, "v4l2src", GST_RANK_NONE, type));
  gst_object_unref(factory);
  gst_object_unref(loaded);
}

START_TEST(a_camera_says_when_a_frame_was_taken_and_nothing_else_does)
{
  static const char rest[] = "is-live=true ! video/x-raw,width=320,height=240,framerate=30/1";

  replace_v4l2src();
  for (int camera = 0; camera < 2; camera++) {
    char *source = g_strdup_printf("pipeline:%s %s", camera ? "v4l2src" : "videotestsrc", rest);
    struct graph_config c = config_of(source);

    memset(&seen, 0, sizeof seen);
    open_graph(&c);
    ck_assert(wait_for(is_up));
    track((struct et_box){100, 100, 50, 50}, 0);
    ck_assert(wait_for(has_results));
    ck_assert_int_eq(seen.result.capture_by_driver, camera);
    ck_assert_int_gt(seen.result.capture_ns, 0);
    destroy();
    g_free(source);
  }
}
END_TEST

START_TEST(the_model_has_a_name)
{
  struct graph_config c = config_of("test://ball");
  char *name;

  graph = graph_create(&c, &observer, NULL, NULL);
  ck_assert_ptr_nonnull(graph);
  name = graph_model_name(graph);
  ck_assert_str_eq(name, "still");
  g_free(name);
}
END_TEST

static void refused_config(const struct graph_config *c, enum graph_error code, const char *named)
{
  GError *error = NULL;

  graph = graph_create(c, &observer, NULL, &error);
  ck_assert_ptr_null(graph);
  ck_assert_msg(g_error_matches(error, GRAPH_ERROR, (int)code), "code %d: %s", error->code, error->message);
  ck_assert_msg(strstr(error->message, named), "%s", error->message);
  g_error_free(error);
}

START_TEST(what_cannot_work_is_refused_by_name)
{
  struct graph_config c = config_of("gopher://x");

  refused_config(&c, GRAPH_ERROR_CONFIG, "gopher://x");
  c = config_of("pipeline:nosuchelement ! foo");
  refused_config(&c, GRAPH_ERROR_PLUGIN, "nosuchelement");
  c = config_of("test://ball");
  c = config_of("test://ball");
  c.pixel_format = "YUVY";
  refused_config(&c, GRAPH_ERROR_CONFIG, "YUVY");
  c = config_of("test://ball");
  c.output = "nosuchsink";
  refused_config(&c, GRAPH_ERROR_CONFIG, "nosuchsink");
  c = config_of("test://ball");
  c.model = "/nonexistent/model.safetensors";
  refused_config(&c, GRAPH_ERROR_MODEL, "/nonexistent/model.safetensors");
}
END_TEST

START_TEST(a_halted_graph_holds_no_frame)
{
  struct graph_config c = config_of("test://ball");
  GBytes *jpeg;
  uint64_t frame;

  open_graph(&c);
  ck_assert(wait_for(is_up));
  jpeg = snapshot(&frame);
  ck_assert_ptr_nonnull(jpeg);
  g_bytes_unref(jpeg);
  graph_halt(graph);
  ck_assert_ptr_null(snapshot(&frame));
}
END_TEST

START_TEST(a_pixel_format_has_either_name)
{
  static const char *const names[] = {"YUY2", "YUYV", "yuyv", "GREY", "YU12", "NV12"};

  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    struct graph_config c = config_of("test://ball");

    c.pixel_format = names[i];
    memset(&seen, 0, sizeof seen);
    open_graph(&c);
    ck_assert_msg(wait_for(is_up), "%s: %s", names[i], seen.reason);
    destroy();
  }
}
END_TEST

/* A camera that offers 30000/1001 does not offer 2997/100. */
START_TEST(a_rate_is_asked_for_exactly)
{
  struct graph_config c = config_of("test://ball");

  c.rate_hz = 30000 / 1001.0;
  open_graph(&c);
  ck_assert_msg(wait_for(is_up), "%s", seen.reason);
  ck_assert_double_eq(seen.rate_hz, 30000 / 1001.0);
}
END_TEST

START_TEST(a_password_in_an_address_is_not_shown)
{
  static const struct {
    const char *source, *shown;
  } cases[] = {
    {"rtsp://me:secret@cam.example/1", "rtsp://me:***@cam.example/1"},
    {"rtsps://me:s:e@c@cam.example:554/1", "rtsps://me:***@cam.example:554/1"},
    {"pipeline:rtspsrc location=rtsp://a:b@c ! decodebin ! x uri=http://d:e@f/",
     "pipeline:rtspsrc location=rtsp://a:***@c ! decodebin ! x uri=http://d:***@f/"},
    {"cannot reach \"rtsp://a:b@c:1\": x://y", "cannot reach \"rtsp://a:***@c:1\": x://y"},
    {"rtsp://me@cam.example/1", "rtsp://me@cam.example/1"},
    {"rtsp://cam.example:554/1?at=me:b@c", "rtsp://cam.example:554/1?at=me:b@c"},
    {"file:///a:b@c.webm", "file:///a:b@c.webm"},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    char *shown = graph_public_source(cases[i].source);

    ck_assert_str_eq(shown, cases[i].shown);
    g_free(shown);
  }
}
END_TEST

/* Runs the main loop for a while in which nothing may happen. */
static void spin(int64_t ms)
{
  const int64_t until_ns = et_clock_ns() + ms * ET_MS_NS;

  while (et_clock_ns() < until_ns)
    g_main_context_iteration(NULL, FALSE);
}

/* Nobody writes to the FIFO, so its open() blocks for ever. Neither the start nor the end waits for
 * it. */
START_TEST(a_source_that_hangs_holds_nobody_up)
{
  char *path = g_strdup_printf("/tmp/etrack-graph-%d.fifo", (int)getpid()), *source = g_strconcat("file://", path, NULL);
  struct graph_config c = config_of(source);
  int64_t begin_ns;

  ck_assert_int_eq(mkfifo(path, 0600), 0);
  begin_ns = et_clock_ns();
  open_graph(&c);
  ck_assert_int_lt(et_clock_ns() - begin_ns, 5 * ET_SECOND_NS);
  spin(200);
  graph_halt(graph);
  ck_assert_msg(!graph_restart(graph, NULL), "a second pipeline opens the source that the first one still hangs in");
  begin_ns = et_clock_ns();
  graph_destroy(&graph, begin_ns + 300 * ET_MS_NS);
  ck_assert_int_lt(et_clock_ns() - begin_ns, 5 * ET_SECOND_NS);
  unlink(path);
  g_free(source);
  g_free(path);
}
END_TEST

/* A recording has its index after a stop: another pipeline can play it. */
START_TEST(a_recording_can_be_played_after_a_stop)
{
  struct graph_config c = config_of("pipeline:videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1");
  char *path = g_strdup_printf("/tmp/etrack-graph-%d.mov", (int)getpid());
  char *output = g_strdup_printf("videoconvert ! jpegenc ! qtmux ! filesink location=%s", path);
  char *source = g_strconcat("file://", path, NULL);

  c.output = output;
  open_graph(&c);
  ck_assert(wait_for(is_up));
  spin(500);
  destroy();
  memset(&seen, 0, sizeof seen);
  c = config_of(source);
  open_graph(&c);
  ck_assert_msg(wait_for(has_ended), "%s", seen.reason);
  ck_assert_int_gt(seen.ups, 0);
  ck_assert_int_eq(seen.downs, 0);
  unlink(path);
  g_free(source);
  g_free(output);
  g_free(path);
}
END_TEST

START_TEST(a_picture_outlives_its_graph)
{
  struct graph_config c = config_of("test://ball");
  struct graph_picture *picture;
  GBytes *jpeg;

  open_graph(&c);
  ck_assert(wait_for(is_up));
  picture = graph_newest_picture(graph, NULL);
  ck_assert_ptr_nonnull(picture);
  destroy();
  jpeg = graph_picture_encode(picture, NULL);
  ck_assert_ptr_nonnull(jpeg);
  g_bytes_unref(jpeg);
  graph_picture_free(&picture);
  ck_assert_ptr_null(picture);
}
END_TEST

static bool is_warned(void)
{
  return seen.warnings > 0;
}

START_TEST(what_an_element_warns_of_is_told)
{
  struct graph_config c = config_of("pipeline:videotestsrc ! etrack algorithm=CSRT");

  open_graph(&c);
  ck_assert(wait_for(is_warned));
  ck_assert_msg(strstr(seen.reason, "algorithm=CSRT"), "%s", seen.reason);
}
END_TEST

/* The output's end comes once: with the stop, and after all rounds. */
START_TEST(a_recording_of_a_looped_file_goes_on)
{
  char *path = g_strdup_printf("/tmp/etrack-graph-%d.mov", (int)getpid());
  char *output = g_strdup_printf("videoconvert ! jpegenc ! qtmux ! filesink location=%s", path), *source = clip();
  struct graph_config c = config_of_loop(source);

  c.output = output;
  open_graph(&c);
  ck_assert(wait_for(is_up));
  ck_assert_uint_gt(track((struct et_box){305, 120, 118, 262}, 0), 0);
  ck_assert_msg(wait_for(has_looped), "frame %" G_GUINT64_FORMAT ", downs %d %s", seen.result.frame, seen.downs, seen.reason);
  ck_assert(!has_stopped() && !is_lost());
  destroy();
  g_free(source);
  source = g_strconcat("file://", path, NULL);
  memset(&seen, 0, sizeof seen);
  c = config_of(source);
  open_graph(&c);
  ck_assert(wait_for(is_up));
  ck_assert_uint_gt(track((struct et_box){305, 120, 118, 262}, 0), 0);
  ck_assert_msg(wait_for(has_ended), "%s", seen.reason);
  ck_assert_uint_gt(seen.result.frame, 150);
  unlink(path);
  g_free(source);
  g_free(output);
  g_free(path);
}
END_TEST

static bool is_lost_for_the_end(void)
{
  return is_lost() && seen.ends > 0;
}

START_TEST(the_end_of_a_file_loses_the_target_for_that_reason)
{
  struct graph_config c = config_of("pipeline:videotestsrc num-buffers=30 ! video/x-raw,width=320,height=240,framerate=30/1");

  open_graph(&c);
  ck_assert(wait_for(is_up));
  track((struct et_box){100, 100, 60, 60}, 0);
  ck_assert(wait_for(is_lost_for_the_end));
  ck_assert_int_eq(seen.transition[ET_EVENT_LOST].reason, ET_REASON_STREAM_ENDED);
}
END_TEST

static bool has_frames_of_two_files(void)
{
  return seen.ups > 1;
}

START_TEST(an_output_is_numbered_by_the_time_at_which_it_is_built)
{
  char *folder = g_dir_make_tmp("etrack-graph-XXXXXX", NULL);
  char *output = g_strdup_printf("filesink location=%s/{time}.raw", folder);
  struct graph_config c = config_of("pipeline:videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1");
  int files = 0;
  GDir *dir;

  c.output = output;
  open_graph(&c);
  ck_assert(wait_for(is_up));
  graph_halt(graph);
  ck_assert(wait_for(is_restarted));
  ck_assert(wait_for(has_frames_of_two_files));
  destroy();
  dir = g_dir_open(folder, 0, NULL);
  while (g_dir_read_name(dir))
    files++;
  g_dir_close(dir);
  remove_tree(folder);
  ck_assert_int_eq(files, 2);
  g_free(output);
  g_free(folder);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("graph");
  TCase *tcase = tcase_create("graph"), *real = tcase_create("with the real model");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_checked_fixture(real, setup_real_model, teardown);
  tcase_add_test(real, a_target_is_tracked_on_a_file);
  tcase_add_test(tcase, a_bad_box_is_refused_on_its_frame_and_the_old_target_stays);
  tcase_add_test(tcase, a_past_frame_that_is_not_kept_is_refused);
  tcase_add_test(tcase, a_kept_past_frame_starts_a_target);
  tcase_add_test(tcase, a_file_played_once_ends);
  tcase_add_test(tcase, a_looped_file_goes_on_counting);
  tcase_add_test(tcase, an_output_that_holds_frames_back_holds_nothing_up);
  tcase_add_test(tcase, a_missing_file_is_told_and_a_restart_brings_it_back);
  tcase_add_test(tcase, a_restart_keeps_the_target_and_the_count);
  tcase_add_test(tcase, a_restart_that_fails_keeps_the_target);
  tcase_add_test(tcase, a_source_is_started_once);
  tcase_add_test(tcase, a_source_without_a_frame_is_waited_for_at_rest);
  tcase_add_test(tcase, a_source_that_is_refused_at_once_is_stopped);
  tcase_add_test(tcase, times_go_on_after_a_restart);
  tcase_add_test(tcase, a_camera_says_when_a_frame_was_taken_and_nothing_else_does);
  tcase_add_test(tcase, the_model_has_a_name);
  tcase_add_test(tcase, what_cannot_work_is_refused_by_name);
  tcase_add_test(tcase, a_halted_graph_holds_no_frame);
  tcase_add_test(tcase, a_pixel_format_has_either_name);
  tcase_add_test(tcase, a_rate_is_asked_for_exactly);
  tcase_add_test(tcase, a_password_in_an_address_is_not_shown);
  tcase_add_test(tcase, a_source_that_hangs_holds_nobody_up);
  tcase_add_test(tcase, a_recording_can_be_played_after_a_stop);
  tcase_add_test(tcase, a_recording_of_a_looped_file_goes_on);
  tcase_add_test(tcase, a_picture_outlives_its_graph);
  tcase_add_test(tcase, what_an_element_warns_of_is_told);
  tcase_add_test(tcase, the_end_of_a_file_loses_the_target_for_that_reason);
  tcase_add_test(tcase, an_output_is_numbered_by_the_time_at_which_it_is_built);
  suite_add_tcase(suite, tcase);
  suite_add_tcase(suite, real);
  return suite;
}

TEST_MAIN(make_suite)
