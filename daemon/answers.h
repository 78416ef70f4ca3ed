/* SPDX-License-Identifier: MIT */
/* Sends replies: every command replies through this file, which counts the replies. */
#ifndef DAEMON_ANSWERS_H
#define DAEMON_ANSWERS_H

#include "proto/request.h"
#include "service.h"

/* Sends a reply that says ok and frees `reply`. `second`: a second part; NULL = none. */
void answer_ok(struct service *service, const struct envelope *envelope, char *reply, GBytes *second);

/* Sends a refusal with this code and message. */
void answer_refusal(struct service *service, const struct envelope *envelope, const struct proto_request *request, enum proto_error code,
                    const char *words);

/* Sends a refusal for an error. A GRAPH_ERROR becomes its code on the wire, any other
 * `internal`. */
void answer_error(struct service *service, const struct envelope *envelope, const struct proto_request *request, const GError *error);

#endif
