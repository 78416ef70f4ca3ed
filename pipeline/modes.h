/* SPDX-License-Identifier: MIT */
/* What a camera can send, from its caps. */
#ifndef PIPELINE_MODES_H
#define PIPELINE_MODES_H

#include <gst/gst.h>

/* The formats and sizes of the caps, one entry each (struct camera_mode), in their order; empty for
 * NULL. DMABuf entries are left out: they only say in which memory the others can be had.
 * Ownership: the array is the caller's, for g_ptr_array_unref(). Any thread. */
GPtrArray *modes_of_caps(const GstCaps *caps);

#endif
