/* SPDX-License-Identifier: MIT */
/* The endpoints of the daemon: local sockets, by default in the runtime folder, and optionally
 * tcp. */
#ifndef DAEMON_ENDPOINTS_H
#define DAEMON_ENDPOINTS_H

#include <glib.h>
#include <stdbool.h>

#include "access.h"
#include "transport.h"

/* Configured and checked; each may be NULL. */
struct endpoints_config {
  const char *control, *events; /* ipc; NULL: `control` and `events` in the runtime folder */
  const char *control_group, *events_group;
  const char *tcp_control, *tcp_events; /* NULL: none */
};

/* All zeros: none. */
struct endpoints {
  char *control, *events; /* ipc URIs */
  struct access_endpoint control_taken, events_taken;
};

/* Fills in the defaults. Errors: EXIT_CONFIG if there is no runtime folder. */
bool endpoints_resolve(const struct endpoints_config *config, struct endpoints *endpoints, GError **error);

/* Takes the locks of the local endpoints and binds all. Call transport_set_keys() first, and call
 * this before a second thread runs. Errors: EXIT_CONFIG, EXIT_RUNNING. */
bool endpoints_bind(struct endpoints *endpoints, const struct endpoints_config *config, struct transport *transport, GError **error);

/* Releases the locks and frees. Harmless on all zeros. */
void endpoints_clear(struct endpoints *endpoints);

#endif
