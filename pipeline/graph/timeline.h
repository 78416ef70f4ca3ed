/* SPDX-License-Identifier: MIT */
/* Presentation times that go on when a source begins again: after a loop and after a rebuild. */
#ifndef PIPELINE_TIMELINE_H
#define PIPELINE_TIMELINE_H

#include <gst/gst.h>
#include <stdatomic.h>
#include <stdbool.h>

/* All zeros: the source's own times. Running times stay as they are, so nothing waits longer or
 * shorter. */
struct timeline {
  atomic_bool begins_again; /* the next segment is another round */
  GstClockTimeDiff shift;   /* added to the source's times */
  GstClockTime end;         /* of the last frame, shifted */
};

/* The next segment begins where the last frame ended. Thread-safety: any thread. */
void timeline_begin_again(struct timeline *timeline);

/* What goes on instead of the event or the buffer. Ownership: takes the argument; the result is the
 * caller's. `frame_time` is the duration of a frame that does not give one. Thread-safety: the
 * streaming thread. */
GstEvent *timeline_take_segment(struct timeline *timeline, GstEvent *event);
GstBuffer *timeline_take_buffer(struct timeline *timeline, GstBuffer *buffer, GstClockTime frame_time);

#endif
