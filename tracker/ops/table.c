/* SPDX-License-Identifier: MIT */
/* The table of one instruction set's kernels. */
#include "ops/kernels.h"

#define TABLE_JOIN(set) et_ops_##set
#define TABLE_NAME(set) TABLE_JOIN(set)
#define QUOTE_JOIN(set) #set
#define QUOTE(set) QUOTE_JOIN(set)

extern const struct et_ops TABLE_NAME(KERNELS);

/* Without an instruction that adds products of bytes, floats are faster. */
#if defined(__AVX2__) || defined(__ARM_FEATURE_DOTPROD)
enum { PREFERS_INT8 = 1 };
#else
enum { PREFERS_INT8 = 0 };
#endif

const struct et_ops TABLE_NAME(KERNELS) = {
  .name = QUOTE(KERNELS),
  .prefers_int8 = PREFERS_INT8,
  .gemm = KERNEL(gemm),
  .depthwise = KERNEL(depthwise),
  .layer_norm = KERNEL(layer_norm),
  .sum_pixels = KERNEL(sum_pixels),
  .mix = KERNEL(mix),
  .scale_inputs = KERNEL(scale_inputs),
  .int8 =
    {
      .gemm = KERNEL(gemm_int8),
      .depthwise = KERNEL(depthwise16),
      .requantise = KERNEL(requantise),
      .quantise = KERNEL(quantise),
    },
};
