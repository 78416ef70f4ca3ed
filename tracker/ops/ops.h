/* SPDX-License-Identifier: MIT */
/* The table of kernels: everything that the network computes on pictures goes through it.
 *
 * Layout. A picture is channels last: the floats of one pixel follow each other. `pixel` floats
 * lead from one pixel to the next, `row` floats from one row to the next. Channels come in blocks
 * of ET_LANES. Pixels and weights are padded with zeros up to a whole block, so that no kernel has
 * a remainder of channels. All pointers to blocks are aligned to 64 bytes. The packed weights are
 * the same for every instruction set, so that one model in memory serves all. */
#ifndef OPS_OPS_H
#define OPS_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include "ops/int8.h"
#include "ops/layout.h"

/* A matrix product over a picture. Every output pixel is activation(bias + runs * b) + residual.
 * `runs` are `segments` runs of `k` floats that start at its input pixel. A 1x1 convolution has one
 * segment. A 3x3 one has three (its rows), each of 3 * channels floats.
 * b: [block of outputs][segments * k][ET_LANES]; bias: [blocks * ET_LANES]. What the last block has
 * past `outputs` is padding. Its weights, bias and residual are zeros, and it is written as
 * zeros or as activation(0). */
struct et_gemm {
  const float *a;
  ptrdiff_t a_pixel, a_row, a_segment;
  int width, height; /* of the output, in pixels */
  int k, segments;
  const float *b, *bias;
  int outputs; /* without the padding */
  enum et_activation activation;
  const float *residual; /* NULL = none; laid out like the output; may be the output itself */
  float *c;
  ptrdiff_t c_pixel, c_row;
};

/* One row of a depthwise k x k convolution:
 * out[x] = activation(bias + sum of weights * rows[ky][x * stride + kx]).
 * weights: [block][k * k][ET_LANES]; sums: [blocks * ET_LANES], to which every output of the row is
 * added (NULL = not wanted). */
struct et_depthwise {
  const float *const *rows; /* k of them, each at the leftmost tap of output 0 */
  ptrdiff_t pixel;          /* floats between input pixels */
  int width;                /* of the output */
  int k, stride;
  int blocks;
  const float *weights, *bias;
  enum et_activation activation;
  float *out;
  ptrdiff_t out_pixel;
  float *sums;
};

/* Layer normalisation over the channels of each pixel, in place:
 * (v - mean) / sqrt(variance + 1e-5) * weight + bias. */
struct et_layer_norm {
  float *data;
  ptrdiff_t pixel, row;
  int width, height;
  int channels; /* without the padding, which stays zero because weight and bias are zero there */
  const float *weight, *bias;
};

/* Thread-safety: kernels keep no state. RT-safe. */
struct et_ops {
  const char *name;
  bool prefers_int8; /* layers in 8 bits take less time than those in floats */
  void (*gemm)(const struct et_gemm *gemm);
  void (*depthwise)(const struct et_depthwise *depthwise);
  void (*layer_norm)(const struct et_layer_norm *norm);
  /* sums[c] = sum over all pixels of data[.][c] */
  void (*sum_pixels)(const float *data, ptrdiff_t pixel, ptrdiff_t row, int width, int height, int blocks, float *sums);
  /* out[i] = sum over e of share[e] * in[e * step + i], i < count (a multiple of ET_LANES) */
  void (*mix)(const float *in, size_t step, const float *share, int shares, size_t count, float *out);
  /* out[block][k][lane] = in[block][k][lane] * gate[k]: scales the inputs of a packed matrix; `in`
   * may be `out` */
  void (*scale_inputs)(const float *in, const float *gate, int k, int blocks, float *out);
  struct et_ops_int8 int8;
};

/* The kernels of that name: "portable"; on x86-64 "sse2", "avx2", "avxvnni", "avx512",
 * "avx512vnni"; on aarch64 "neon", "dotprod", "i8mm". For NULL the fastest that this processor
 * runs. Returns NULL if it cannot run them or this build does not have them. */
const struct et_ops *et_ops_find(const char *name);

/* The sets that this processor runs, "portable" first, the fastest last; NULL past the end. */
const struct et_ops *et_ops_at(size_t index);

#endif
