/* SPDX-License-Identifier: MIT */
/* What other threads ask of a graph: targets, parameters, counters. */
#include "parts.h"

uint64_t graph_track(struct graph *g, const struct et_start *start)
{
  guint64 target = 0;

  g_signal_emit_by_name(g->tracker, "start", start, &target);
  return target;
}

bool graph_cancel(struct graph *g, uint64_t target)
{
  gboolean cancelled = FALSE;

  g_signal_emit_by_name(g->tracker, "cancel", (guint64)target, &cancelled);
  return cancelled;
}

void graph_end_target(struct graph *g, uint64_t target, enum et_reason reason)
{
  g_signal_emit_by_name(g->tracker, "end", (guint64)target, reason);
}

bool graph_set_params(struct graph *g, const struct et_params *params, GError **error)
{
  struct et_error_detail why;

  if (et_params_check(params, &why) != ET_OK) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_VALUE, "%s", why.text);
    return false;
  }
  g_object_set(g->tracker, "params", params, NULL);
  return true;
}

void graph_get_params(struct graph *g, struct et_params *params)
{
  struct et_params *boxed = NULL;

  g_object_get(g->tracker, "params", &boxed, NULL);
  *params = *boxed;
  g_free(boxed);
}

void graph_get_counters(struct graph *g, struct graph_counters *counters)
{
  guint64 frames = 0, dropped = 0, processed = 0;

  g_object_get(g->tracker, "frames", &frames, "dropped", &dropped, "processed", &processed, NULL);
  *counters = (struct graph_counters){frames, processed, dropped};
}
