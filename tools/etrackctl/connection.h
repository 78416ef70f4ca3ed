/* SPDX-License-Identifier: MIT */
/* A connection to the daemon: to send requests, or to receive events. */
#ifndef ETRACKCTL_CONNECTION_H
#define ETRACKCTL_CONNECTION_H

#include <stdbool.h>

#include "proto/request.h"
#include "say.h"

/* The daemon's endpoints and keys. NULL: the default. */
struct connection_options {
  char *control, *events; /* default: in $XDG_RUNTIME_DIR/etrackd, otherwise in /run/etrackd */
  double timeout_s;       /* longest wait for a connection, and then for an answer */
  char *key, *server_key; /* CURVE key files, secret and public; both or neither */
};

enum { CONNECTION_TIMEOUT_S = 5 };

/* Thread-safety: one thread. */
struct connection;

/* Both say what went wrong before they return anything but EXIT_DONE. EXIT_NOBODY comes at once
 * if nobody listens. Ownership: *connection is the caller's, for connection_close(). */
enum exit_code connection_open_control(const struct connection_options *options, struct connection **connection);
/* Subscribed to `topics`, NULL at the end. */
enum exit_code connection_open_events(const struct connection_options *options, const char *const *topics, struct connection **connection);

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void connection_close(struct connection **connection);

/* What came back. */
struct answer {
  GBytes *json;
  GBytes *second; /* NULL if there was one part */
};

void answer_clear(struct answer *answer);

/* Sends the request and waits for its answer, which may be a refusal. Says why before it returns
 * anything but EXIT_DONE. */
enum exit_code connection_ask(struct connection *connection, const struct proto_request *request, struct answer *answer);

enum connection_news {
  NEWS_MESSAGE,
  NEWS_NOTHING, /* the time is up, or a signal came */
  NEWS_GONE,    /* the daemon has ended; the connection comes back by itself */
  NEWS_BACK,
};

/* The next message of a subscription. `wait_ms`: -1 = for ever. *message is the caller's, for
 * g_bytes_unref(). */
enum connection_news connection_next(struct connection *connection, int wait_ms, GBytes **message);

#endif
