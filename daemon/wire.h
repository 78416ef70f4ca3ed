/* SPDX-License-Identifier: MIT */
/* Runs or checks the whole daemon. */
#ifndef DAEMON_WIRE_H
#define DAEMON_WIRE_H

#include <glib.h>
#include <stdbool.h>

/* Runs the daemon until a signal ends it. The code of an error is the exit code. */
bool wire_run(const char *config_path, GError **error);

/* Reads the configuration and builds the streams, without binding sockets or playing. */
bool wire_check(const char *config_path, GError **error);

#endif
