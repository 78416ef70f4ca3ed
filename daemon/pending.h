/* SPDX-License-Identifier: MIT */
/* `track` requests that wait for an answer: from the moment at which the stream has them until it tells what became of them. */
#ifndef DAEMON_PENDING_H
#define DAEMON_PENDING_H

#include "service.h"

/* Those that wait, one per stream at most. Thread-safety: the control thread alone. */
struct pending;

struct pending *pending_create(void);

/* Accepts NULL and a pointer to NULL; leaves NULL behind. What waits is not answered. */
void pending_destroy(struct pending **pending);

/* Hands the request to the stream and keeps it, and with it the envelope, which is emptied, until it can be answered; or refuses it at once. */
void pending_begin(struct service *service, struct feed *feed, struct envelope *envelope, const struct proto_request *request);

/* What streams tell. */
void pending_started(struct service *service, const struct stream *stream, const struct et_record *record);
void pending_refused(struct service *service, const struct stream *stream, uint64_t target, enum et_refusal why, const char *words);
/* No frame will come: the start is taken back and refused. */
void pending_no_frames(struct service *service, const struct stream *stream, const char *words);
/* Nothing at all will come any more. */
void pending_removed(struct service *service, const struct stream *stream);

/* Refuses those that have waited too long. Returns when it wants to be called again; INT64_MAX = nothing waits. */
int64_t pending_check_deadlines(struct service *service);

#endif
