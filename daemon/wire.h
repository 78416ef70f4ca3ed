/* SPDX-License-Identifier: MIT */
/* The whole daemon, put together. */
#ifndef DAEMON_WIRE_H
#define DAEMON_WIRE_H

#include <glib.h>
#include <stdbool.h>

/* Runs until a signal ends it. Errors: their code is the exit code. */
bool wire_run(const char *config_path, GError **error);

/* Reads the configuration and builds the streams, but binds and plays nothing. */
bool wire_check(const char *config_path, GError **error);

#endif
