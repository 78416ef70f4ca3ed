/* SPDX-License-Identifier: MIT */
/* What a channel of a depthwise layer in 16 bits must keep to (docs/tracker.md, etrack/2): the
 * loader checks it, and the quantiser chooses by it. */
#ifndef NET_CHANNEL16_H
#define NET_CHANNEL16_H

#include <stdbool.h>
#include <stdint.h>

#include "net/architecture.h"

enum {
  ET_MOST_GAIN_BITS = 14, /* fraction bits of the input above those of the swish before it */
  ET_MAX_TAPS = ET_MAX_KERNEL * ET_MAX_KERNEL
};

struct et_channel16 {
  const int16_t *weight; /* [taps] */
  int taps;
  double bias;                /* in units of the sum */
  int expand_bits, gain_bits; /* F, and X - F */
  int most;                   /* of the swish, in units of 2^-F: input_most >> gain_bits */
};

/* Whether no sum of products can leave 16 bits, whatever the inputs between the lowest and the
 * largest. */
bool et_channel16_fits(const struct et_channel16 *channel);

#endif
