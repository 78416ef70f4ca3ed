/* SPDX-License-Identifier: MIT */
/* Durations of one contender, frame by frame, and what is said of them. */
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

/* Exits with a message where there is no memory. */
void bench_samples_add(struct bench_samples *samples, int64_t duration_ns);
void bench_samples_fini(struct bench_samples *samples);

/* The value that `share` (0..1) of the list do not exceed; 0 for an empty list. */
double bench_samples_quantile(const struct bench_samples *samples, double share);

/* The same of ours[i] / theirs[i], over the pairs that both have. */
double bench_ratio_quantile(const struct bench_samples *ours, const struct bench_samples *theirs, double share);

/* Keeps this thread, and every thread it starts, on one processor; `cpu` < 0: the last that it may use. Returns it, or -1. */
int bench_pin(int cpu) __attribute__((warn_unused_result));

#endif
