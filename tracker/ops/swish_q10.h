/* SPDX-License-Identifier: MIT */
/* Swish in 16-bit integers, in units of 1/1024.
 *
 * v / (1 + e^-v) = max(v, 0) - d(|v|) with d(a) = a / (1 + e^a), a bump that has vanished at 8. A
 * polynomial of degree 8 in u = a / 4 - 1 gives d on 0..8, in units of 2^-15 (fitted at the nodes
 * of Chebyshev's polynomials, then rounded). Its error and that of the roundings together stay under
 * 1.1 units of the result for |v| < 8, and under 3.1 beyond. */
#ifndef OPS_SWISH_Q10_H
#define OPS_SWISH_Q10_H

#include <stdint.h>

enum {
  ET_SWISH_DEGREE = 8,
  ET_SWISH_END = 8191,    /* the largest |v| with a d of its own */
  ET_SWISH_TO_Q10 = 1024, /* 2^-15 -> 2^-10, as a factor in units of 2^-15 */
};

static const int16_t et_swish_coefficient[ET_SWISH_DEGREE + 1] = {2360, -6750, 8436, -6299, -1818, 16221, -14468, -3115, 5533};

#endif
