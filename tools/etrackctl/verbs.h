/* SPDX-License-Identifier: MIT */
/* The commands of etrackctl: one row per command. */
#ifndef ETRACKCTL_VERBS_H
#define ETRACKCTL_VERBS_H

#include "options.h"

struct call {
  const struct command *command;
  struct options *options;
  char **arguments; /* those after the command, without options; NULL at the end */
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

/* The last row has no name. */
extern const struct command commands[];

const struct command *command_find(const char *name);

#endif
