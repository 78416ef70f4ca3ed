/* SPDX-License-Identifier: MIT */
/* How etrackctl ends, and the one line that it says when something went wrong. */
#ifndef ETRACKCTL_SAY_H
#define ETRACKCTL_SAY_H

#include <glib.h>

enum exit_code {
  EXIT_DONE = 0,
  EXIT_REFUSED = 1,  /* the daemon said no, or what it said could not be kept */
  EXIT_USAGE = 64,   /* the command line */
  EXIT_NOBODY = 69,  /* no daemon answers there */
  EXIT_TIMEOUT = 75, /* it took longer than --timeout */
};

/* "etrackctl: ..." on stderr; returns `code`, so that a failure is one line. */
enum exit_code fail(enum exit_code code, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same where nothing went wrong but people should know. */
void note(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
