/* SPDX-License-Identifier: MIT */
/* A graph from its creation to its end: its configuration, its tracker, its first pipeline.
 *
 * Design notes. The element `etrack` is made once per graph and outlives the pipelines that are
 * built round it. Its state is locked and stays PAUSED from creation to the end (nothing in it
 * needs PLAYING), so that target, counters and kept frames survive a camera that was pulled. The
 * bus is watched in the main loop. Records arrive by the element's signal on the tracker thread and
 * are handed on as they are. A probe on the element's sink pad gives `up` and the size, and lets
 * presentation times go on. What threads share is atomic, or behind the lock, which is held only
 * for copies. */
#include <string.h>

#include "etrack/model.h"
#include "parts.h"

G_DEFINE_QUARK(graph_error, graph_error)

/* Copies the strings, so that the graph no longer needs its caller's. */
static void copy_config(struct graph_config *to, const struct graph_config *from)
{
  *to = *from;
  to->name = g_strdup(from->name);
  to->source = g_strdup(from->source);
  to->pixel_format = g_strdup(from->pixel_format);
  to->controls = g_strdup(from->controls);
  to->output = g_strdup(from->output);
  to->model = NULL; /* find_model() sets it */
}

/* Chooses the file here, so that its name is known and the element opens no other one. */
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
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_PLUGIN,
                "GStreamer finds no element `etrack`; set GST_PLUGIN_PATH to the folder of libgstetrack.so");
    return false;
  }
  gst_object_ref_sink(g->tracker);
  gst_element_set_locked_state(g->tracker, TRUE); /* we set its state, no pipeline does */
  g_object_set(g->tracker, "model", g->config.model, NULL);
  gst_util_set_object_arg(G_OBJECT(g->tracker), "mode", g->config.sync ? "sync" : "async");
  gst_util_set_object_arg(G_OBJECT(g->tracker), "messages", "none");
  if (g->config.history_bytes >= 0)
    g_object_set(g->tracker, "history-bytes", (guint64)g->config.history_bytes, NULL);
  if (g->config.output && g->config.output_draw)
    gst_util_set_object_arg(G_OBJECT(g->tracker), "draw", "box+label");
  graph_watch_tracker(g);
  return true;
}

/* Reads what the element has said: tells its warnings and returns its last error. */
static GError *hear(struct graph *g, GstBus *bus)
{
  GError *why = NULL;
  GstMessage *message;

  while ((message = gst_bus_pop(bus))) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
      graph_tell_warning(g, message);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      g_clear_error(&why);
      gst_message_parse_error(message, &why, NULL);
    }
    gst_message_unref(message);
  }
  return why;
}

/* READY -> PAUSED opens the model. Meanwhile the element has a bus of its own. */
static bool prepare_tracker(struct graph *g, GError **error)
{
  GstBus *bus = gst_bus_new();
  GstStateChangeReturn ret;
  GError *why;

  gst_element_set_bus(g->tracker, bus);
  ret = gst_element_set_state(g->tracker, GST_STATE_PAUSED);
  why = hear(g, bus);
  if (ret == GST_STATE_CHANGE_FAILURE)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_MODEL, "%s", why ? why->message : "the tracker does not start");
  g_clear_error(&why);
  gst_element_set_bus(g->tracker, NULL);
  gst_object_unref(bus);
  return ret != GST_STATE_CHANGE_FAILURE;
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

/* The tracker's own thread ends with it. */
static void free_tracker(struct graph *g)
{
  g_signal_handlers_disconnect_by_data(g->tracker, g);
  gst_element_set_state(g->tracker, GST_STATE_NULL);
  gst_object_unref(g->tracker);
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
      !prepare_tracker(g, error) || !graph_make_pipeline(g, error)) {
    graph_destroy(&g, 0);
    return NULL;
  }
  graph_watch_bus(g);
  return g;
}

void graph_destroy(struct graph **graph, int64_t until_ns)
{
  struct graph *g = graph ? *graph : NULL;

  if (!g)
    return;
  if (g->tracker)
    graph_halt(g);
  graph_wait_halted(g, until_ns);
  graph_drop_pipeline(g);
  run_unref(&g->run);
  if (g->tracker)
    free_tracker(g);
  g_free(g->kind.device);
  g_free(g->shown_source);
  g_free(g->shown_output);
  g_free(g->wanted_model);
  g_free(g->last_warning);
  g_mutex_clear(&g->lock);
  free_config(&g->config);
  g_free(g);
  *graph = NULL;
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
