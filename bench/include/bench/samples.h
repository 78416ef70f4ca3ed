/* SPDX-License-Identifier: MIT */
/* The durations of one contender, frame by frame, and their quantiles. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zeros is an empty list. */
struct bench_samples {
  double *ms;
  size_t count, capacity;
};

/* Adds a duration. If there is no memory, it exits with a message. */
void bench_samples_add(struct bench_samples *samples, int64_t duration_ns);
void bench_samples_fini(struct bench_samples *samples);

/* The quantile `share` (0 to 1) of the list; 0 for an empty list. */
double bench_samples_quantile(const struct bench_samples *samples, double share);

/* The same quantile of ours[i] / theirs[i], over the pairs that both have. */
double bench_ratio_quantile(const struct bench_samples *ours, const struct bench_samples *theirs, double share);

/* Keeps this thread, and every thread that it starts, on one processor. `cpu` < 0: the last one
 * that it may use. Returns the processor, or -1. */
int bench_pin(int cpu) __attribute__((warn_unused_result));

#endif
