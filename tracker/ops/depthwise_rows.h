/* SPDX-License-Identifier: MIT */
/* The sizes of depthwise kernels that have code of their own, and the choice among them.
 *
 * A file defines `INLINE void convolve_row(const struct TYPE *, int k, int stride)`, in which k = 0
 * stands for any size and stride, and then DEPTHWISE_ROWS(NAME, TYPE), which makes KERNEL(NAME). */
#ifndef OPS_DEPTHWISE_ROWS_H
#define OPS_DEPTHWISE_ROWS_H

#include "ops/kernels.h"

#define DEPTHWISE_ROW(type, k, stride)                                                                                                     \
  static __attribute__((noinline)) void row_##k##_##stride(const struct type *d)                                                           \
  {                                                                                                                                        \
    convolve_row(d, k, stride);                                                                                                            \
  }

#define DEPTHWISE_ROWS(name, type)                                                                                                         \
  DEPTHWISE_ROW(type, 0, 0)                                                                                                                \
  DEPTHWISE_ROW(type, 3, 1)                                                                                                                \
  DEPTHWISE_ROW(type, 3, 2)                                                                                                                \
  DEPTHWISE_ROW(type, 5, 1)                                                                                                                \
  DEPTHWISE_ROW(type, 5, 2)                                                                                                                \
  DEPTHWISE_ROW(type, 7, 1)                                                                                                                \
  DEPTHWISE_ROW(type, 7, 2)                                                                                                                \
                                                                                                                                           \
  void KERNEL(name)(const struct type *d)                                                                                                  \
  {                                                                                                                                        \
    switch (d->k * 10 + d->stride) {                                                                                                       \
    case 31:                                                                                                                               \
      return row_3_1(d);                                                                                                                   \
    case 32:                                                                                                                               \
      return row_3_2(d);                                                                                                                   \
    case 51:                                                                                                                               \
      return row_5_1(d);                                                                                                                   \
    case 52:                                                                                                                               \
      return row_5_2(d);                                                                                                                   \
    case 71:                                                                                                                               \
      return row_7_1(d);                                                                                                                   \
    case 72:                                                                                                                               \
      return row_7_2(d);                                                                                                                   \
    default:                                                                                                                               \
      return row_0_0(d);                                                                                                                   \
    }                                                                                                                                      \
  }

#endif
