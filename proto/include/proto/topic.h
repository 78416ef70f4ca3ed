/* SPDX-License-Identifier: MIT */
/* The topics of the events socket: "track.NAME ", "event.NAME " and "status ", the blank included.
 * */
#ifndef PROTO_TOPIC_H
#define PROTO_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `prefix` (`length` bytes, not terminated) begins a topic that there can be, whether or
 * not a stream of that name exists. The empty one does. */
bool proto_topic_begins(const char *prefix, size_t length);

#endif
