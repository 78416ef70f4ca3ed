/* SPDX-License-Identifier: MIT */
/* A stream's GStreamer pipeline: source -> etrack -> paced sink, and an output behind a leaky queue.
 *
 * Design notes. The element `etrack` is made once a graph and outlives the pipelines that are built round it: its state is locked and stays PAUSED from
 * creation to the end (nothing in it asks for PLAYING), so that target, counters and kept frames survive a camera that was pulled. The bus is watched in the main loop;
 * results arrive by the element's signal on the tracker thread and are handed on as plain structs. `up` and the size come from a probe on
 * the element's sink pad, which also lets presentation times go on. What threads share is behind the lock, held for copies alone, or atomic; the parameters
 * have a lock of their own, because they are set one after the other and nobody must see half of them. */
#include "pipeline/graph.h"

#include <gst/gst.h>
#include <gst/video/video.h>
#include <string.h>

#include "base/clock.h"
#include "etrack/image.h"
#include "etrack/model.h"
#include "pipeline/camera.h"
#include "source.h"
#include "stopper.h"
#include "timeline.h"

G_DEFINE_QUARK(graph - error - quark, graph_error)

/* Name of the first element behind the tracker, and the queue that rather loses a frame than waits. */
#define TAIL_START "etrack-tail-start"
#define PACED "etrack-paced-sink"
#define LEAKY "queue max-size-buffers=2 max-size-bytes=0 max-size-time=0 leaky=downstream"

static const GstClockTime state_timeout = 5 * GST_SECOND;
static const gint64 stop_timeout_ns = 700 * ET_MS_NS;

struct graph {
  struct graph_config config; /* strings are the graph's own */
  struct graph_observer observer;
  void *user;
  char *shown_source;      /* the source as others may read it */
  GstElement *tracker;     /* the element etrack; a reference of our own */
  GstElement *pipeline;    /* NULL while there is none */
  GstElement *head, *tail; /* its parts before and behind the tracker */
  guint bus_watch;
  struct source_kind kind;
  bool head_is_live;
  bool told_down, halted;
  struct timeline timeline;
  GMutex params_lock; /* held while the parameters are set one by one */
  GMutex lock;
  int width, height;    /* by lock; 0 = no frame yet */
  double rate_hz;       /* by lock */
  bool told_up;         /* by lock */
  GstSample *newest;    /* by lock: the newest frame, for snapshots */
  guint64 newest_frame; /* by lock */
};

/* Copies of the strings, so that the graph needs its caller's no longer. */
static void copy_config(struct graph_config *to, const struct graph_config *from)
{
  *to = *from;
  to->name = g_strdup(from->name);
  to->source = g_strdup(from->source);
  to->pixel_format = g_strdup(from->pixel_format);
  to->controls = g_strdup(from->controls);
  to->output = g_strdup(from->output);
  to->model = NULL; /* find_model() */
}

static void free_config(struct graph_config *c)
{
  g_free((char *)c->name);
  g_free((char *)c->source);
  g_free((char *)c->pixel_format);
  g_free((char *)c->controls);
  g_free((char *)c->output);
  g_free((char *)c->model);
}

static void copy_text(char *to, gsize size, const GstStructure *s, const char *field)
{
  const char *text = gst_structure_get_string(s, field);

  g_strlcpy(to, text ? text : "", size);
}

static gint64 integer(const GstStructure *s, const char *field, gint64 fallback)
{
  gint64 value = fallback;
  guint64 wide;

  if (gst_structure_get_uint64(s, field, &wide))
    return wide > G_MAXINT64 ? fallback : (gint64)wide;
  gst_structure_get_int64(s, field, &value);
  return value;
}

static double real(const GstStructure *s, const char *field)
{
  double value = 0;

  gst_structure_get_double(s, field, &value);
  return value;
}

/* The element's structure as the daemon's struct. */
static void read_result(const GstStructure *s, struct graph_result *r)
{
  gboolean by_driver = FALSE;

  gst_structure_get_boolean(s, "capture-by-driver", &by_driver);
  *r = (struct graph_result){
    .target = (uint64_t)integer(s, "target", 0),
    .frame = (uint64_t)integer(s, "frame", 0),
    .pts_ns = integer(s, "pts", -1),
    .capture_ns = integer(s, "capture", 0),
    .capture_by_driver = by_driver,
    .has_box = gst_structure_has_field(s, "x"),
    .x = real(s, "x"),
    .y = real(s, "y"),
    .w = real(s, "w"),
    .h = real(s, "h"),
    .score = real(s, "score"),
    .rival = real(s, "rival"),
    .velocity_x_px_s = real(s, "velocity-x"),
    .velocity_y_px_s = real(s, "velocity-y"),
    .dropped = (uint64_t)integer(s, "dropped", 0),
    .queue_ns = integer(s, "queue", 0),
    .infer_ns = integer(s, "infer", 0),
    .gap_ns = integer(s, "gap", 0),
  };
  gst_structure_get_int(s, "width", &r->width);
  gst_structure_get_int(s, "height", &r->height);
  copy_text(r->state, sizeof r->state, s, "state");
  copy_text(r->event, sizeof r->event, s, "event");
  copy_text(r->reason, sizeof r->reason, s, "reason");
}

static enum graph_refusal refusal_of(const char *reason)
{
  static const char *const names[] = {"bad-box", "frame-expired", "replaced"};

  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    if (g_strcmp0(reason, names[i]) == 0)
      return (enum graph_refusal)i;
  return GRAPH_REFUSED_INTERNAL;
}

static void on_result(GstElement *tracker, const GstStructure *s, gpointer data)
{
  struct graph *g = data;
  struct graph_result r;

  read_result(s, &r);
  if (strcmp(r.event, "refused") == 0) {
    g->observer.refused(r.target, refusal_of(r.reason), gst_structure_get_string(s, "message"), g->user);
    return;
  }
  if (*r.event)
    g->observer.transition(&r, g->user);
  if (strcmp(r.state, "idle") != 0 && strcmp(r.reason, "stream-down") != 0)
    g->observer.result(&r, g->user);
}

static void note_caps(struct graph *g, GstCaps *caps)
{
  GstVideoInfo info;

  if (!gst_video_info_from_caps(&info, caps))
    return;
  g_mutex_lock(&g->lock);
  g->told_up = g->told_up && g->width == info.width && g->height == info.height;
  g->width = info.width;
  g->height = info.height;
  g->rate_hz = info.fps_d && info.fps_n ? (double)info.fps_n / info.fps_d : 0;
  g_mutex_unlock(&g->lock);
}

static void note_frame(struct graph *g, GstPad *pad, GstBuffer *buffer)
{
  GstCaps *caps = gst_pad_get_current_caps(pad);
  GstSample *sample = gst_sample_new(buffer, caps, NULL, NULL), *old;
  guint64 frames = 0, first = 1;
  bool up;
  int width, height;
  double rate_hz;

  g_object_get(g->tracker, "frames", &frames, "first-frame", &first, NULL);
  g_mutex_lock(&g->lock);
  old = g->newest;
  g->newest = sample;
  g->newest_frame = first + frames; /* the one that is about to be counted */
  up = !g->told_up;
  g->told_up = true;
  width = g->width;
  height = g->height;
  rate_hz = g->rate_hz;
  g_mutex_unlock(&g->lock);
  if (old)
    gst_sample_unref(old);
  if (caps)
    gst_caps_unref(caps);
  if (up)
    g->observer.up(width, height, rate_hz, g->user);
}

static GstClockTime frame_time(struct graph *g)
{
  double rate_hz;

  g_mutex_lock(&g->lock);
  rate_hz = g->rate_hz;
  g_mutex_unlock(&g->lock);
  return (GstClockTime)(GST_SECOND / (rate_hz > 0 ? rate_hz : 25));
}

/* On the element's sink pad. */
static GstPadProbeReturn on_pad(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  struct graph *g = data;
  GstCaps *caps;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GST_PAD_PROBE_INFO_DATA(info) = timeline_take_buffer(&g->timeline, GST_PAD_PROBE_INFO_BUFFER(info), frame_time(g));
    note_frame(g, pad, GST_PAD_PROBE_INFO_BUFFER(info));
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_SEGMENT) {
    GST_PAD_PROBE_INFO_DATA(info) = timeline_take_segment(&g->timeline, GST_PAD_PROBE_INFO_EVENT(info));
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_CAPS) {
    gst_event_parse_caps(GST_PAD_PROBE_INFO_EVENT(info), &caps);
    note_caps(g, caps);
  }
  return GST_PAD_PROBE_OK;
}

/* Which file it is to be, so that its name is known; that the element opens another one is thereby excluded. */
static bool find_model(struct graph *g, const char *wanted, GError **error)
{
  char path[ET_MODEL_PATH];
  struct et_error_detail why = {""};

  if (et_model_find(wanted, path, &why) == ET_OK) {
    g->config.model = g_strdup(path);
    return true;
  }
  g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_MODEL, "%s", why.text);
  return false;
}

static bool make_tracker(struct graph *g, guint64 first_frame, GError **error)
{
  GstPad *pad;

  g->tracker = gst_element_factory_make("etrack", NULL);
  if (!g->tracker) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_PLUGIN, "GStreamer finds no element `etrack`: is GST_PLUGIN_PATH right?");
    return false;
  }
  gst_object_ref_sink(g->tracker);
  gst_element_set_locked_state(g->tracker, TRUE); /* its state is ours, not the pipelines' that come and go */
  g_object_set(g->tracker, "model", g->config.model, "threads", (guint)g->config.threads, "first-frame", MAX(first_frame, 1), NULL);
  gst_util_set_object_arg(G_OBJECT(g->tracker), "mode", "async");
  gst_util_set_object_arg(G_OBJECT(g->tracker), "messages", "none");
  if (g->config.history_bytes >= 0)
    g_object_set(g->tracker, "history-bytes", (guint64)g->config.history_bytes, NULL);
  if (g->config.output && g->config.output_draw)
    gst_util_set_object_arg(G_OBJECT(g->tracker), "draw", "box+label");
  pad = gst_element_get_static_pad(g->tracker, "sink");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_pad, g, NULL);
  gst_object_unref(pad);
  g_signal_connect(g->tracker, "result", G_CALLBACK(on_result), g);
  return true;
}

/* The model is opened with READY -> PAUSED; the element's own words are on the bus that it gets for the while. */
static bool prepare_tracker(struct graph *g, GError **error)
{
  GstBus *bus = gst_bus_new();
  GstStateChangeReturn ret;
  GstMessage *message;
  GError *why = NULL;

  gst_element_set_bus(g->tracker, bus);
  ret = gst_element_set_state(g->tracker, GST_STATE_PAUSED);
  message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
  if (message)
    gst_message_parse_error(message, &why, NULL);
  if (ret == GST_STATE_CHANGE_FAILURE)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_MODEL, "%s", why ? why->message : "the tracker does not start");
  g_clear_error(&why);
  if (message)
    gst_message_unref(message);
  gst_element_set_bus(g->tracker, NULL);
  gst_object_unref(bus);
  return ret != GST_STATE_CHANGE_FAILURE;
}

/* The paced sink first, so that nothing waits in it, then the source, so that a device is free even where the output hangs; then the rest but for the
 * tracker, whose state is locked. Something that hangs is left behind: it has a pipeline of its own by the time that the next one is made. */
static void stop_pipeline(struct graph *g)
{
  GstElement *paced = gst_bin_get_by_name(GST_BIN(g->tail), g->config.output ? PACED : TAIL_START);
  GstElement *const elements[] = {paced, g->head, g->pipeline};

  if (!stopper_run(elements, G_N_ELEMENTS(elements), stop_timeout_ns))
    GST_WARNING_OBJECT(g->pipeline, "does not stop and is left behind");
  gst_object_unref(paced);
}

/* The newest frame may be a camera's own memory: as long as that is held the device stays open, and one that is plugged in again gets another name. */
static void forget_newest(struct graph *g)
{
  GstSample *newest;

  g_mutex_lock(&g->lock);
  newest = g->newest;
  g->newest = NULL;
  g_mutex_unlock(&g->lock);
  if (newest)
    gst_sample_unref(newest);
}

void graph_halt(struct graph *g)
{
  if (g->pipeline && !g->halted)
    stop_pipeline(g);
  g->halted = true;
  g_signal_emit_by_name(g->tracker, "lose");
  forget_newest(g);
  g_mutex_lock(&g->lock);
  g->told_up = false;
  g_mutex_unlock(&g->lock);
}

/* Halted first: a pipeline in which one part has failed may go on sending frames. */
static void tell_down(struct graph *g, const char *reason)
{
  if (g->told_down)
    return;
  g->told_down = true;
  graph_halt(g);
  g->observer.down(reason, g->user);
}

static void seek_to_start(struct graph *g)
{
  timeline_begin_again(&g->timeline);
  if (!gst_element_seek_simple(g->pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0))
    tell_down(g, "the source cannot be played again from its start");
}

/* An error message in words: what the element says and, where it adds something, the last line of its details, in which the system has its say. */
static char *error_words(GstMessage *message)
{
  GError *why = NULL;
  char *details = NULL, *words, *shown, *last;

  gst_message_parse_error(message, &why, &details);
  last = details ? strrchr(details, '\n') : NULL;
  last = last ? g_strstrip(last + 1) : NULL;
  words = last && *last ? g_strdup_printf("%s (%s)", why->message, last) : g_strdup(why->message);
  shown = graph_public_source(words);
  g_free(words);
  g_free(details);
  g_error_free(why);
  return shown;
}

static void on_error(struct graph *g, GstMessage *message)
{
  char *words = error_words(message), *reason = g_strdup_printf("%s: %s", GST_MESSAGE_SRC_NAME(message), words);

  tell_down(g, reason);
  g_free(reason);
  g_free(words);
}

/* Whether it has an end of its own, like a file: not live, and to be played from any place. What cannot, a server for instance, has gone away. */
static bool is_finite(const struct graph *g)
{
  static const GstFormat formats[] = {GST_FORMAT_TIME, GST_FORMAT_BYTES, GST_FORMAT_DEFAULT};
  gboolean seekable = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS(formats) && !seekable && !g->head_is_live; i++) {
    GstQuery *query = gst_query_new_seeking(formats[i]);

    if (gst_element_query(g->pipeline, query))
      gst_query_parse_seeking(query, NULL, &seekable, NULL, NULL);
    gst_query_unref(query);
  }
  return seekable;
}

static void on_end(struct graph *g)
{
  if (g->kind.loops)
    seek_to_start(g);
  else if (g->kind.live || g->config.loop || (g->kind.described && !is_finite(g)))
    tell_down(g, "the source ended");
  else
    g->observer.ended(g->user);
}

static gboolean on_message(GstBus *bus, GstMessage *message, gpointer data)
{
  struct graph *g = data;

  switch (GST_MESSAGE_TYPE(message)) {
  case GST_MESSAGE_ERROR:
    on_error(g, message);
    break;
  case GST_MESSAGE_EOS:
    on_end(g);
    break;
  case GST_MESSAGE_LATENCY:
    gst_bin_recalculate_latency(GST_BIN(g->pipeline));
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

/* A description as a bin whose pad `pad_name` is that of its element `end`. What else is unlinked in it is its own affair: pads that a demuxer will add
 * later must not become the bin's. */
static GstElement *make_bin(const char *text, const char *end, const char *pad_name, GError **why)
{
  GstElement *bin = gst_parse_bin_from_description_full(text, FALSE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, why);
  GstElement *element = bin ? gst_bin_get_by_name(GST_BIN(bin), end) : NULL;
  GstPad *pad = element ? gst_element_get_static_pad(element, pad_name) : NULL;

  if (pad) {
    gst_element_add_pad(bin, gst_ghost_pad_new(pad_name, pad));
    gst_object_unref(pad);
  }
  if (element)
    gst_object_unref(element);
  return bin;
}

/* A sink of the output's takes part in no preroll: one that wants two frames before it shows the first would wait for the second for ever. */
static void free_of_preroll(const GValue *item, gpointer paced)
{
  GstElement *sink = g_value_get_object(item);

  if (sink != paced && g_object_class_find_property(G_OBJECT_GET_CLASS(sink), "async"))
    g_object_set(sink, "async", FALSE, NULL);
}

static void free_output_of_preroll(GstElement *tail)
{
  GstElement *paced = gst_bin_get_by_name(GST_BIN(tail), PACED);
  GstIterator *sinks = gst_bin_iterate_sinks(GST_BIN(tail));

  while (gst_iterator_foreach(sinks, free_of_preroll, paced) == GST_ITERATOR_RESYNC)
    gst_iterator_resync(sinks);
  gst_iterator_free(sinks);
  if (paced)
    gst_object_unref(paced);
}

/* From the tracker on: a paced sink, so that a file plays at its own rate, and the output behind a queue that rather loses frames than waits. */
static GstElement *make_tail(const struct graph *g, GError **error)
{
  const char *sync = g->kind.live ? "false" : "true";
  char *text = g->config.output
                 ? g_strdup_printf("tee name=" TAIL_START " ! fakesink name=" PACED " sync=%s " TAIL_START ". ! " LEAKY " ! %s", sync,
                                   g->config.output)
                 : g_strdup_printf("fakesink name=" TAIL_START " sync=%s", sync);
  GError *why = NULL;
  GstElement *tail = make_bin(text, TAIL_START, "sink", &why);

  if (!tail)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "output `%s`: %s", g->config.output ? g->config.output : "", why->message);
  else if (g->config.output)
    free_output_of_preroll(tail);
  g_clear_error(&why);
  g_free(text);
  return tail;
}

static enum graph_error code_of(const GError *why)
{
  return g_error_matches(why, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT) ? GRAPH_ERROR_PLUGIN : GRAPH_ERROR_CONFIG;
}

static GstElement *make_head(struct graph *g, GError **error)
{
  char *text;
  GError *why = NULL;
  GstElement *head;

  g_clear_pointer(&g->kind.device, g_free);
  text = source_describe(&g->config, &g->kind, error);
  if (!text)
    return NULL;
  head = make_bin(text, SOURCE_END, "src", &why);
  if (!head)
    g_set_error(error, GRAPH_ERROR, code_of(why), "source `%s`: %s", g->shown_source, why->message);
  g_clear_error(&why);
  g_free(text);
  return head;
}

/* Takes the tracker out and throws the rest away; nothing of the old pipeline calls back after it. */
static void drop_pipeline(struct graph *g)
{
  if (!g->pipeline)
    return;
  if (g->bus_watch)
    g_source_remove(g->bus_watch);
  g->bus_watch = 0;
  if (!g->halted)
    stop_pipeline(g);
  gst_bin_remove(GST_BIN(g->pipeline), g->tracker);
  gst_object_unref(g->pipeline);
  g->pipeline = NULL;
}

static bool make_pipeline(struct graph *g, GError **error)
{
  GstElement *head = make_head(g, error), *tail = head ? make_tail(g, error) : NULL;
  GstBus *bus;

  if (!tail) {
    if (head)
      gst_object_unref(gst_object_ref_sink(head));
    return false;
  }
  g->pipeline = gst_pipeline_new(g->config.name);
  g->head = head;
  g->tail = tail;
  gst_bin_add_many(GST_BIN(g->pipeline), head, g->tracker, tail, NULL);
  if (!gst_element_link_many(head, g->tracker, tail, NULL)) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "source `%s` does not give raw video", g->shown_source);
    drop_pipeline(g);
    return false;
  }
  bus = gst_element_get_bus(g->pipeline);
  g->bus_watch = gst_bus_add_watch(bus, on_message, g);
  gst_object_unref(bus);
  return true;
}

struct graph *graph_create(const struct graph_config *config, uint64_t first_frame, const struct graph_observer *observer, void *user,
                           GError **error)
{
  struct graph *g = g_new0(struct graph, 1);

  copy_config(&g->config, config);
  g->shown_source = graph_public_source(config->source);
  g->observer = *observer;
  g->user = user;
  g_mutex_init(&g->lock);
  g_mutex_init(&g->params_lock);
  if (!find_model(g, config->model, error) || !make_tracker(g, first_frame, error) || !graph_set_params(g, &config->params, error) ||
      !prepare_tracker(g, error) || !make_pipeline(g, error))
    graph_destroy(&g);
  return g;
}

void graph_destroy(struct graph **graph)
{
  struct graph *g = graph ? *graph : NULL;

  if (!g)
    return;
  drop_pipeline(g);
  if (g->tracker) {
    g_signal_handlers_disconnect_by_data(g->tracker, g);
    gst_element_set_state(g->tracker, GST_STATE_NULL);
    gst_object_unref(g->tracker);
  }
  if (g->newest)
    gst_sample_unref(g->newest);
  g_free(g->kind.device);
  g_free(g->shown_source);
  g_mutex_clear(&g->lock);
  g_mutex_clear(&g->params_lock);
  free_config(&g->config);
  g_free(g);
  *graph = NULL;
}

/* A failure to start leaves its words on the bus before the loop sees them. */
static void take_start_error(struct graph *g, GError **error)
{
  GstBus *bus = gst_element_get_bus(g->pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered(bus, 0, GST_MESSAGE_ERROR);
  char *words = message ? error_words(message) : g_strdup("does not start");
  const bool of_output = message && gst_object_has_as_ancestor(GST_MESSAGE_SRC(message), GST_OBJECT(g->tail));

  g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "%s `%s`: %s", of_output ? "output" : "source",
              of_output && g->config.output ? g->config.output : g->shown_source, words);
  g_free(words);
  if (message)
    gst_message_unref(message);
  gst_object_unref(bus);
}

static bool reaches(GstElement *element, GstState state)
{
  return gst_element_set_state(element, state) != GST_STATE_CHANGE_FAILURE;
}

/* Sink and source first, one by one: a pipeline whose source fails takes all its elements back to READY, locked ones too, and with the tracker its
 * target. But not beyond READY before the pipeline is there: on its way it would take them down to READY again, and what linked itself while a
 * source was PAUSED is not linked a second time. */
static bool set_playing(struct graph *g)
{
  GstStateChangeReturn head;

  if (!reaches(g->tail, GST_STATE_READY) || !reaches(g->head, GST_STATE_READY) || !reaches(g->pipeline, GST_STATE_READY) ||
      !reaches(g->tail, GST_STATE_PAUSED))
    return false;
  head = gst_element_set_state(g->head, GST_STATE_PAUSED);
  g->head_is_live = head == GST_STATE_CHANGE_NO_PREROLL;
  return head != GST_STATE_CHANGE_FAILURE && reaches(g->pipeline, GST_STATE_PLAYING);
}

bool graph_start(struct graph *g, GError **error)
{
  if (g->kind.device && g->config.controls && !camera_set_controls(g->kind.device, g->config.controls, error))
    return false;
  g->told_down = g->halted = false;
  if (set_playing(g))
    return true;
  take_start_error(g, error);
  return false;
}

bool graph_restart(struct graph *g, GError **error)
{
  graph_halt(g);
  drop_pipeline(g);
  timeline_begin_again(&g->timeline);
  return make_pipeline(g, error) && graph_start(g, error);
}

char *graph_model_name(struct graph *g)
{
  static const char ending[] = ".safetensors";
  char *name = g_path_get_basename(g->config.model);

  if (g_str_has_suffix(name, ending))
    name[strlen(name) - strlen(ending)] = '\0';
  return name;
}

uint64_t graph_track(struct graph *g, double x, double y, double w, double h, uint64_t frame, GError **error)
{
  struct et_error_detail why = {""};
  const struct et_box box = {x, y, w, h};
  guint64 target = 0;
  int width, height;

  if (graph_get_size(g, &width, &height, NULL) && !frame && et_box_check(&box, width, height, &why) != ET_OK) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_BOX, "%s", why.text);
    return 0;
  }
  g_signal_emit_by_name(g->tracker, "track", x, y, w, h, (guint64)frame, &target);
  if (!target)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_BOX, "the tracker refused the box [%g, %g, %g, %g]", x, y, w, h);
  return target;
}

bool graph_frame_at(struct graph *g, int64_t pts_ns, uint64_t *frame)
{
  guint64 found = 0;

  g_signal_emit_by_name(g->tracker, "frame-at", (guint64)pts_ns, &found);
  *frame = found;
  return found != 0;
}

void graph_stop_target(struct graph *g)
{
  g_signal_emit_by_name(g->tracker, "stop");
}

static void set_params(struct graph *g, struct et_params params)
{
  size_t count;
  const struct et_param_info *info = et_param_table(&count);

  for (size_t i = 0; i < count; i++) {
    char *name = g_strdelimit(g_strdup(info[i].name), "_", '-');

    g_object_set(g->tracker, name, *et_param_value(&params, &info[i]), NULL);
    g_free(name);
  }
}

bool graph_set_params(struct graph *g, const struct et_params *params, GError **error)
{
  struct et_error_detail why;

  if (et_params_check(params, &why) != ET_OK) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_VALUE, "%s", why.text);
    return false;
  }
  /* The element wants found > weak > lost after every step: apart first, then to their places, weak before the other two. */
  g_mutex_lock(&g->params_lock);
  g_object_set(g->tracker, "found-score", 1.0, "lost-score", 0.0, "weak-score", params->weak_score, NULL);
  set_params(g, *params);
  g_mutex_unlock(&g->params_lock);
  return true;
}

void graph_get_params(struct graph *g, struct et_params *params)
{
  size_t count;
  const struct et_param_info *info = et_param_table(&count);

  g_mutex_lock(&g->params_lock);
  for (size_t i = 0; i < count; i++) {
    char *name = g_strdelimit(g_strdup(info[i].name), "_", '-');

    g_object_get(g->tracker, name, et_param_value(params, &info[i]), NULL);
    g_free(name);
  }
  g_mutex_unlock(&g->params_lock);
}

void graph_get_counters(struct graph *g, struct graph_counters *counters)
{
  guint64 frames = 0, dropped = 0, processed = 0;

  g_object_get(g->tracker, "frames", &frames, "dropped", &dropped, "processed", &processed, NULL);
  *counters = (struct graph_counters){frames, processed, dropped};
}

bool graph_get_size(struct graph *g, int *width, int *height, double *rate_hz)
{
  bool known;

  g_mutex_lock(&g->lock);
  known = g->told_up;
  if (known) {
    *width = g->width;
    *height = g->height;
    if (rate_hz)
      *rate_hz = g->rate_hz;
  }
  g_mutex_unlock(&g->lock);
  return known;
}

static GstSample *newest_sample(struct graph *g, uint64_t *frame)
{
  GstSample *sample;

  g_mutex_lock(&g->lock);
  sample = g->newest ? gst_sample_ref(g->newest) : NULL;
  *frame = g->newest_frame;
  g_mutex_unlock(&g->lock);
  return sample;
}

GBytes *graph_snapshot(struct graph *g, uint64_t *frame, GError **error)
{
  GstSample *sample = newest_sample(g, frame), *jpeg;
  GstCaps *caps;
  GstMapInfo map;
  GBytes *bytes = NULL;
  GError *why = NULL;

  if (!sample) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_NO_FRAME, "no frame has come yet");
    return NULL;
  }
  caps = gst_caps_new_empty_simple("image/jpeg");
  jpeg = gst_video_convert_sample(sample, caps, state_timeout, &why);
  if (jpeg && gst_buffer_map(gst_sample_get_buffer(jpeg), &map, GST_MAP_READ)) {
    bytes = g_bytes_new(map.data, map.size);
    gst_buffer_unmap(gst_sample_get_buffer(jpeg), &map);
  } else {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_PLUGIN, "the frame cannot be encoded: %s", why ? why->message : "no reason given");
  }
  g_clear_error(&why);
  if (jpeg)
    gst_sample_unref(jpeg);
  gst_caps_unref(caps);
  gst_sample_unref(sample);
  return bytes;
}
