/* SPDX-License-Identifier: MIT */
/* Takes the waiting subscriptions of an events socket, within the limit of each client. */
#ifndef DAEMON_SUBSCRIPTIONS_H
#define DAEMON_SUBSCRIPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "connections.h"
#include "subscribers.h"

/* Whether `prefix` (not terminated) begins a possible topic and its blank. */
typedef bool transport_topic_check(const char *prefix, size_t length);

/* Accepts the prefixes that `check` accepts, up to SUBSCRIBERS_LIMIT per client. The others are
 * ignored, and a client that sends too many of them is cut off. */
void subscriptions_serve(struct subscribers *subscribers, const struct connections *connections, transport_topic_check *check);

#endif
