/* SPDX-License-Identifier: MIT */
/* Copies, compares and frees the configuration of a stream. */
#include <string.h>

#include "stream_parts.h"

void stream_config_copy(struct stream_config *to, const struct stream_config *from)
{
  *to = *from;
  to->graph.name = g_strdup(from->graph.name);
  to->graph.source = g_strdup(from->graph.source);
  to->graph.pixel_format = g_strdup(from->graph.pixel_format);
  to->graph.controls = g_strdup(from->graph.controls);
  to->graph.output = g_strdup(from->graph.output);
  to->graph.model = g_strdup(from->graph.model);
}

void stream_config_free(struct stream_config *config)
{
  g_free((char *)config->graph.name);
  g_free((char *)config->graph.source);
  g_free((char *)config->graph.pixel_format);
  g_free((char *)config->graph.controls);
  g_free((char *)config->graph.output);
  g_free((char *)config->graph.model);
}

static bool same_config(const struct stream_config *a, const struct stream_config *b)
{
  const struct graph_config *g = &a->graph, *h = &b->graph;

  return g_strcmp0(g->source, h->source) == 0 && g->width == h->width && g->height == h->height && g->rate_hz == h->rate_hz &&
         g_strcmp0(g->pixel_format, h->pixel_format) == 0 && g_strcmp0(g->controls, h->controls) == 0 && g->deinterlace == h->deinterlace &&
         g->loop == h->loop && g_strcmp0(g->output, h->output) == 0 && g->output_draw == h->output_draw && g->sync == h->sync &&
         g_strcmp0(g->model, h->model) == 0 && g->history_bytes == h->history_bytes && a->hfov_deg == b->hfov_deg &&
         a->stall_s == b->stall_s;
}

bool stream_can_stay(struct stream *stream, const struct stream_config *config)
{
  return same_config(&stream->config, config) && !graph_model_has_changed(stream->graph);
}
