/* SPDX-License-Identifier: MIT */
/* What etrackctl can do: one row a command. */
#ifndef ETRACKCTL_VERBS_H
#define ETRACKCTL_VERBS_H

#include "connection.h"

/* All options there are; some go with some commands only, as their rows say. */
struct options {
  struct connection_options connection;
  gboolean json;
  gboolean norm;
  char *point;
  double radius_px;
  gint64 frame, pts_ns;
  gboolean live, with_status;
  gint64 count;
  double seconds;
};

struct call {
  const struct command *command;
  struct options *options;
  char **arguments; /* what stands behind the command, options taken out; NULL at the end */
  int count;
};

struct command {
  const char *name;
  const char *arguments; /* as the help shows them */
  const char *summary;
  int least, most;  /* how many arguments; most -1 = any number */
  unsigned options; /* OPTION_ bits */
  enum exit_code (*run)(const struct call *call);
};

enum { OPTION_TRACK = 1, OPTION_FOLLOW = 2, OPTION_WATCH = 4 };

/* NULL-terminated by name. */
extern const struct command commands[];

const struct command *command_find(const char *name);

#endif
