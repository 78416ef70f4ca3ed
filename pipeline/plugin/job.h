/* SPDX-License-Identifier: MIT */
/* One frame on its way to the tracker. */
#ifndef PLUGIN_JOB_H
#define PLUGIN_JOB_H

#include <gst/video/video.h>
#include <stdbool.h>
#include <stdint.h>

struct job {
  GstBuffer *buffer; /* a reference of the job's own */
  GstVideoInfo info;
  uint64_t frame;
  GstClockTime pts;
  GstClockTime running_time;      /* without leaps, see capture.h; never GST_CLOCK_TIME_NONE */
  int64_t capture_ns, arrival_ns; /* CLOCK_MONOTONIC */
  int64_t time_ns;                /* what the tracker reckons with: capture time, or running time if every frame is tracked */
  bool capture_by_driver;
};

/* How long a frame lasts by the caps; `unknown` if they do not say. */
GstClockTime job_frame_time(const GstVideoInfo *info, GstClockTime unknown);

/* Does the buffer hold a whole picture of this kind? Looks at sizes and metas, not at memory. */
bool job_fits(const GstVideoInfo *info, GstBuffer *buffer);

/* Maps the picture that the caps describe, in a buffer that fits: the buffer's own may be larger, and a crop meta says where in it the picture lies.
 * gst_video_frame_unmap() ends it. False where the memory cannot be mapped so. */
bool job_map(GstVideoFrame *frame, const GstVideoInfo *info, GstBuffer *buffer, GstMapFlags flags);

#endif
