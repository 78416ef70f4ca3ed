/* SPDX-License-Identifier: MIT */
/* Prints the counters as Prometheus text. */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include "service.h"

/* The caller frees the text with g_free(). Thread-safety: only the control thread. */
char *metrics_print(struct service *service);

#endif
