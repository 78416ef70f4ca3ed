/* SPDX-License-Identifier: MIT */
/* Sending replies: the one way out for every command, and the count of them. */
#ifndef DAEMON_ANSWERS_H
#define DAEMON_ANSWERS_H

#include "proto/request.h"
#include "service.h"

/* Sends a reply that says ok, with a second part if there is one, and frees `reply`. */
void answer_ok(struct service *service, const struct envelope *envelope, char *reply, GBytes *second);

/* Sends a refusal. */
void answer_refusal(struct service *service, const struct envelope *envelope, const struct proto_request *request, enum proto_error code,
                    const char *words);

/* Sends a refusal for what failed: a GRAPH_ERROR has its code on the wire, anything else is `internal`. */
void answer_error(struct service *service, const struct envelope *envelope, const struct proto_request *request, const GError *error);

#endif
