/* SPDX-License-Identifier: MIT */
/* Presentation times that go on where a source begins again: after a loop and after a rebuild. */
#ifndef PIPELINE_TIMELINE_H
#define PIPELINE_TIMELINE_H

#include <gst/gst.h>
#include <stdatomic.h>
#include <stdbool.h>

/* All zeros: the source's own times. Running times stay what they are, so nothing waits longer or shorter for it. */
struct timeline {
  atomic_bool begins_again; /* the next segment is another round */
  GstClockTimeDiff shift;   /* added to the source's times */
  GstClockTime end;         /* of the last frame, shifted */
};

/* The next segment begins where the last frame ended. Thread-safety: any thread. */
void timeline_begin_again(struct timeline *timeline);

/* What goes on instead of the event or the buffer. Ownership: the argument is taken, the returned one is the caller's. `frame_time`: how long a frame
 * lasts that does not say so. Thread-safety: the streaming thread. */
GstEvent *timeline_take_segment(struct timeline *timeline, GstEvent *event);
GstBuffer *timeline_take_buffer(struct timeline *timeline, GstBuffer *buffer, GstClockTime frame_time);

#endif
