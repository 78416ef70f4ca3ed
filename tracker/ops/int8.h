/* SPDX-License-Identifier: MIT */
/* The kernels of layers in 8 and 16 bits. Every set gives the same bits as the portable one.
 *
 * Dense layers multiply bytes. An input q = 0..255 of channel c means scale[c] * (q - zero[c]). A
 * weight is -127..127, and there is a scale per output; the inputs' scales are in the weights. Sums
 * have 32 bits. Four bytes of an input that follow each other are multiplied by four weights at a
 * time. Two neighbouring weights (0 and 1, 2 and 3 of each four) add up to at most ET_PAIR_LIMIT in
 * magnitude if their signs agree, so that the sum of two products fits 16 bits (vpmaddubsw).
 *
 * Depthwise layers multiply 16-bit values, because 8 bits for their inputs are what breaks such a
 * network. Each channel has a binary point of its own. A product is rounded to 16 bits. The weights
 * are such that no sum of products leaves 16 bits (the model's loader checks it), because additions
 * that saturate are slower.
 *
 * Between them is swish, which takes and gives 16-bit values. So a sum is rounded once on its way
 * through swish. */
#ifndef OPS_INT8_H
#define OPS_INT8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ops/layout.h"

enum {
  ET_TAPS = 4,            /* bytes that are multiplied at a time */
  ET_PAIR_LIMIT = 128,    /* of two neighbouring weights with equal signs */
  ET_SIGN_OFFSET = 128,   /* what instructions for signed inputs subtract from them */
  ET_MOST_SWISH_BITS = 13 /* fraction bits of what swish takes */
};

/* The weights of a dense layer: [block of outputs][k / 4][ET_LANES][4]. The vectors have a value
 * per output. `bias` is in units of a sum, less what the inputs' zeros add to it. `signed_bias` is
 * the bias for inputs less ET_SIGN_OFFSET. `scale` turns a sum into the output: a float, a byte of
 * the next layer, or a 16-bit value. */
struct et_weights_int8 {
  const int8_t *weights;
  const int32_t *bias, *signed_bias;
  const float *scale;
};

/* Swish of 16-bit values with F fraction bits, F = 0..ET_MOST_SWISH_BITS, per channel. */
struct et_swish {
  const int16_t *end;  /* min(8 * 2^F, 2^15) - 1: from there on swish is the identity or 0 */
  const int16_t *lift; /* 2^(ET_MOST_SWISH_BITS - F) */
  const int16_t *unit; /* 2^F */
};

/* A matrix product over a picture of bytes. Each output pixel is one of
 *   floats: sum * scale, or its relu, + residual
 *   bytes:  clamp(round(sum * scale))
 *   shorts: min(swish(round(sum * scale)), most) * gain */
struct et_gemm_int8 {
  const uint8_t *a;
  ptrdiff_t a_pixel, a_row; /* bytes */
  int width, height;        /* in pixels */
  int k;                    /* inputs, a multiple of ET_TAPS; a whole block of bytes may be read */
  struct et_weights_int8 w;
  int blocks;
  float *floats; /* one of these three is the output */
  uint8_t *bytes;
  int16_t *shorts;
  ptrdiff_t out_pixel, out_row; /* in values */
  bool relu;                    /* floats alone; bytes always, because none is below 0 */
  const float *residual;        /* NULL = none; laid out like `floats`; may be `floats` */
  struct et_swish swish;
  const int16_t *most, *gain; /* most * gain <= 2^15 - 1 */
};

/* One row of a depthwise k x k convolution with swish:
 * sum = bias; for ky, for kx: sum += rows[ky][x * stride + kx] * weight / 2^15; out = swish(sum).
 * weights: [block][k * k][ET_LANES]; sums: a value per channel, to which every output of the row is
 * added. */
struct et_depthwise16 {
  const int16_t *const *rows; /* k of them, each at the leftmost tap of output 0 */
  ptrdiff_t pixel;            /* values between input pixels */
  int width;                  /* of the output */
  int k, stride, blocks;
  const int16_t *weights, *bias;
  struct et_swish swish;
  int16_t *out;
  ptrdiff_t out_pixel;
  int32_t *sums;
};

struct et_ops_int8 {
  void (*gemm)(const struct et_gemm_int8 *gemm);
  void (*depthwise)(const struct et_depthwise16 *depthwise);
  /* bytes = clamp(round(in * multiplier / 2^15) + zero), with multiplier and zero per channel */
  void (*requantise)(const int16_t *in, size_t pixels, int blocks, const int16_t *multiplier, const int16_t *zero, uint8_t *bytes);
  /* bytes = clamp(round(in * per_unit) + zero), with both per channel */
  void (*quantise)(const float *in, size_t pixels, int blocks, const float *per_unit, const int16_t *zero, uint8_t *bytes);
};

#endif
