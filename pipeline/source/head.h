/* SPDX-License-Identifier: MIT */
/* The first part of a stream's pipeline while it is made: a bin that grows element by element. */
#ifndef PIPELINE_SOURCE_HEAD_H
#define PIPELINE_SOURCE_HEAD_H

#include <gst/gst.h>
#include <stdbool.h>

struct head {
  GstElement *bin; /* floating; NULL = nothing has been appended yet */
  GstElement *end; /* the element that the next one is linked to; NULL = none yet */
};

/* A new element behind the end, and the end from now on. The two are linked at once, or as soon as
 * the old end has a pad for what the new one takes: of an element that shows no such pad, the bin
 * posts an error. The bin owns the element. NULL with GRAPH_ERROR_PLUGIN or GRAPH_ERROR_CONFIG:
 * which element is not installed, or cannot take what comes before it. */
GstElement *head_append(struct head *head, const char *factory, GError **error);

/* A filter for these caps; without caps nothing is added. Ownership: the caller keeps its
 * reference. */
bool head_append_caps(struct head *head, GstCaps *caps, GError **error);

/* Shows the end's pad "src" as the bin's. */
void head_expose_end(struct head *head);

#endif
