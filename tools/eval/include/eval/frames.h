/* SPDX-License-Identifier: MIT */
/* The frames of a sequence, decoded one after the other. */
#ifndef EVAL_FRAMES_H
#define EVAL_FRAMES_H

#include "etrack/image.h"
#include "eval/sequence.h"

/* Thread-safety: one thread at a time. */
struct eval_frames;

/* `rate_hz`: frames per second of a folder of pictures, and of a video without time stamps.
 * Errors name the file. Ownership: the caller's, for eval_frames_close(); the sequence must
 * outlive it. */
struct eval_frames *eval_frames_open(const struct eval_sequence *sequence, double rate_hz, GError **error);

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void eval_frames_close(struct eval_frames **frames);

/* The next frame, which lives until the next call. False at the end, and with `error` set if it
 * cannot be read. */
gboolean eval_frames_next(struct eval_frames *frames, struct et_image *image, int64_t *time_ns, GError **error);

#endif
