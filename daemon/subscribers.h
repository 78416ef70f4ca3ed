/* SPDX-License-Identifier: MIT */
/* Counts the subscriptions that each connection asked for. The count bounds what one client can
 * make the daemon keep. */
#ifndef DAEMON_SUBSCRIBERS_H
#define DAEMON_SUBSCRIBERS_H

#include <glib.h>

enum subscribers_verdict {
  SUBSCRIBERS_TAKE,   /* within the limit */
  SUBSCRIBERS_IGNORE, /* over it */
  SUBSCRIBERS_CUT,    /* far over it: the connection must be cut; repeated until it is */
};

enum {
  SUBSCRIBERS_LIMIT = 64,
  SUBSCRIBERS_CUT_LIMIT = 256,  /* ZeroMQ also keeps ignored ones, one node per byte */
  SUBSCRIBERS_COMMON_SIZE = 64, /* bytes of a prefix that count as one subscription */
};

/* Connections by their descriptors. Thread-safety: one thread. */
struct subscribers {
  GHashTable *counts; /* descriptor -> struct count */
};

void subscribers_init(struct subscribers *subscribers);
void subscribers_fini(struct subscribers *subscribers);

/* A connection with this descriptor came or went: forgets what is known of an earlier one. If that
 * had to be cut, some of its messages may still wait, and must not count for the new connection.
 * Then it is forgotten only at the next subscribers_settle(). */
void subscribers_forget(struct subscribers *subscribers, int connection);

/* Everything that waited has been taken. */
void subscribers_settle(struct subscribers *subscribers);

/* The connection asks for one more subscription: a prefix of `size` bytes. `wanted`: the prefix
 * begins a topic. */
enum subscribers_verdict subscribers_add(struct subscribers *subscribers, int connection, gboolean wanted, size_t size);

/* The connection gives one subscription back. */
void subscribers_remove(struct subscribers *subscribers, int connection, gboolean wanted);

#endif
