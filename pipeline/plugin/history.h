/* SPDX-License-Identifier: MIT */
/* The ring of kept frames: copies of the newest ones, so that a target can be started on a frame that an operator saw a moment ago. */
#ifndef PLUGIN_HISTORY_H
#define PLUGIN_HISTORY_H

#include "job.h"

/* Thread-safety: any thread, but one at a time adds frames; a kept frame that was taken out stays valid while its reference is held. */
struct history;

/* `limit` bytes of pictures at most; 0 keeps nothing. */
struct history *history_create(guint64 limit);
void history_destroy(struct history **history);

/* Frames are copied by a thread from now on, so that adding one takes no time; without one where the system gives none. */
void history_start(struct history *history);

/* Keeps a copy of the frame, and lets the oldest go until all fit. A picture larger than the limit is not kept. job->buffer stays the caller's.
 * After history_start() this never waits: the frame is found at once, its buffer is held until it has been copied, and while two wait for that
 * a third is not kept. */
void history_add(struct history *history, const struct job *job);

/* The kept frame of that number; false: there is none. The caller owns job->buffer. */
bool history_get(struct history *history, uint64_t frame, struct job *job);

/* The kept frame after `frame` that comes next where `looks` even steps are to lead to the newest one; false: none is newer. The caller owns job->buffer. */
bool history_next(struct history *history, uint64_t frame, int looks, struct job *job);

/* Number of the newest kept frame; 0 = none. */
uint64_t history_newest(struct history *history);

/* The kept frame whose PTS is nearest, at most half a frame time away. */
bool history_find_pts(struct history *history, GstClockTime pts, uint64_t *frame);

void history_clear(struct history *history);

#endif
