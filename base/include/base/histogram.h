/* SPDX-License-Identifier: MIT */
/* A histogram of durations from 1 ns to hours in fixed memory; relative error at most 1/32. */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdint.h>

enum { ET_HISTOGRAM_STEPS = 32, ET_HISTOGRAM_BUCKETS = 42 * ET_HISTOGRAM_STEPS };

/* All zeros is an empty histogram.
 * Thread-safety: one thread adds, any may read; a reader may miss the newest values. */
struct et_histogram {
  _Atomic uint64_t bucket[ET_HISTOGRAM_BUCKETS];
  _Atomic uint64_t count;
  _Atomic int64_t maximum_ns;
  _Atomic int64_t sum_ns;
};

/* Negative durations count as 0. RT-safe. */
void et_histogram_add(struct et_histogram *histogram, int64_t duration_ns);

/* The duration that `share` (0..1) of the values do not exceed; 0 if there are no values.
 * RT-safe. */
int64_t et_histogram_quantile_ns(const struct et_histogram *histogram, double share);

/* Exact. RT-safe. */
uint64_t et_histogram_count(const struct et_histogram *histogram);
int64_t et_histogram_maximum_ns(const struct et_histogram *histogram);
int64_t et_histogram_sum_ns(const struct et_histogram *histogram);

#endif
