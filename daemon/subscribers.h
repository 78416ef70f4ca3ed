/* SPDX-License-Identifier: MIT */
/* How many subscriptions each connection has asked for: the count that bounds what one client can
 * make the daemon keep. */
#ifndef DAEMON_SUBSCRIBERS_H
#define DAEMON_SUBSCRIBERS_H

#include <glib.h>

enum subscribers_verdict {
  SUBSCRIBERS_TAKE,   /* within the limit */
  SUBSCRIBERS_IGNORE, /* over it */
  SUBSCRIBERS_CUT,    /* so far over it that the connection has to go; said until it has */
};

enum {
  SUBSCRIBERS_LIMIT = 64,
  SUBSCRIBERS_CUT_LIMIT = 256,  /* ZeroMQ keeps what is ignored too, one node per byte */
  SUBSCRIBERS_COMMON_SIZE = 64, /* bytes of a prefix that count as one */
};

/* Connections by their descriptors. One thread. */
struct subscribers {
  GHashTable *counts; /* descriptor -> struct count */
};

void subscribers_init(struct subscribers *subscribers);
void subscribers_fini(struct subscribers *subscribers);

/* A connection with this descriptor came or went: whatever is known of an earlier one is forgotten.
 * If that one was to be cut, some of what it sent may still wait, and must not be the new one's
 * fault: it is forgotten only with the next subscribers_settle(). */
void subscribers_forget(struct subscribers *subscribers, int connection);

/* Everything that waited has been taken. */
void subscribers_settle(struct subscribers *subscribers);

/* The connection asks for one more, a prefix of `size` bytes; `wanted`: it begins a topic. */
enum subscribers_verdict subscribers_add(struct subscribers *subscribers, int connection, gboolean wanted, size_t size);

/* The connection gives one back. */
void subscribers_remove(struct subscribers *subscribers, int connection, gboolean wanted);

#endif
