/* SPDX-License-Identifier: MIT */
/* What the service manager is told; without one ($NOTIFY_SOCKET unset) nothing happens. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <glib.h>
#include <stdint.h>

/* The model is warm and the sockets are bound. */
void notify_ready(const char *status);

/* STATUS= alone: one line for `systemctl status`. */
void notify_status(const char *status);

/* A reload begins; notify_ready() ends it, whether it took over or not. */
void notify_reloading(void);

void notify_stopping(void);

/* WATCHDOG=1: call it only on proven progress. */
void notify_alive(void);

/* How often the manager wants to hear notify_alive(): half its deadline; 0 = never. */
int64_t notify_watchdog_interval_ns(void);

#endif
