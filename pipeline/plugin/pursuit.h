/* SPDX-License-Identifier: MIT */
/* The tracker of one element with its target: takes frames and requests, tells what became of
 * them. */
#ifndef PLUGIN_PURSUIT_H
#define PLUGIN_PURSUIT_H

#include "base/histogram.h"
#include "etrack/tracker.h"
#include "history.h"
#include "inbox.h"
#include "job.h"

/* Thread-safety: one thread at a time; the counters and the histogram may be read from any. */
struct pursuit;

/* Called on the thread that tracks. `user` is the creator's. */
struct worker_observer {
  /* A processed frame, or a transition without one. */
  void (*record)(const struct et_record *record, void *user);
  /* A wish was refused; `words` say why. `replaced` comes on the streaming thread too. */
  void (*refused)(const struct wish *wish, enum et_refusal why, const char *words, void *user);
};

/* Ownership: the model and the history stay the caller's and must outlive the pursuit. */
enum et_error pursuit_create(const struct et_model *model, const struct et_params *params, struct history *history,
                             const struct worker_observer *observer, void *user, struct pursuit **pursuit,
                             struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void pursuit_destroy(struct pursuit **pursuit);

/* Tracks a few grey pictures, so that pursuit_expected_ns() has a value before the first frame.
 * Call it before any frame. */
void pursuit_warm_up(struct pursuit *pursuit);

/* Obeys the requests, then tracks. Ownership: takes the reference job->buffer, gives it back as
 * soon as its pixels have been read, and leaves NULL. */
void pursuit_process(struct pursuit *pursuit, struct job *job, const struct requests *requests);

/* Obeys requests that need no frame: stop, lose and parameters. */
void pursuit_obey(struct pursuit *pursuit, const struct requests *requests);

/* Ends the target, if there is one. */
void pursuit_end_target(struct pursuit *pursuit, enum et_reason reason);

bool pursuit_has_target(const struct pursuit *pursuit);

/* Number of the newest frame that it has seen. */
uint64_t pursuit_newest_frame(const struct pursuit *pursuit);

/* Counts frames that were left out. Any thread. */
void pursuit_count_dropped(struct pursuit *pursuit, uint64_t count);

struct worker_counters {
  uint64_t processed, dropped;
};

void pursuit_get_counters(const struct pursuit *pursuit, struct worker_counters *counters);

/* The expected time per frame: the 99th percentile, or the warm-up's worst while few frames have
 * been tracked. */
int64_t pursuit_expected_ns(const struct pursuit *pursuit);

/* The times from crop to result. */
const struct et_histogram *pursuit_latency(const struct pursuit *pursuit);

#endif
