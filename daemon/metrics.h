/* SPDX-License-Identifier: MIT */
/* The counters as Prometheus text. */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include "service.h"

/* Ownership: the caller's, for g_free(). Thread-safety: the control thread. */
char *metrics_print(struct service *service);

#endif
