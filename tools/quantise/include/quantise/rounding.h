/* SPDX-License-Identifier: MIT */
/* Rounds the weights of one output to 8 bits. */
#ifndef QUANTISE_ROUNDING_H
#define QUANTISE_ROUNDING_H

#include <stdint.h>

#include "ops/int8.h"

enum { ROUNDING_LARGEST = 127 };

/* The weights of one output. Two neighbours (0 and 1, 2 and 3, ...) obey the rule of pairs
 * (ET_PAIR_LIMIT). */
struct rounding {
  int count;
  const float *weight;
  const double *importance; /* what a squared error of a weight costs: the variance of its input */
  float least_scale;        /* > 0 */
  int steps;                /* scales to try, 2 or more */
};

/* Finds the scale and the integers of the least error sum importance * (scale * q - weight)^2.
 * `q` has `count` values. Returns the scale; *error is the error. */
float rounding_find(const struct rounding *rounding, int8_t *q, double *error);

#endif
