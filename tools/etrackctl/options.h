/* SPDX-License-Identifier: MIT */
/* The options of etrackctl: their values, and how they are read from the command line. */
#ifndef ETRACKCTL_OPTIONS_H
#define ETRACKCTL_OPTIONS_H

#include "connection.h"

/* All options. Some belong to some commands only, as their comments say. */
struct options {
  struct connection_options connection;
  gboolean json;
  /* track */
  gboolean norm;
  char *point;
  double radius_px; /* 0 = not given */
  int64_t frame;    /* 0 = not given */
  bool has_pts;
  int64_t pts_ns;
  /* watch, record */
  gboolean live, with_status;
  int64_t count;  /* 0 = not given */
  double seconds; /* 0 = not given */
};

/* The options of a command besides those of all commands. */
enum { OPTION_TRACK = 1, OPTION_FOLLOW = 2, OPTION_WATCH = 4 };

/* Adds the options of all commands, and those of `which` (OPTION_ bits). A parse writes to
 * `options`, which must outlive the context. An invalid value is a GError; its words name the
 * option, its range and what was given. */
void options_add(GOptionContext *context, unsigned which, struct options *options);

void options_clear(struct options *options);

#endif
