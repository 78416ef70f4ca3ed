/* SPDX-License-Identifier: MIT */
/* Watches the daemon's events: the commands watch and record. */
#ifndef ETRACKCTL_WATCH_H
#define ETRACKCTL_WATCH_H

#include "connection.h"

struct watch_options {
  const char *const *streams; /* NULL at the end; empty = every stream */
  const char *file;           /* where JSON lines go; NULL = stdout */
  bool live;                  /* one line that is written over, instead of JSON */
  bool with_status;           /* the status messages too, one per second */
  int64_t count;              /* messages after which it ends; 0 = never */
  double seconds;             /* time after which it ends; 0 = never */
};

/* Ends by a signal (SIGINT, SIGTERM), by the limits above, or with EXIT_REFUSED if a stream does
 * not exist or the file cannot be written. */
enum exit_code watch(const struct connection_options *connection, const struct watch_options *options);

#endif
