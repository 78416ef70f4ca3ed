/* SPDX-License-Identifier: MIT */
/* The exit codes of etrackd, which are also the codes of its errors. */
#ifndef DAEMON_EXIT_H
#define DAEMON_EXIT_H

#include <glib.h>

enum exit_code {
  EXIT_USAGE = 64,    /* the command line */
  EXIT_INTERNAL = 70, /* a bug, or the system has run out of something */
  EXIT_RUNNING = 73,  /* another instance holds the endpoints */
  EXIT_CONFIG = 78,   /* configuration or model; the unit does not restart after it */
};

/* The domain of the errors of this folder; their code is an enum exit_code. */
#define DAEMON_ERROR g_quark_from_static_string("etrackd")

#endif
