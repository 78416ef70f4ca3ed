/* SPDX-License-Identifier: MIT */
/* The connections of one socket: how many there may be, and how one is cut off. */
#ifndef DAEMON_CONNECTIONS_H
#define DAEMON_CONNECTIONS_H

#include <glib.h>
#include <stdbool.h>

enum { CONNECTIONS_MAXIMUM = 512 }; /* that a socket keeps at a time */

/* All zeros: of no socket. One thread. */
struct connections {
  void *socket;     /* whose they are */
  void *monitor;    /* PAIR; readable when connections have come or gone */
  GHashTable *open; /* set of their descriptors, as the monitor has told */
};

/* Watches which connections the socket has, from before it is bound. Errors: EXIT_INTERNAL. */
bool connections_watch(struct connections *connections, void *context, void *socket, GError **error);

/* Before the socket is closed. Harmless on all zeros. */
void connections_unwatch(struct connections *connections);

/* Takes the next connection that came or went; false if there is none. One that came over
 * CONNECTIONS_MAXIMUM is sent away again, and its end is told like any other. */
bool connections_next(struct connections *connections, int *descriptor);

/* Ends the connection with that descriptor, if the monitor has told of it and the descriptor is
 * still one of this socket's: ZeroMQ closes descriptors when it likes, and the number may be
 * somebody else's by now. */
void connections_cut(const struct connections *connections, int descriptor);

#endif
