/* SPDX-License-Identifier: MIT */
/* The bound on the sums of a depthwise layer in 16 bits. */
#include "net/channel16.h"

#include <math.h>

#include "ops/swish_fixed.h"

enum { PRODUCT_BITS = 15 }; /* that a product loses */

bool et_channel16_fits(const struct et_channel16 *c)
{
  const double largest = ldexp(c->most, c->gain_bits - PRODUCT_BITS);
  const double lowest = ldexp(ldexp(ET_SWISH_LOWEST, c->expand_bits - PRODUCT_BITS) + 1, c->gain_bits - PRODUCT_BITS);
  /* with half a unit for each rounding */
  double high = c->bias + c->taps / 2.0 + 1, low = c->bias - c->taps / 2.0 - 1;

  for (int t = 0; t < c->taps; t++) {
    const int w = c->weight[t];

    high += w > 0 ? w * largest : -w * lowest;
    low += w > 0 ? -w * lowest : w * largest;
  }
  return high <= INT16_MAX && low >= INT16_MIN;
}
