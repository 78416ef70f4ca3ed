/* SPDX-License-Identifier: MIT */
/* Follows the daemon's events: watch and record. */
#ifndef ETRACKCTL_WATCH_H
#define ETRACKCTL_WATCH_H

#include "connection.h"

struct watch_options {
  const char *const *streams; /* NULL at the end; none = every stream */
  const char *file;           /* where JSON lines go; NULL = stdout */
  bool live;                  /* one line on the terminal that is written over, instead of JSON */
  bool with_status;           /* the once-a-second status messages too */
  int64_t count;              /* ends after so many lines; 0 = never */
  double seconds;             /* ends after so long; 0 = never */
};

/* Ends by a signal (SIGINT, SIGTERM), by the limits above, or with EXIT_REFUSED where a stream does not exist or the file cannot be written. */
enum exit_code watch(const struct connection_options *connection, const struct watch_options *options);

#endif
