/* SPDX-License-Identifier: MIT */
/* Presentation times that go on when a source begins again: after a loop and after a rebuild. */
#ifndef GRAPH_TIMELINE_H
#define GRAPH_TIMELINE_H

#include <gst/gst.h>
#include <stdatomic.h>

/* What begins again. */
enum timeline_turn {
  TIMELINE_NO_TURN,
  TIMELINE_GOES_ON, /* the source alone: running time goes on behind it */
  TIMELINE_ANEW,    /* the whole pipeline: running time begins at 0 */
};

/* All zeros: the source's own times. */
struct timeline {
  _Atomic enum timeline_turn turn; /* of the next segment */
  GstClockTimeDiff shift;          /* added to the source's times */
  GstClockTime end;                /* of the last frame, shifted */
  GstClockTime start, base;        /* of the segment, as it goes on */
};

/* The next segment begins where the last frame ended. Thread-safety: any thread. */
void timeline_begin_again(struct timeline *timeline, enum timeline_turn turn);

/* What goes on instead of the event or the buffer. Ownership: takes the argument; the result is the
 * caller's. `frame_time` is the duration of a frame that does not give one. Thread-safety: the
 * streaming thread. */
GstEvent *timeline_take_segment(struct timeline *timeline, GstEvent *event);
GstBuffer *timeline_take_buffer(struct timeline *timeline, GstBuffer *buffer, GstClockTime frame_time);

#endif
