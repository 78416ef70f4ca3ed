/* SPDX-License-Identifier: MIT */
/* The kernels of layers whose weights and inputs have 8 bits. Every set gives the same bits as the
 * portable one.
 *
 * Inputs are bytes, q = 0..255, and mean scale * (q - zero). Weights are -127..127 and mean
 * scale * q, with a scale per output. Sums have 32 bits. Four bytes of an input that follow each
 * other are multiplied by four weights at a time. Two neighbouring weights (0 and 1, 2 and 3 of
 * each four) add up to at most 128 in magnitude if their signs agree, so that a sum of two products
 * fits 16 bits (vpmaddubsw of AVX2).
 *
 * A sum is rounded once on its way through swish: to 16 bits in units of 1/1024 (Q10), saturated at
 * +-32. Swish is computed in these units (et_swish_q10 in fixed.h). */
#ifndef OPS_INT8_H
#define OPS_INT8_H

#include <stddef.h>
#include <stdint.h>

#include "ops/layout.h"

enum {
  ET_TAPS = 4,          /* bytes that are multiplied at a time */
  ET_Q10 = 1024,        /* units of 16-bit values per 1 */
  ET_PAIR_LIMIT = 128,  /* of two neighbouring weights with equal signs */
  ET_SIGN_OFFSET = 128, /* what instructions for signed inputs subtract from them */
};

/* The weights of one layer.
 * dense: [block of outputs][k / 4][ET_LANES][4]; depthwise: [block][kx][group of 4 ky][ET_LANES][4].
 * The vectors have [blocks * ET_LANES] values. `bias` is in units of a sum, less what `zero` of the
 * inputs adds to it. `signed_bias` is the bias for inputs less ET_SIGN_OFFSET. `scale` turns a sum
 * into the output: into Q10 before swish, otherwise into a float, or into the bytes of a relu. */
struct et_weights_int8 {
  const int8_t *weights;
  const int32_t *bias, *signed_bias;
  const float *scale;
};

/* A value in Q10 becomes byte clamp(value * multiplier / 2^15 + zero), rounded to nearest. */
struct et_requantise {
  const int16_t *multiplier, *zero; /* [blocks * ET_LANES] */
};

/* A matrix product over a picture of bytes. Each output pixel is one of
 *   floats: activation(sum * scale) + residual        linear or relu
 *   bytes:  clamp(round(sum * scale))                 relu
 *   bytes:  requantise(swish(sum * scale))            swish */
struct et_gemm_int8 {
  const uint8_t *a;
  ptrdiff_t a_pixel, a_row; /* bytes */
  int width, height;        /* in pixels */
  int k;                    /* inputs, a multiple of ET_TAPS */
  struct et_weights_int8 w;
  int blocks;
  enum et_activation activation;   /* linear, relu or swish */
  struct et_requantise requantise; /* swish */
  uint8_t *bytes;                  /* NULL: floats */
  float *floats;
  const float *residual;        /* NULL = none; laid out like `floats`; may be `floats` */
  ptrdiff_t out_pixel, out_row; /* bytes or floats */
};

/* One row of a depthwise k x k convolution with swish. `groups` = ceil(k / 4) rows of words: word
 * [x][channel] of group g has the bytes of kernel rows 4 g to 4 g + 3 at the leftmost tap of output
 * 0, one under the other. Weights of rows past the kernel are zero.
 * sums: [blocks * ET_LANES], to which every output of the row is added. */
struct et_depthwise_int8 {
  const uint8_t *const *words;
  ptrdiff_t pixel; /* bytes between input pixels: 4 * blocks * ET_LANES */
  int width;       /* of the output */
  int k, stride, groups, blocks;
  struct et_weights_int8 w;
  int16_t *out; /* Q10 */
  ptrdiff_t out_pixel;
  int32_t *sums;
};

struct et_ops_int8 {
  void (*gemm)(const struct et_gemm_int8 *gemm);
  void (*depthwise)(const struct et_depthwise_int8 *depthwise);
  /* words[i] = rows[0][i], rows[1][i], rows[2][i], rows[3][i]; `count` is a multiple of ET_LANES */
  void (*interleave)(const uint8_t *const rows[ET_TAPS], size_t count, uint8_t *words);
  /* bytes = clamp(round(in * multiplier / 2^15) + zero) at every pixel; a multiplier per channel */
  void (*requantise)(const int16_t *in, size_t pixels, int blocks, const int16_t *multiplier, int zero, uint8_t *bytes);
  /* bytes = clamp(round(in * per_unit) + zero); `count` is a multiple of ET_LANES */
  void (*quantise)(const float *in, size_t count, float per_unit, int zero, uint8_t *bytes);
};

#endif
