/* SPDX-License-Identifier: MIT */
/* Starts a pipeline, and builds it again. Main thread. */
#include "parts.h"

/* The longest time that a source may take to open. After it the stream is down; open() may go
 * on. */
static const guint patience_s = 10;

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
  const struct run_parts parts = {
    .pipeline = g->pipeline,
    .head = g->head,
    .tail = g->tail,
    .paced = g->paced,
    .has_output = g->config.output != NULL,
    .device = g->kind.device,
    .controls = g->config.controls,
  };

  g->told_down = false;
  atomic_store(&g->halted, false);
  run_unref(&g->run);
  g->run = run_start(&parts, on_settled, g);
  if (!g->run) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "the system has no thread left for the pipeline");
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
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "source `%s`: it still hangs while it opens or closes", g->shown_source);
    return false;
  }
  graph_drop_pipeline(g);
  timeline_begin_again(&g->timeline, TIMELINE_ANEW);
  if (!graph_make_pipeline(g, error))
    return false;
  graph_watch_bus(g);
  return begin(g, error);
}
