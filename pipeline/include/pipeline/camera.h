/* SPDX-License-Identifier: MIT */
/* The V4L2 cameras of this machine: their names, what they can send, and their controls. */
#ifndef PIPELINE_CAMERA_H
#define PIPELINE_CAMERA_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* One picture format of a camera. */
struct camera_mode {
  char *format;   /* GStreamer's name ("YUY2"), or a compressed one's media type ("image/jpeg") */
  int width;      /* pixels; the largest if the camera gives a range */
  int height;     /* pixels */
  double rate_hz; /* the highest, in frames per second; 0 = unknown */
};

/* One control, named as in a stream's `controls` key. */
struct camera_control {
  /* "exposure_time_absolute": the driver's name in lower case, with _ for what is not a letter or
   * digit. */
  char *name;
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

/* Must be called before gst_init(), while the process has no other thread: it sets an environment
 * variable, unless that is set already. GStreamer 1.22's v4l2src loses count of its buffer pool
 * when it stops (gst_v4l2_object_stop() in sys/v4l2/gstv4l2object.c of gst-plugins-good). An
 * unplugged camera then stays open for ever, and gets another name when it is plugged in again. */
void camera_let_go_of_devices(void);

/* The cameras that can capture video, in the order of their paths; the array is empty if there is
 * no camera. Ownership: the array is the caller's, for g_ptr_array_unref(), which frees the
 * cameras. Opens devices, so it is not for a frame path. Thread-safety: any thread. */
GPtrArray *camera_list(void);

/* Sets "name=value,..." on the device at `path`. Stops at the first that fails; `error` names it
 * and what is wrong. Thread-safety: any thread. */
bool camera_set_controls(const char *path, const char *controls, GError **error);

#endif
