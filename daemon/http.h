/* SPDX-License-Identifier: MIT */
/* The metrics over HTTP, on a loopback port, for a Prometheus that knows no ZeroMQ. */
#ifndef DAEMON_HTTP_H
#define DAEMON_HTTP_H

#include <glib.h>
#include <stdint.h>

#include "service.h"

struct http;

/* Serves GET /metrics on 127.0.0.1 and ::1 from the default main context. NULL with `error` (EXIT_CONFIG) where the port is taken. */
struct http *http_start(uint16_t port, struct service *service, GError **error);

/* Ends every connection; the control thread must still run. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void http_stop(struct http **http);

#endif
