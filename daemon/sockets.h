/* SPDX-License-Identifier: MIT */
/* Makes the ZeroMQ sockets of the two kinds that the daemon has, with their limits. */
#ifndef DAEMON_SOCKETS_H
#define DAEMON_SOCKETS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "exit.h"

/* The settings of the sockets of a pair. */
struct sockets_kind {
  void *context;
  bool tcp;
  const uint8_t *server_secret; /* CURVE: 32 bytes, read when a socket is made; NULL = none */
};

/* A ROUTER, and an XPUB with subscriptions that take effect when they are accepted. The caller
 * closes them with sockets_close(). NULL with `error` (EXIT_INTERNAL). */
void *sockets_make_control(const struct sockets_kind *kind, GError **error);
void *sockets_make_events(const struct sockets_kind *kind, GError **error);

/* Accepts a pointer to NULL; leaves NULL behind. A port becomes free a moment later. */
void sockets_close(void **socket);

/* Errors: EXIT_CONFIG. */
bool sockets_bind(void *socket, const char *uri, GError **error);

/* The endpoint that the socket is bound to, with the port that was chosen; for g_free(). NULL if it
 * is not bound. */
char *sockets_endpoint(void *socket);

/* Sets `error` to `what` and ZeroMQ's reason; returns false. */
bool sockets_fail(GError **error, enum exit_code code, const char *what);

#endif
