/* SPDX-License-Identifier: MIT */
/* The ring of kept frames: a target can be started on a frame that was seen a moment ago. */
#ifndef PLUGIN_HISTORY_H
#define PLUGIN_HISTORY_H

#include "job.h"

/* Thread-safety: any thread, but only one at a time adds frames. A frame that was taken out stays
 * valid while its reference is held. */
struct history;

/* Keeps at most `limit` bytes of pictures; 0 keeps nothing. */
struct history *history_create(guint64 limit);
void history_destroy(struct history **history);

/* From now on a thread copies the frames, so that adding one takes no time. If the system has no
 * thread left, the caller goes on copying. */
void history_start(struct history *history);

/* Keeps a copy of the frame, and drops the oldest until all fit. A picture larger than the limit is
 * not kept. job->buffer stays the caller's. After history_start() this never waits: the frame can
 * be found at once, and its buffer is held until it is copied. While two frames wait to be copied,
 * a third is not kept. */
void history_add(struct history *history, const struct job *job);

/* The kept frame of that number; false if there is none. The caller owns job->buffer. */
bool history_get(struct history *history, uint64_t frame, struct job *job);

/* The kept frame to look at next, if `looks` even steps lead from `frame` to the newest one. False
 * if no kept frame is newer. The caller owns job->buffer. */
bool history_next(struct history *history, uint64_t frame, int looks, struct job *job);

/* Number of the newest kept frame; 0 = there is none. */
uint64_t history_newest(struct history *history);

/* The number of the kept frame with the nearest PTS, at most half a frame time away; false if there
 * is none. */
bool history_find_pts(struct history *history, GstClockTime pts, uint64_t *frame);

void history_clear(struct history *history);

#endif
