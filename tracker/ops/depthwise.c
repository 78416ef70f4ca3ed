/* SPDX-License-Identifier: MIT */
/* The depthwise convolution, row by row: eight or sixteen neighbouring outputs of one vector of
 * channels.
 *
 * Each input vector is loaded once per kernel row and used for all the outputs that it reaches.
 * Eight accumulators, up to seven weights and one input take sixteen registers, which every
 * instruction set has. If there are 32, a large kernel gets sixteen accumulators: with eight, each
 * is waited for as long as one round takes. */
#include "ops/kernels.h"
#include "ops/vector.h"

enum { COLUMNS = 8, MOST_COLUMNS = REGISTERS == 32 ? 16 : 8 };

/* `columns`, `k` and `stride` are constants at every call. */
INLINE void convolve(const struct et_depthwise *d, ptrdiff_t channel, const float *weights, int x, int columns, int k, int stride, vf *sum)
{
  const ptrdiff_t at = x * stride * d->pixel + channel;
  vf acc[MOST_COLUMNS];

#pragma GCC unroll 64
  for (int c = 0; c < columns; c++)
    acc[c] = load(d->bias + channel);
  for (int ky = 0; ky < k; ky++) {
    const float *in = d->rows[ky] + at;
    vf w[7];

#pragma GCC unroll 64
    for (int kx = 0; kx < k; kx++)
      w[kx] = load(weights + (ky * k + kx) * ET_LANES);
#pragma GCC unroll 64
    for (int i = 0; i < (columns - 1) * stride + k; i++) {
      vf v = load(in + i * d->pixel);

#pragma GCC unroll 64
      for (int c = 0; c < columns; c++)
        if (i - c * stride >= 0 && i - c * stride < k)
          acc[c] += v * w[i - c * stride];
      /* Otherwise gcc loads all the inputs first, and has no registers left for the sums. */
      __asm__ volatile("" ::: "memory");
    }
  }
#pragma GCC unroll 64
  for (int c = 0; c < columns; c++) {
    acc[c] = d->activation == ET_SWISH ? activate(acc[c], ET_SWISH) : d->activation == ET_RELU ? activate(acc[c], ET_RELU) : acc[c];
    *sum += acc[c];
    store(d->out + (x + c) * d->out_pixel + channel, acc[c]);
  }
}

/* For any kernel size and stride: one output at a time. */
static void convolve_any(const struct et_depthwise *d, ptrdiff_t channel, const float *weights, int x, vf *sum)
{
  vf acc = load(d->bias + channel);

  for (int ky = 0; ky < d->k; ky++)
    for (int kx = 0; kx < d->k; kx++)
      acc += load(d->rows[ky] + (x * d->stride + kx) * d->pixel + channel) * load(weights + (ky * d->k + kx) * ET_LANES);
  acc = activate(acc, d->activation);
  *sum += acc;
  store(d->out + x * d->out_pixel + channel, acc);
}

INLINE void convolve_row(const struct et_depthwise *d, int k, int stride)
{
  for (int b = 0; b < d->blocks; b++) {
    for (int v = 0; v < BLOCK_VECTORS; v++) {
      const ptrdiff_t channel = b * ET_LANES + v * LANES;
      const float *weights = d->weights + (ptrdiff_t)b * k * k * ET_LANES + v * LANES;
      vf sum = splat(0);
      int x = 0;

      for (; MOST_COLUMNS > COLUMNS && k >= 5 && stride == 1 && x + MOST_COLUMNS <= d->width; x += MOST_COLUMNS)
        convolve(d, channel, weights, x, MOST_COLUMNS, k, stride, &sum);
      for (; x + COLUMNS <= d->width; x += COLUMNS)
        convolve(d, channel, weights, x, COLUMNS, k, stride, &sum);
      for (; x < d->width; x++)
        convolve(d, channel, weights, x, 1, k, stride, &sum);
      if (d->sums)
        store(d->sums + channel, load(d->sums + channel) + sum);
    }
  }
}

static void convolve_row_any(const struct et_depthwise *d)
{
  for (int b = 0; b < d->blocks; b++) {
    for (int v = 0; v < BLOCK_VECTORS; v++) {
      const ptrdiff_t channel = b * ET_LANES + v * LANES;
      vf sum = splat(0);

      for (int x = 0; x < d->width; x++)
        convolve_any(d, channel, d->weights + (ptrdiff_t)b * d->k * d->k * ET_LANES + v * LANES, x, &sum);
      if (d->sums)
        store(d->sums + channel, load(d->sums + channel) + sum);
    }
  }
}

#define ROW_OF(k, stride)                                                                                                                  \
  static __attribute__((noinline)) void row_##k##_##stride(const struct et_depthwise *d)                                                   \
  {                                                                                                                                        \
    convolve_row(d, k, stride);                                                                                                            \
  }

ROW_OF(3, 1)
ROW_OF(3, 2)
ROW_OF(5, 1)
ROW_OF(5, 2)
ROW_OF(7, 1)
ROW_OF(7, 2)

void KERNEL(depthwise)(const struct et_depthwise *d)
{
  switch (d->k * 10 + d->stride) {
  case 31:
    return row_3_1(d);
  case 32:
    return row_3_2(d);
  case 51:
    return row_5_1(d);
  case 52:
    return row_5_2(d);
  case 71:
    return row_7_1(d);
  case 72:
    return row_7_2(d);
  default:
    return convolve_row_any(d);
  }
}
