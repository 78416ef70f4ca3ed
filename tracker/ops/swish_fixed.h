/* SPDX-License-Identifier: MIT */
/* Swish in 16-bit integers with F fraction bits.
 *
 * v / (1 + e^-v) = max(v, 0) - d(|v|) with d(a) = a / (1 + e^a), a bump that has vanished at 8. A
 * polynomial of degree 8 in u = a / 4 - 1 gives d on 0..8, in units of 2^-15 (fitted at the nodes
 * of Chebyshev's polynomials, then rounded). Its error stays under 0.0006 for |v| < 8, and is
 * 0.0027, the height of the bump there, for larger ones. The roundings add one unit of the
 * result. */
#ifndef OPS_SWISH_FIXED_H
#define OPS_SWISH_FIXED_H

#include <stdint.h>

enum {
  ET_SWISH_DEGREE = 8,
  ET_SWISH_SPAN = 8,      /* d is 0 for |v| above */
  ET_SWISH_LOWEST = 9130, /* 2^15 times the lowest value with its sign changed, before rounding */
};

static const int16_t et_swish_coefficient[ET_SWISH_DEGREE + 1] = {2360, -6750, 8436, -6299, -1818, 16221, -14468, -3115, 5533};

#endif
