/* SPDX-License-Identifier: MIT */
/* Builds a stream's pipeline: source -> etrack -> paced sink, and an output behind a leaky queue.
 *
 * Design notes. The element `etrack` is made once a graph and outlives the pipelines that are built round it: its state is locked and stays PAUSED from
 * creation to the end (nothing in it asks for PLAYING), so that target, counters and kept frames survive a camera that was pulled. The bus is watched in the main loop;
 * records arrive by the element's signal on the tracker thread and are handed on as they are. `up` and the size come from a probe on
 * the element's sink pad, which also lets presentation times go on. What threads share is behind the lock, held for copies alone, or atomic. */
#include <string.h>

#include "etrack/model.h"
#include "parts.h"

G_DEFINE_QUARK(graph - error - quark, graph_error)

/* Name of the first element behind the tracker, and the queue that rather loses a frame than waits. */
#define TAIL_START "etrack-tail-start"
#define PACED "etrack-paced-sink"
#define LEAKY "queue max-size-buffers=2 max-size-bytes=0 max-size-time=0 leaky=downstream"

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

/* Which file it is to be, so that its name is known; that the element opens another one is thereby excluded. */
static bool find_model(struct graph *g, const char *wanted, GError **error)
{
  char path[ET_MODEL_PATH];
  struct et_error_detail why = {""};

  if (et_model_find(wanted, path, &why) == ET_OK) {
    g->wanted_model = g_strdup(wanted);
    g->config.model = g_strdup(path);
    (void)et_file_id_of(path, &g->model);
    return true;
  }
  g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_MODEL, "%s", why.text);
  return false;
}

static bool make_tracker(struct graph *g, GError **error)
{
  g->tracker = gst_element_factory_make("etrack", NULL);
  if (!g->tracker) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_PLUGIN, "GStreamer finds no element `etrack`: is GST_PLUGIN_PATH right?");
    return false;
  }
  gst_object_ref_sink(g->tracker);
  gst_element_set_locked_state(g->tracker, TRUE); /* its state is ours, not the pipelines' that come and go */
  g_object_set(g->tracker, "model", g->config.model, "threads", (guint)g->config.threads, NULL);
  gst_util_set_object_arg(G_OBJECT(g->tracker), "mode", g->config.sync ? "sync" : "async");
  gst_util_set_object_arg(G_OBJECT(g->tracker), "messages", "none");
  if (g->config.history_bytes >= 0)
    g_object_set(g->tracker, "history-bytes", (guint64)g->config.history_bytes, NULL);
  if (g->config.output && g->config.output_draw)
    gst_util_set_object_arg(G_OBJECT(g->tracker), "draw", "box+label");
  graph_watch_tracker(g);
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

/* A description as a bin whose pad is that of its first element. What else is unlinked in it is its
 * own affair: pads that a demuxer will add later must not become the bin's. */
static GstElement *make_bin(const char *text, GError **why)
{
  GstElement *bin = gst_parse_bin_from_description_full(text, FALSE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, why);
  GstElement *first = bin ? gst_bin_get_by_name(GST_BIN(bin), TAIL_START) : NULL;
  GstPad *pad = first ? gst_element_get_static_pad(first, "sink") : NULL;

  if (pad) {
    gst_element_add_pad(bin, gst_ghost_pad_new("sink", pad));
    gst_object_unref(pad);
  }
  if (first)
    gst_object_unref(first);
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

/* `{time}` in an output is the moment at which it is built, UTC: a recording that is begun again gets a name of its own. */
static char *output_text(const char *output)
{
  GDateTime *now = g_date_time_new_now_utc();
  char *day = g_date_time_format(now, "%Y%m%d-%H%M%S"), *stamp = g_strdup_printf("%s.%03d", day, g_date_time_get_microsecond(now) / 1000);
  GString *text = g_string_new(output);

  g_string_replace(text, "{time}", stamp, 0);
  g_free(stamp);
  g_free(day);
  g_date_time_unref(now);
  return g_string_free(text, FALSE);
}

static char *tail_text(const struct graph *g)
{
  const char *sync = g->kind.live ? "false" : "true", *qos = g->config.sync ? "true" : "false";
  char *output, *text;

  if (!g->config.output)
    return g_strdup_printf("fakesink name=" TAIL_START " sync=%s qos=%s", sync, qos);
  output = output_text(g->config.output);
  text =
    g_strdup_printf("tee name=" TAIL_START " ! fakesink name=" PACED " sync=%s qos=%s " TAIL_START ". ! " LEAKY " ! %s", sync, qos, output);
  g_free(output);
  return text;
}

/* From the tracker on: a paced sink, so that a file plays at its own rate, and the output behind a
 * queue that rather loses frames than waits. If frames wait for a tracker that is too slow for the
 * file, the sink says that they are late, and the tracker leaves some out. */
static GstElement *make_tail(const struct graph *g, GError **error)
{
  char *text = tail_text(g);
  GError *why = NULL;
  GstElement *tail = make_bin(text, &why);

  if (!tail)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "output `%s`: %s", g->shown_output, why->message);
  else if (g->config.output)
    free_output_of_preroll(tail);
  g_clear_error(&why);
  g_free(text);
  return tail;
}

GstElement *graph_paced_sink(const struct graph *g)
{
  return gst_bin_get_by_name(GST_BIN(g->tail), g->config.output ? PACED : TAIL_START);
}

static GstElement *make_head(struct graph *g, GError **error)
{
  g_clear_pointer(&g->kind.device, g_free);
  return source_make(&g->config, &g->kind, error);
}

void graph_drop_pipeline(struct graph *g)
{
  if (!g->pipeline)
    return;
  g_clear_handle_id(&g->bus_watch, g_source_remove);
  gst_bin_remove(GST_BIN(g->pipeline), g->tracker);
  g_clear_pointer(&g->pipeline, gst_object_unref);
}

/* Head, tracker and tail in a pipeline; false if they do not go together. */
static bool link_parts(struct graph *g, GstElement *head, GstElement *tail, GError **error)
{
  g->pipeline = gst_pipeline_new(g->config.name);
  g->head = head;
  g->tail = tail;
  gst_bin_add_many(GST_BIN(g->pipeline), head, g->tracker, tail, NULL);
  if (gst_element_link_many(head, g->tracker, tail, NULL))
    return true;
  g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "source `%s` does not give raw video", g->shown_source);
  graph_drop_pipeline(g);
  return false;
}

bool graph_make_pipeline(struct graph *g, GError **error)
{
  GstElement *head = make_head(g, error), *tail = head ? make_tail(g, error) : NULL;

  if (!tail || (g->config.sync && !graph_add_waiting(g, head, error))) {
    if (tail)
      gst_object_unref(gst_object_ref_sink(tail));
    if (head)
      gst_object_unref(gst_object_ref_sink(head));
    return false;
  }
  if (!link_parts(g, head, tail, error))
    return false;
  graph_watch_bus(g);
  return true;
}

struct graph *graph_create(const struct graph_config *config, const struct graph_observer *observer, void *user, GError **error)
{
  struct graph *g = g_new0(struct graph, 1);

  copy_config(&g->config, config);
  g->shown_source = graph_public_source(config->source);
  g->shown_output = graph_public_source(config->output ? config->output : "");
  g->observer = *observer;
  g->user = user;
  g_mutex_init(&g->lock);
  if (!find_model(g, config->model, error) || !make_tracker(g, error) || !graph_set_params(g, &config->params, error) ||
      !prepare_tracker(g, error) || !graph_make_pipeline(g, error))
    graph_destroy(&g, 0);
  return g;
}

bool graph_model_has_changed(struct graph *g)
{
  char path[ET_MODEL_PATH];
  struct et_file_id now;

  return et_model_find(g->wanted_model, path, NULL) != ET_OK || !et_file_id_of(path, &now) || !et_file_id_same(&now, &g->model);
}

char *graph_model_name(struct graph *g)
{
  static const char ending[] = ".safetensors";
  char *name = g_path_get_basename(g->config.model);

  if (g_str_has_suffix(name, ending))
    name[strlen(name) - strlen(ending)] = '\0';
  return name;
}
