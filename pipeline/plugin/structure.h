/* SPDX-License-Identifier: MIT */
/* Records as GStreamer structures, for bus messages and metas, with the documented fields. */
#ifndef PLUGIN_STRUCTURE_H
#define PLUGIN_STRUCTURE_H

#include <gst/gst.h>

#include "etrack/record.h"

/* A structure `etrack` with every field; its age is now - capture. Ownership: the caller's. */
GstStructure *record_to_structure(const struct et_record *record);

/* Renews the age in a structure that was made earlier. */
void record_set_age(GstStructure *structure, const struct et_record *record);

/* A record's time as GStreamer's: -1 is GST_CLOCK_TIME_NONE. */
GstClockTime record_clock_time(int64_t time_ns);

#endif
