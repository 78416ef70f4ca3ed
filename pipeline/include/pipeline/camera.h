/* SPDX-License-Identifier: MIT */
/* The V4L2 cameras of this machine: what they are called, what they can send, and their controls. */
#ifndef PIPELINE_CAMERA_H
#define PIPELINE_CAMERA_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* One picture format of a camera. */
struct camera_mode {
  char *format;   /* GStreamer's name ("YUY2"), or the media type of a compressed one ("image/jpeg") */
  int width;      /* pixels; the largest where the camera gives a range */
  int height;     /* pixels */
  double rate_hz; /* frames a second, the highest; 0 = unknown */
};

/* One control, named as in a stream's `controls` key. */
struct camera_control {
  char *name;  /* "exposure_time_absolute": the driver's name in lower case, everything else than letters and digits as _ */
  char *label; /* as the driver spells it */
  int32_t minimum, maximum, step, fallback, value;
  bool writable;
};

struct camera {
  char *path;          /* "/dev/video0" */
  char *name;          /* "Integrated Camera" */
  GPtrArray *modes;    /* of struct camera_mode */
  GPtrArray *controls; /* of struct camera_control */
};

/* To be called before gst_init(), while the process has no other thread: it sets a variable of the environment, unless that is set already.
 * Why: GStreamer 1.22's v4l2src loses count of its buffer pool when it stops (gst_v4l2_object_stop() in sys/v4l2/gstv4l2object.c of gst-plugins-good),
 * and an unplugged camera stays open for ever: plugged in again it gets another name. */
void camera_let_go_of_devices(void);

/* The cameras that can capture video, in the order of their paths; an empty array where there are none.
 * Ownership: the array is the caller's, for g_ptr_array_unref(), which frees the cameras. Opens devices, so not for a frame path.
 * Thread-safety: any thread. */
GPtrArray *camera_list(void);

/* Sets "name=value,..." on the device at `path`. Stops at the first that fails; `error` names it, its value and its range.
 * Thread-safety: any thread. */
bool camera_set_controls(const char *path, const char *controls, GError **error);

#endif
