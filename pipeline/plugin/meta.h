/* SPDX-License-Identifier: MIT */
/* Results on buffers. */
#ifndef PLUGIN_META_H
#define PLUGIN_META_H

#include <gst/gst.h>

#include "etrack/record.h"

/* Attaches a GstVideoRegionOfInterestMeta if there is a box: id = target number, box clipped to the
 * frame, params = the structure `etrack`. `coasting`: a predicted box counts too. `fields`: that
 * structure, or NULL to make it here. Ownership: takes `fields`. */
void meta_attach_roi(GstBuffer *buffer, const struct et_record *record, GstStructure *fields, GQuark roi_type, gboolean coasting);

/* Attaches a GstAnalyticsRelationMeta: the box related to a tracking record, or a record that is
 * set lost. Does nothing if GStreamer is older than 1.24. */
void meta_attach_analytics(GstBuffer *buffer, const struct et_record *record, GQuark roi_type, gboolean coasting);

#endif
