/* SPDX-License-Identifier: MIT */
/* A stream's source as the first part of a gst-launch description. */
#ifndef PIPELINE_SOURCE_H
#define PIPELINE_SOURCE_H

#include "pipeline/graph.h"

/* Name of the description's last element. */
#define SOURCE_END "etrack-source-end"

/* What the graph must know besides. */
struct source_kind {
  bool live;      /* it sets the pace itself */
  bool loops;     /* at EOS: seek to the start */
  bool described; /* by the user, so that nothing of it is known */
  char *device;   /* camera path, for its controls; NULL = not a camera */
};

/* The description up to raw video in a format that etrack takes. Ownership: the caller's, for g_free() (and kind->device).
 * NULL with GRAPH_ERROR_CONFIG: the key and what it may be. */
char *source_describe(const struct graph_config *config, struct source_kind *kind, GError **error);

#endif
