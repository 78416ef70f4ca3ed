/* SPDX-License-Identifier: MIT */
/* Picks the ends of 8-bit values from how the values are spread. */
#ifndef QUANTISE_RANGE_H
#define QUANTISE_RANGE_H

#include <stdbool.h>

#include "quantise/distribution.h"

/* real = scale * (q - zero), q = 0..255. Real 0 is exact. */
struct range {
  float scale;
  int zero; /* 0..255 */
};

/* What 255 steps should hold. */
struct ends {
  double low, high; /* low <= 0 <= high */
};

/* The ends of the least squared error. `positive`: low is 0. Without values both are 0. */
struct ends range_ends(const struct distribution *distribution, bool positive);

/* The mean squared error of the values as such bytes. */
double range_error(const struct distribution *distribution, struct range range);

#endif
