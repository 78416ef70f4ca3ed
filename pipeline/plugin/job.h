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
  /* The tracker's time: capture time, or running time if every frame is tracked. */
  int64_t time_ns;
  bool capture_by_driver;
};

/* The duration of a frame by the caps; `unknown` if they do not give one. */
GstClockTime job_frame_time(const GstVideoInfo *info, GstClockTime unknown);

/* True if the buffer holds a whole picture of this kind. Looks at sizes and metas, not at
 * memory. */
bool job_fits(const GstVideoInfo *info, GstBuffer *buffer);

/* Maps the picture that the caps describe, in a buffer that fits. The buffer's own picture may be
 * larger; a crop meta then says where this one lies in it. gst_video_frame_unmap() ends it. False
 * if the memory cannot be mapped so. */
bool job_map(GstVideoFrame *frame, const GstVideoInfo *info, GstBuffer *buffer, GstMapFlags flags);

#endif
