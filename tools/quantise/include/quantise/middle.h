/* SPDX-License-Identifier: MIT */
/* Rounds the depthwise layer of a block to 16 bits. */
#ifndef QUANTISE_MIDDLE_H
#define QUANTISE_MIDDLE_H

#include "quantise/group.h"

/* Fills the results from the float weights [channels][kernel][kernel] and bias [channels], and from
 * what has been measured of the layer's input.
 * Errors: QUANTISE_ERROR_DATA if a channel does not fit into 16 bits. */
gboolean middle_quantise(struct middle *middle, const float *weight, const float *bias, GError **error);

/* The least input scales of the projection, [channels], for g_free(). */
double *middle_least_scales(const struct middle *middle);

#endif
