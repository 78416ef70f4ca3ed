/* SPDX-License-Identifier: MIT */
/* Names of the kernels of one instruction set.
 * The sources beside this file are compiled once per set, with KERNELS as its name. */
#ifndef OPS_KERNELS_H
#define OPS_KERNELS_H

#include "ops/ops.h"

#define KERNEL_JOIN(set, what) et_##set##_##what
#define KERNEL_NAME(set, what) KERNEL_JOIN(set, what)
#define KERNEL(what) KERNEL_NAME(KERNELS, what)

void KERNEL(gemm)(const struct et_gemm *gemm);
void KERNEL(depthwise)(const struct et_depthwise *depthwise);
void KERNEL(layer_norm)(const struct et_layer_norm *norm);
void KERNEL(sum_pixels)(const float *data, ptrdiff_t pixel, ptrdiff_t row, int width, int height, int blocks, float *sums);
void KERNEL(mix)(const float *in, size_t step, const float *share, int shares, size_t count, float *out);
void KERNEL(scale_inputs)(const float *in, const float *gate, int k, int blocks, float *out);
void KERNEL(gemm_int8)(const struct et_gemm_int8 *gemm);
void KERNEL(depthwise16)(const struct et_depthwise16 *depthwise);
void KERNEL(requantise)(const int16_t *in, size_t pixels, int blocks, const int16_t *multiplier, const int16_t *zero, uint8_t *bytes);
void KERNEL(quantise)(const float *in, size_t pixels, int blocks, const float *per_unit, const int16_t *zero, uint8_t *bytes);

#endif
