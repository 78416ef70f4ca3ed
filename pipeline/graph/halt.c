/* SPDX-License-Identifier: MIT */
/* The end of a pipeline: halted by its owner, or because it failed. Main thread. */
#include "parts.h"

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

void graph_wait_halted(struct graph *g, int64_t until_ns)
{
  if (g->run && !run_wait(g->run, until_ns / 1000))
    GST_WARNING_OBJECT(g->pipeline, "does not stop and is left behind");
}
