/* SPDX-License-Identifier: MIT */
/* Stops elements without waiting for ever for one that hangs. */
#ifndef PIPELINE_STOPPER_H
#define PIPELINE_STOPPER_H

#include <gst/gst.h>
#include <stdbool.h>

enum { STOPPER_MOST = 4 };

/* Sets up to STOPPER_MOST elements to NULL, in their order and for good; the last is the bin that holds the others. False where that is not done in time: it then goes on by itself, with references of its own,
 * and ends if the element ever lets it. Thread-safety: any thread. */
bool stopper_run(GstElement *const *elements, guint count, gint64 timeout_ns);

#endif
