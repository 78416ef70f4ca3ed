/* SPDX-License-Identifier: MIT */
/* Serves the metrics over HTTP on a loopback port, for Prometheus. */
#ifndef DAEMON_HTTP_H
#define DAEMON_HTTP_H

#include <glib.h>
#include <stdint.h>

#include "service.h"

struct http;

/* Serves /metrics on 127.0.0.1 and ::1 from the default main context; port 0 = any free port.
 * NULL with `error` (EXIT_CONFIG) if the port is taken. */
struct http *http_start(uint16_t port, struct service *service, GError **error);

/* The port on which it serves. */
uint16_t http_port_of(const struct http *http);

/* Ends every connection. The control thread must still run. Accepts NULL and a pointer to NULL;
 * leaves NULL behind. */
void http_stop(struct http **http);

#endif
