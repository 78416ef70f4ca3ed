/* SPDX-License-Identifier: MIT */
/* What is asked of a source: the keys width, height, rate_hz and pixel_format as caps. */
#ifndef PIPELINE_SOURCE_WANTED_H
#define PIPELINE_SOURCE_WANTED_H

#include <gst/gst.h>
#include <stdbool.h>

#include "pipeline/graph.h"

/* `*caps` is NULL if nothing is asked. Ownership: the caller's, for gst_caps_unref(). False with
 * GRAPH_ERROR_CONFIG if nobody knows the pixel format. */
bool wanted_caps(const struct graph_config *config, GstCaps **caps, GError **error);

/* Sets the field "framerate" of writable caps. */
void wanted_set_rate(GstCaps *caps, double rate_hz);

#endif
