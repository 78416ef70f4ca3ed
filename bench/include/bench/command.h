/* SPDX-License-Identifier: MIT */
/* The command line of the comparison with the peers. */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/contender.h"
#include "bench/race.h"

enum { BENCH_MOST_NAMES = 16 };

struct bench_names {
  const char *name[BENCH_MOST_NAMES];
  size_t count;
};

/* Its texts live as long as the program. */
struct bench_command {
  struct bench_paths paths;
  struct bench_names models;  /* files; at least one */
  struct bench_names kernels; /* at least one; NULL = the fastest */
  const char *clip[BENCH_MOST_CLIPS];
  size_t clips;
  const char *peers, *json; /* NULL = not given */
  size_t frames;            /* at most, per clip */
  size_t warm_up;           /* frames of each clip that do not count */
  int cpu;                  /* -1 = the last */
  bool hold;                /* to AVX2 */
};

enum bench_command_result { BENCH_COMMAND_RUN, BENCH_COMMAND_HELP, BENCH_COMMAND_WRONG };

/* Reads options and environment. It has printed what is wrong, or the help. */
enum bench_command_result bench_command_read(struct bench_command *command, int argc, char **argv) __attribute__((warn_unused_result));

#endif
