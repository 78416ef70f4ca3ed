/* SPDX-License-Identifier: MIT */
/* Contenders that take the same frames in turn, and what was measured of each. */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/contender.h"
#include "bench/samples.h"

enum { BENCH_MOST_CONTENDERS = 96, BENCH_MOST_CLIPS = 64 };

/* A contender and its results. */
struct bench_entry {
  struct bench_contender contender;
  struct bench_samples samples;
  double overlap;    /* sum over `seen` frames */
  size_t seen;       /* frames with a known target */
  double difference; /* largest, between its score map and that of the reference */
  bool running;      /* it took the target of the present clip */
};

/* A sequence that was run. */
struct bench_lap {
  char name[64];
  int width, height;
  size_t frames;
};

struct bench_race {
  size_t frames;  /* at most, per clip */
  size_t warm_up; /* frames of each clip that do not count */
  int cpu;
  bool held; /* the peers that can be held to AVX2 are held to it */
  struct bench_entry entry[BENCH_MOST_CONTENDERS];
  size_t entries;
  struct bench_contender missing[BENCH_MOST_CONTENDERS];
  size_t missings;
  struct bench_lap lap[BENCH_MOST_CLIPS];
  size_t laps;
  size_t timed; /* frames, of all clips */
  double load;  /* average of the last minute, at the end */
};

/* Adds a contender, or notes and prints that it is missing. */
void bench_race_enter(struct bench_race *race, const struct bench_contender *contender);

/* Runs all contenders over the sequence of the folder, and prints its name. If it returns false, it
 * has printed the reason. */
bool bench_race_run(struct bench_race *race, const char *folder) __attribute__((warn_unused_result));

void bench_race_fini(struct bench_race *race);

/* The network with whose score maps the others' are compared: the first one that has them. NULL if
 * there is none. */
const struct bench_entry *bench_race_reference(const struct bench_race *race);

/* Whether the ratio says something: of ours to a peer of its kind, of our raw tracker to a network
 * too, and of ours to an earlier model of ours with the same kernels. Both are entries of one
 * race. */
bool bench_race_comparable(const struct bench_entry *ours, const struct bench_entry *theirs);

/* Prints times and ratios. */
void bench_race_print(const struct bench_race *race);

/* Writes all results as JSON. If it returns false, errno says why. */
bool bench_race_write(const struct bench_race *race, const char *path) __attribute__((warn_unused_result));

#endif
