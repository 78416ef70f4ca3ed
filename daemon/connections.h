/* SPDX-License-Identifier: MIT */
/* The connections of one socket: limits their number and cuts single ones off. */
#ifndef DAEMON_CONNECTIONS_H
#define DAEMON_CONNECTIONS_H

#include <glib.h>
#include <stdbool.h>

enum { CONNECTIONS_MAXIMUM = 512 }; /* per socket */

/* All zeros: no socket. Thread-safety: one thread. */
struct connections {
  void *socket;     /* which they belong to */
  void *monitor;    /* PAIR; readable when connections have come or gone */
  GHashTable *open; /* set of their descriptors, as the monitor reported them */
};

/* Watches the connections of the socket. Call it before the socket is bound. Errors:
 * EXIT_INTERNAL. */
bool connections_watch(struct connections *connections, void *context, void *socket, GError **error);

/* Ends the watch. Call it before the socket is closed. Harmless on all zeros. */
void connections_unwatch(struct connections *connections);

/* Takes the next connection that came or went; false if there is none. A connection above
 * CONNECTIONS_MAXIMUM is cut off, and its end is reported like any other. */
bool connections_next(struct connections *connections, int *descriptor);

/* Ends the connection with that descriptor, if the monitor has reported it and the descriptor still
 * belongs to this socket: ZeroMQ closes descriptors at any time, and the number may be in other use
 * by now. */
void connections_cut(const struct connections *connections, int descriptor);

#endif
