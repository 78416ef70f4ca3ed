/* SPDX-License-Identifier: MIT */
/* How values are spread: a histogram whose range grows with them, and their moments. */
#ifndef QUANTISE_DISTRIBUTION_H
#define QUANTISE_DISTRIBUTION_H

#include <stdint.h>

enum { DISTRIBUTION_BINS = 1024 };

/* All zeros is an empty distribution. Thread-safety: one thread at a time. */
struct distribution {
  float half;            /* the bins cover -half..half, a power of two; 0 = no value but 0 yet */
  float lowest, highest; /* 0 or beyond */
  uint64_t count, zeros; /* all values; those that are exactly 0, which are in no bin */
  double sum, square;    /* of the values, and of their squares */
  uint32_t bin[DISTRIBUTION_BINS];
};

/* `value` must be finite. */
void distribution_add(struct distribution *distribution, float value);

/* The middle of a bin. */
double distribution_middle(const struct distribution *distribution, int bin);

/* 0 if there is no value. */
double distribution_mean(const struct distribution *distribution);
double distribution_variance(const struct distribution *distribution);

#endif
