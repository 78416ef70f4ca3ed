/* SPDX-License-Identifier: MIT */
/* Takes the subscriptions that wait at an events socket, within what a client may have. */
#ifndef DAEMON_SUBSCRIPTIONS_H
#define DAEMON_SUBSCRIPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "connections.h"
#include "subscribers.h"

/* Whether `prefix` (not terminated) begins a topic that there can be, its blank included. */
typedef bool transport_topic_check(const char *prefix, size_t length);

/* Those that `check` passes count, SUBSCRIBERS_LIMIT per client; the others are ignored, and a
 * client that goes on with them is cut off. */
void subscriptions_serve(struct subscribers *subscribers, const struct connections *connections, transport_topic_check *check);

#endif
