/* SPDX-License-Identifier: MIT */
/* Decides when a frame was taken, who says so, and which time the tracker uses. */
#ifndef PLUGIN_CAPTURE_H
#define PLUGIN_CAPTURE_H

#include "base/pace.h"
#include "job.h"

/* Thread-safety: the streaming thread alone. */
struct capture {
  bool live;     /* upstream is live: stamps can be checked against the frames' arrival */
  bool camera;   /* frames come from a camera of this machine, whose driver stamps them */
  bool own_time; /* the tracker's time is the stream's: a file gives the same states at any speed */

  int64_t stamp_ns;    /* live: the last good stamp */
  int64_t lag_ns;      /* live: how much later its frame arrived */
  bool begun;          /* `pace` has been started */
  struct et_pace pace; /* running time without leaps */
};

/* Before the first frame: looks upstream of the element's sink pad. `async`: the tracker's time is
 * the capture time. */
void capture_begin(struct capture *capture, GstPad *sink, bool live, bool async);

/* What is known of a frame before its times are set. */
struct capture_frame {
  GstClockTime running_time; /* by its PTS; GST_CLOCK_TIME_NONE = unknown */
  GstClockTime base_time;    /* GST_CLOCK_TIME_NONE if the pipeline's clock is not monotonic */
  GstClockTime frame_time;   /* by the caps; 0 = unknown */
};

/* Sets all times of the job; job->arrival_ns must be set. */
void capture_date(struct capture *capture, const struct capture_frame *frame, struct job *job);

#endif
