/* SPDX-License-Identifier: MIT */
/* A stream's source as the first part of its pipeline. */
#ifndef PIPELINE_SOURCE_H
#define PIPELINE_SOURCE_H

#include <gst/gst.h>

#include "pipeline/graph.h"

/* What else the graph must know of a source. */
struct source_kind {
  bool live;      /* it sets the pace itself */
  bool loops;     /* at EOS: seek to the start */
  bool described; /* by the user, so nothing of it is known */
  char *device;   /* camera path, for its controls; NULL = not a camera, or one that is described */
};

/* A bin whose pad "src" gives raw video in a format that etrack takes. NULL with GRAPH_ERROR_CONFIG
 * or GRAPH_ERROR_PLUGIN: the words name the source or key, without passwords, and what is wrong.
 * Ownership: the bin is floating; kind->device is the caller's, for g_free(), also after an
 * error. */
GstElement *source_make(const struct graph_config *config, struct source_kind *kind, GError **error);

#endif
