/* SPDX-License-Identifier: MIT */
/* What a pipeline tells: records and refusals, frames on their way to the tracker, bus messages. */
#include <gst/video/video.h>
#include <string.h>

#include "parts.h"

/* --- the tracker's thread --- */

static void on_result(GstElement *tracker, const struct et_record *record, gpointer data)
{
  struct graph *g = data;

  if (record->result.event != ET_EVENT_NONE)
    g->observer.transition(record, g->user);
  if (record->of_frame && record->result.state != ET_STATE_IDLE)
    g->observer.result(record, g->user);
}

static void on_refused(GstElement *tracker, guint64 target, gint why, const char *words, gpointer data)
{
  struct graph *g = data;

  g->observer.refused(target, (enum et_refusal)why, words, g->user);
}

/* --- the streaming thread --- */

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
  guint64 frames = 0, first = 1;
  bool up;
  int width, height;
  double rate_hz;

  g_object_get(g->tracker, "frames", &frames, "first-frame", &first, NULL);
  graph_keep_newest(g, buffer, caps, first + frames); /* the one that is about to be counted */
  g_mutex_lock(&g->lock);
  up = !g->told_up;
  g->told_up = true;
  width = g->width;
  height = g->height;
  rate_hz = g->rate_hz;
  g_mutex_unlock(&g->lock);
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

/* On the element's sink pad. What still comes after a halt is dropped. */
static GstPadProbeReturn on_pad(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  struct graph *g = data;
  GstCaps *caps;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    if (atomic_load(&g->halted))
      return GST_PAD_PROBE_DROP;
    if (g->config.sync)
      graph_count_leaked(g, GST_PAD_PROBE_INFO_BUFFER(info));
    GST_PAD_PROBE_INFO_DATA(info) = timeline_take_buffer(&g->timeline, GST_PAD_PROBE_INFO_BUFFER(info), frame_time(g));
    note_frame(g, pad, GST_PAD_PROBE_INFO_BUFFER(info));
  } else if (graph_stops_before_tracker(g, GST_PAD_PROBE_INFO_EVENT(info))) {
    return GST_PAD_PROBE_DROP;
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_SEGMENT) {
    GST_PAD_PROBE_INFO_DATA(info) = timeline_take_segment(&g->timeline, GST_PAD_PROBE_INFO_EVENT(info));
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_CAPS) {
    gst_event_parse_caps(GST_PAD_PROBE_INFO_EVENT(info), &caps);
    note_caps(g, caps);
  }
  return GST_PAD_PROBE_OK;
}

/* Only the tracker may drop late frames, because it counts them; a converter or a decoder would
 * not. */
static GstPadProbeReturn keep_from_source(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  return GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_QOS ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

void graph_watch_tracker(struct graph *g)
{
  GstPad *pad = gst_element_get_static_pad(g->tracker, "sink");

  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, keep_from_source, NULL, NULL);
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH, on_pad, g, NULL);
  gst_object_unref(pad);
  g_signal_connect(g->tracker, "result", G_CALLBACK(on_result), g);
  g_signal_connect(g->tracker, "refused", G_CALLBACK(on_refused), g);
}

/* --- the main loop --- */

/* What an element says, with the last line of its details if it has any: there the system says why.
 * Ownership: takes both. */
static char *public_words(GError *why, char *details)
{
  char *last = details ? strrchr(details, '\n') : NULL, *words, *shown;

  last = last ? g_strstrip(last + 1) : NULL;
  words = last && *last ? g_strdup_printf("%s (%s)", why->message, last) : g_strdup(why->message);
  shown = graph_public_source(words);
  g_free(words);
  g_free(details);
  g_error_free(why);
  return shown;
}

/* Puts the origin before the words: the source or the output by its key, any other element by its
 * name. Ownership: takes the words. */
static char *placed(const struct graph *g, const GstMessage *message, char *words)
{
  GstObject *from = GST_MESSAGE_SRC(message);
  char *placed;

  if (g->pipeline && gst_object_has_as_ancestor(from, GST_OBJECT(g->head)))
    placed = g_strdup_printf("source `%s`: %s", g->shown_source, words);
  else if (g->pipeline && g->config.output && gst_object_has_as_ancestor(from, GST_OBJECT(g->tail)))
    placed = g_strdup_printf("output `%s`: %s", g->shown_output, words);
  else
    placed = g_strdup_printf("%s: %s", GST_OBJECT_NAME(from), words);
  g_free(words);
  return placed;
}

static char *error_words(const struct graph *g, GstMessage *message)
{
  GError *why = NULL;
  char *details = NULL;

  gst_message_parse_error(message, &why, &details);
  return placed(g, message, public_words(why, details));
}

char *graph_take_error(struct graph *g)
{
  GstBus *bus = gst_element_get_bus(g->pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered(bus, 0, GST_MESSAGE_ERROR);
  char *words = message ? error_words(g, message) : NULL;

  if (message)
    gst_message_unref(message);
  gst_object_unref(bus);
  return words;
}

static void on_error(struct graph *g, GstMessage *message)
{
  char *words = error_words(g, message);

  graph_tell_down(g, words);
  g_free(words);
}

/* The same words are told once: some elements repeat theirs with every frame. */
void graph_tell_warning(struct graph *g, GstMessage *message)
{
  GError *why = NULL;
  char *details = NULL, *words;

  gst_message_parse_warning(message, &why, &details);
  words = placed(g, message, public_words(why, details));
  if (g_strcmp0(words, g->last_warning) != 0)
    g->observer.warned(words, g->user);
  g_free(g->last_warning);
  g->last_warning = words;
}

/* True if the source has an end of its own, like a file: it is not live, and can be played from any
 * place. A source that cannot, such as a server, has gone away when it ends. */
static bool is_finite(const struct graph *g)
{
  static const GstFormat formats[] = {GST_FORMAT_TIME, GST_FORMAT_BYTES, GST_FORMAT_DEFAULT};
  gboolean seekable = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS(formats) && !seekable && !run_is_live(g->run); i++) {
    GstQuery *query = gst_query_new_seeking(formats[i]);

    if (gst_element_query(g->pipeline, query))
      gst_query_parse_seeking(query, NULL, &seekable, NULL, NULL);
    gst_query_unref(query);
  }
  return seekable;
}

static void on_end(struct graph *g)
{
  if (g->kind.live || g->config.loop || (g->kind.described && !is_finite(g))) {
    graph_tell_down(g, "the source ended");
  } else {
    g_signal_emit_by_name(g->tracker, "lose", ET_REASON_STREAM_ENDED);
    g->observer.ended(g->user);
  }
}

/* What a halted pipeline says does not count: its output ends, and its elements may fail as they
 * stop. */
static gboolean on_message(GstBus *bus, GstMessage *message, gpointer data)
{
  struct graph *g = data;

  if (atomic_load(&g->halted))
    return G_SOURCE_CONTINUE;
  switch (GST_MESSAGE_TYPE(message)) {
  case GST_MESSAGE_ERROR:
    on_error(g, message);
    break;
  case GST_MESSAGE_WARNING:
    graph_tell_warning(g, message);
    break;
  case GST_MESSAGE_EOS:
    on_end(g);
    break;
  case GST_MESSAGE_ELEMENT:
    graph_play_again(g, message);
    break;
  case GST_MESSAGE_LATENCY:
    gst_bin_recalculate_latency(GST_BIN(g->pipeline));
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

void graph_watch_bus(struct graph *g)
{
  GstBus *bus = gst_element_get_bus(g->pipeline);

  g->bus_watch = gst_bus_add_watch(bus, on_message, g);
  gst_object_unref(bus);
}
