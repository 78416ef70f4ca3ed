/* SPDX-License-Identifier: MIT */
/* Rounds a dense layer to 8 bits. */
#ifndef QUANTISE_DENSE_H
#define QUANTISE_DENSE_H

#include "quantise/group.h"

/* Fills the layer's results from its float weights [out][in] and bias [out], and from what has been
 * measured of its input. `least_scale` (NULL = none) is the least input scale of each channel. */
void dense_quantise(struct dense *dense, const float *weight, const float *bias, const double *least_scale);

/* How far the layer is from the float one: the root of the ratio of the squared error of its
 * output, from rounded weights and inputs, to the variance of its output, as if its inputs did not
 * depend on each other. 0..1. */
double dense_error(const struct dense *dense, const float *weight);

#endif
