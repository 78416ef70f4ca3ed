/* SPDX-License-Identifier: MIT */
/* A mapped GStreamer frame as the tracker reads it. */
#ifndef FRAME_FRAME_H
#define FRAME_FRAME_H

#include <gst/video/video.h>
#include <stdbool.h>

#include "etrack/image.h"

/* The formats that frame_image() knows, as caps list them. */
#define FRAME_FORMATS "{I420,NV12,YUY2,UYVY,GRAY8,RGB,BGR,RGBA,BGRA,BGRx,GRAY16_LE,GRAY16_BE,P010_10LE}"

/* The frame's pixels; valid while it stays mapped. False if the tracker does not know the format.
 * If the caps name no matrix, range or siting, it is taken as in most video: BT.601, limited,
 * MPEG-2's. Allocates nothing. Any thread. */
bool frame_image(const GstVideoFrame *frame, struct et_image *image);

#endif
