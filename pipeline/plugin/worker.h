/* SPDX-License-Identifier: MIT */
/* The thread of one element's tracker, and how frames and requests reach it. */
#ifndef PLUGIN_WORKER_H
#define PLUGIN_WORKER_H

#include "pursuit.h"

/* In sync mode the caller tracks, and the thread obeys requests between frames.
 *
 * Thread-safety: create, start, stop and destroy from one thread; submit or process, and flush,
 * from the streaming thread; requests from any; lose from any, one at a time. */
struct worker;

/* Ownership: the model and the history stay the caller's and must outlive the worker. */
enum et_error worker_create(const struct et_model *model, const struct et_params *params, struct history *history,
                            const struct worker_observer *observer, void *user, struct worker **worker,
                            struct et_error_detail *detail) ET_MUST_CHECK;

/* Stops first. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void worker_destroy(struct worker **worker);

/* As pursuit_warm_up(); before worker_start(). */
void worker_warm_up(struct worker *worker);

/* Starts the thread if it does not run yet. False if the system has none left: then worker_submit()
 * must not be called, and requests wait for the next frame. */
bool worker_start(struct worker *worker);

/* Ends the thread after the frame that it works on. */
void worker_stop(struct worker *worker);

/* Leaves a frame for the thread. The frame that it displaces is dropped and counted. A frame that
 * came with requests is displaced only by one with newer requests: a target starts on the very
 * frame that followed its request. Without a target and requests the frame is let go at once.
 * job->buffer stays the caller's. Never waits. */
void worker_submit(struct worker *worker, const struct job *job);

/* Tracks in the calling thread. job->buffer stays the caller's; on return the worker no longer
 * holds it. */
void worker_process(struct worker *worker, const struct job *job);

/* Waits until no frame waits or is being tracked, at most `timeout_ns`. */
void worker_drain(struct worker *worker, int64_t timeout_ns);

/* Forgets frames that have not been begun; what was requested with them waits for the next one. */
void worker_flush(struct worker *worker);

/* Where requests are left. A target starts on the next frame that is submitted or processed. Other
 * requests are obeyed at once, after the frame that is being tracked. */
struct inbox *worker_requests(struct worker *worker);

/* Takes the wish for `target` away before its frame is processed. False if that has begun: then the
 * observer tells, or has told, what became of it. */
bool worker_withdraw(struct worker *worker, uint64_t target);

/* Frames that had not been begun, and the wish among their requests that was overruled (target 0 =
 * none). */
struct worker_unbegun {
  GstBuffer *buffer[2]; /* references; NULL = none */
  struct wish replaced;
};

/* Frames stopped coming: forgets those that have not been begun, and loses the target at once.
 * Calls nobody, so that a lock may be held. Without that lock the caller then lets go of the
 * buffers and refuses the wish. */
struct worker_unbegun worker_lose(struct worker *worker, enum et_reason reason);

/* Lets go of the buffers, which may call into their owners. */
void worker_let_go(struct worker_unbegun *unbegun);

/* Ends the target now, without a frame. Only while the thread is stopped and no frame is
 * processed. */
void worker_end_target(struct worker *worker, enum et_reason reason);

/* As pursuit_count_dropped(), for frames that never came to the worker. */
void worker_count_dropped(struct worker *worker, uint64_t count);

void worker_get_counters(const struct worker *worker, struct worker_counters *counters);

/* As pursuit_expected_ns() and pursuit_latency(). */
int64_t worker_expected_ns(const struct worker *worker);
const struct et_histogram *worker_latency(const struct worker *worker);

#endif
