/* SPDX-License-Identifier: MIT */
/* The exit codes of etrackctl, and its one line on stderr if something goes wrong. */
#ifndef ETRACKCTL_SAY_H
#define ETRACKCTL_SAY_H

#include <glib.h>

enum exit_code {
  EXIT_DONE = 0,
  EXIT_REFUSED = 1,  /* the daemon refused, or its answer could not be written */
  EXIT_USAGE = 64,   /* the command line is wrong */
  EXIT_NOBODY = 69,  /* no daemon answers */
  EXIT_TIMEOUT = 75, /* no answer within --timeout */
};

/* "etrackctl: ..." on stderr, always one line. Returns `code`. */
enum exit_code fail(enum exit_code code, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* What could not be written, a path or "stdout", and why: errno is read. Returns EXIT_REFUSED. */
enum exit_code fail_writing(const char *what);

/* The same line for what people should know though nothing went wrong. */
void note(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
