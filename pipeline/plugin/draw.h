/* SPDX-License-Identifier: MIT */
/* Draws the box of a record. */
#ifndef PLUGIN_DRAW_H
#define PLUGIN_DRAW_H

#include <gst/video/video.h>

#include "etrack/record.h"

/* A composition of the box (and a label) in the colour of its state. NULL if there is nothing to
 * draw. Ownership: the caller's. */
GstVideoOverlayComposition *draw_compose(const struct et_record *record, gboolean label);

/* Blends it into the buffer, which must be writable. Memory that others hold is copied first. */
void draw_blend(GstBuffer *buffer, const GstVideoInfo *info, GstVideoOverlayComposition *composition);

#endif
