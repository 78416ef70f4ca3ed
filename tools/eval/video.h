/* SPDX-License-Identifier: MIT */
/* Videos as frames, decoded by GStreamer. */
#ifndef EVAL_VIDEO_H
#define EVAL_VIDEO_H

#include "etrack/image.h"
#include "eval/sequence.h"

struct video;

/* `rate_hz`: frames per second if they carry no time stamps.
 * Ownership: the caller's, for video_close(). NULL with `error` naming the file. */
struct video *video_open(const char *path, double rate_hz, GError **error);
void video_close(struct video *video);

/* The next frame in a format that the tracker reads; lives until the next call. False at the
 * end, or with `error`. */
gboolean video_next(struct video *video, struct et_image *image, int64_t *time_ns, GError **error);

#endif
