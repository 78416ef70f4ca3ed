/* SPDX-License-Identifier: MIT */
/* A pipeline's life in the main thread: started, halted, built again, destroyed. */
#include "base/clock.h"
#include "parts.h"

/* That a source may take to open; the stream is down after it, and the open() may go on. */
static const guint patience_s = 10;

void graph_halt(struct graph *g)
{
  atomic_store(&g->halted, true);
  g_clear_handle_id(&g->patience, g_source_remove);
  if (g->run)
    run_stop(g->run);
  g_signal_emit_by_name(g->tracker, "lose", ET_REASON_STREAM_DOWN);
  graph_forget_newest(g);
  g_mutex_lock(&g->lock);
  g->told_up = false;
  g_mutex_unlock(&g->lock);
}

/* Halted first: a pipeline in which one part has failed may go on sending frames. */
void graph_tell_down(struct graph *g, const char *reason)
{
  if (g->told_down)
    return;
  g->told_down = true;
  graph_halt(g);
  g->observer.down(reason, g->user);
}

/* The words of the element that failed wait on the bus, or have been told already. */
static void on_settled(const char *why, void *user)
{
  struct graph *g = user;
  char *words;

  g_clear_handle_id(&g->patience, g_source_remove);
  if (!why && run_is_live(g->run))
    graph_let_newest_win(g);
  if (!why)
    return;
  words = graph_take_error(g);
  if (!words)
    words = g_strdup_printf("source `%s`: %s", g->shown_source, why);
  graph_tell_down(g, words);
  g_free(words);
}

static gboolean on_patience_over(gpointer data)
{
  struct graph *g = data;
  char *words = g_strdup_printf("source `%s`: it does not open within %u s", g->shown_source, patience_s);

  g->patience = 0;
  graph_tell_down(g, words);
  g_free(words);
  return G_SOURCE_REMOVE;
}

static bool begin(struct graph *g, GError **error)
{
  GstElement *paced = graph_paced_sink(g);
  const struct run_parts parts = {
    .pipeline = g->pipeline,
    .head = g->head,
    .tail = g->tail,
    .paced = paced,
    .has_output = g->config.output != NULL,
    .device = g->kind.device,
    .controls = g->config.controls,
  };

  g->told_down = false;
  atomic_store(&g->halted, false);
  run_unref(&g->run);
  g->run = run_start(&parts, on_settled, g);
  gst_object_unref(paced);
  if (!g->run) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "no thread is left for the pipeline");
    return false;
  }
  g->patience = g_timeout_add_seconds(patience_s, on_patience_over, g);
  return true;
}

bool graph_start(struct graph *g, uint64_t first_frame, GError **error)
{
  g_object_set(g->tracker, "first-frame", (guint64)MAX(first_frame, 1), NULL);
  return begin(g, error);
}

bool graph_restart(struct graph *g, GError **error)
{
  graph_halt(g);
  if (g->run && !run_source_has_stopped(g->run)) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "source `%s`: it hangs, opened or closed, and is waited for", g->shown_source);
    return false;
  }
  graph_drop_pipeline(g);
  timeline_begin_again(&g->timeline);
  return graph_make_pipeline(g, error) && begin(g, error);
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

void graph_wait_halted(struct graph *g, int64_t until_ns)
{
  if (g->run && !run_wait(g->run, until_ns / 1000))
    GST_WARNING_OBJECT(g->pipeline, "does not stop and is left behind");
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
