/* SPDX-License-Identifier: MIT */
/* The tracker of one element: it gets frames, in its own thread (async) or in the caller's (sync), and tells what became of them. */
#ifndef PLUGIN_WORKER_H
#define PLUGIN_WORKER_H

#include "base/histogram.h"
#include "history.h"
#include "job.h"
#include "outcome.h"
#include "requests.h"

/* Thread-safety: create, start, stop and destroy from one thread; submit and process from the streaming thread; requests from any. */
struct worker;

/* Called on the thread that tracks. `user` is worker_create()'s. */
struct worker_observer {
  /* A processed frame or a transition without one; with ET_EVENT_* in outcome->result.event. */
  void (*outcome)(const struct outcome *outcome, void *user);
  /* A wish came to nothing: "bad-box", "frame-expired", "replaced" (also on the streaming thread) or "internal"; and the words. */
  void (*refused)(const struct wish *wish, const char *reason, const char *words, void *user);
};

struct worker_counters {
  uint64_t processed, dropped;
};

/* Ownership: the model and the history stay the caller's and outlive the worker. */
enum et_error worker_create(const struct et_model *model, const struct et_params *params, struct history *history,
                            const struct worker_observer *observer, void *user, struct worker **worker,
                            struct et_error_detail *detail) ET_MUST_CHECK;

/* Stops first. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void worker_destroy(struct worker **worker);

/* Tracks a few grey pictures, so that worker_expected_ns() knows something before the first frame. Before any frame. */
void worker_warm_up(struct worker *worker);

/* The thread for worker_submit(); false where the system gives none. */
bool worker_start(struct worker *worker);

/* Ends the thread after the frame that it is at. */
void worker_stop(struct worker *worker);

/* Leaves a frame for the thread; what it displaces is dropped and counted. A frame that came with requests is never displaced: a target is taken from
 * the very frame that followed its request. Without a target and requests the frame is let go at once. job->buffer stays the caller's. Never waits. */
void worker_submit(struct worker *worker, const struct job *job);

/* Tracks in the calling thread. job->buffer stays the caller's. */
void worker_process(struct worker *worker, const struct job *job);

/* Waits until no frame is left or under way, `timeout_ns` at most. */
void worker_drain(struct worker *worker, int64_t timeout_ns);

/* Forgets frames that have not been begun; what was requested with them waits for the next one. */
void worker_flush(struct worker *worker);

/* Where requests are left; they are taken with the next frame that is submitted or processed. */
struct request_box *worker_requests(struct worker *worker);

/* Frames stopped coming: the target is lost now. Waits for the frame that is under way. */
void worker_lose(struct worker *worker);

/* Ends the target now, without a frame; only while no frame is being processed (the thread stopped). */
void worker_end_target(struct worker *worker, const char *reason);

void worker_get_counters(const struct worker *worker, struct worker_counters *counters);

/* How long a frame will take: the 99th percentile, or the warm-up's worst while few frames have been tracked. */
int64_t worker_expected_ns(const struct worker *worker);

/* Crop to result. */
const struct et_histogram *worker_latency(const struct worker *worker);

#endif
