/* SPDX-License-Identifier: MIT */
/* Tells the service manager the state of the daemon. Without one ($NOTIFY_SOCKET unset) nothing
 * happens. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <glib.h>
#include <stdint.h>

/* The model is warm and the sockets are bound. */
void notify_ready(const char *status);

/* STATUS= alone: one line for `systemctl status`. */
void notify_status(const char *status);

/* A reload begins. notify_ready() ends it, whether the configuration was accepted or not. */
void notify_reloading(void);

void notify_stopping(void);

/* Sends WATCHDOG=1. Call it only after proven progress. */
void notify_alive(void);

/* The interval at which the manager wants notify_alive(): half its deadline; 0 = never. */
int64_t notify_watchdog_interval_ns(void);

#endif
