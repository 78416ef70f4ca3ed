/* SPDX-License-Identifier: MIT */
/* The `track` requests that wait for an answer, from when the stream has them until it tells the
 * result. */
#ifndef DAEMON_PENDING_H
#define DAEMON_PENDING_H

#include "service.h"

/* The waiting requests, at most one per stream. Thread-safety: only the control thread. */
struct pending;

struct pending *pending_create(void);

/* Does not answer what waits. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void pending_destroy(struct pending **pending);

/* Passes the request to the stream and keeps it, or refuses it at once. A kept request takes the
 * envelope, which is emptied, until it can be answered. */
void pending_begin(struct service *service, struct feed *feed, struct envelope *envelope, const struct proto_request *request);

/* The news of streams, which answer the requests. */
void pending_started(struct service *service, const struct stream *stream, const struct et_record *record);
void pending_refused(struct service *service, const struct stream *stream, uint64_t target, enum et_refusal why, const char *words);
/* No frame will come, so the start is taken back and refused. */
void pending_no_frames(struct service *service, const struct stream *stream, const char *words);
/* The stream has gone, so what still waits is refused. */
void pending_removed(struct service *service, const struct stream *stream);

/* Refuses requests that have waited too long. Returns the time at which to call it again; INT64_MAX
 * = nothing waits. */
int64_t pending_check_deadlines(struct service *service);

#endif
