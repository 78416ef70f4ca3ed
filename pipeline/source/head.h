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

/* Adds an element behind the end, and makes it the end. The two are linked at once, or when the old
 * end gets a pad that fits. If an element shows no such pad, the bin posts an error. The bin owns
 * the element. NULL with GRAPH_ERROR_PLUGIN or GRAPH_ERROR_CONFIG: the words name the element that
 * is not installed, or that cannot take what comes before it. */
GstElement *head_append(struct head *head, const char *factory, GError **error);

/* Adds a filter for the caps; NULL adds nothing. Ownership: the caller keeps its reference. */
bool head_append_caps(struct head *head, GstCaps *caps, GError **error);

/* Shows the end's pad "src" as the bin's. */
void head_expose_end(struct head *head);

#endif
