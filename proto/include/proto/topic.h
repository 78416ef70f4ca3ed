/* SPDX-License-Identifier: MIT */
/* The topics of the events socket: "track.NAME ", "event.NAME " and "status ", with the blank. */
#ifndef PROTO_TOPIC_H
#define PROTO_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

/* True if `prefix` (`length` bytes, not terminated) begins a possible topic, whether or not a
 * stream of that name exists. The empty prefix does. */
bool proto_topic_begins(const char *prefix, size_t length);

#endif
