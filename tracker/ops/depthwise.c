/* SPDX-License-Identifier: MIT */
/* The depthwise convolution, row by row: eight or sixteen neighbouring outputs of one vector of
 * channels.
 *
 * Design notes. Each input vector is loaded once per kernel row and used for all the outputs that
 * it reaches. Eight sums, the weights of a kernel row and one input take sixteen registers, which
 * every instruction set has. If there are 32, a large kernel gets sixteen sums: with eight, each
 * is waited for as long as one round takes. A weight that finds no register is read again for each
 * use.
 *
 * Left alone, gcc loads all the inputs of a row first, or one input several times, and then has no
 * registers left for the sums. PIN stops it: a pinned value is in a register at that point.
 *
 * All vectors of a block of channels are done before the next columns, because they share cache
 * lines. */
#include "ops/depthwise_rows.h"
#include "ops/vector.h"

enum { COLUMNS = 8, MOST_COLUMNS = REGISTERS == 32 ? 16 : 8, MOST_TAPS = 7 };

INLINE vf finish(const struct et_depthwise *d, vf v)
{
  return d->activation == ET_SWISH ? activate(v, ET_SWISH) : d->activation == ET_RELU ? activate(v, ET_RELU) : v;
}

/* Returns the sum of the outputs. `columns`, `k` and `stride` are constants at every call. */
INLINE vf convolve(const struct et_depthwise *d, ptrdiff_t channel, const float *weights, int x, int columns, int k, int stride)
{
  const ptrdiff_t pixel = d->pixel, at = x * stride * pixel + channel;
  const int kept = REGISTERS - columns - 2; /* weights that have a register */
  vf acc[MOST_COLUMNS], w[MOST_TAPS], sum = splat(0);

#pragma GCC unroll 64
  for (int c = 0; c < columns; c++)
    acc[c] = load(d->bias + channel);
  for (int ky = 0; ky < k; ky++, weights += k * ET_LANES) {
    const float *in = d->rows[ky] + at, *again = weights;

#pragma GCC unroll 64
    for (int kx = 0; kx < k; kx++)
      w[kx] = load(weights + kx * ET_LANES);
#pragma GCC unroll 64
    for (int i = 0; i < (columns - 1) * stride + k; i++) {
      vf v = load(in);

      PIN(v);
#pragma GCC unroll 64
      for (int c = 0; c < columns; c++) {
        const int kx = i - c * stride;

        if (kx >= 0 && kx < k)
          acc[c] += v * (kx < kept ? w[kx] : load(again + kx * ET_LANES));
        if (kx == k - 1)
          PIN(acc[c]);
      }
      in += pixel;
      __asm__ volatile("" : "+r"(in), "+r"(again));
    }
  }
#pragma GCC unroll 64
  for (int c = 0; c < columns; c++) {
    acc[c] = finish(d, acc[c]);
    sum += acc[c];
    store(d->out + (x + c) * d->out_pixel + channel, acc[c]);
  }
  return sum;
}

/* For any kernel size and stride: one output at a time. */
INLINE vf convolve_any(const struct et_depthwise *d, ptrdiff_t channel, const float *weights, int x)
{
  vf acc = load(d->bias + channel);

  for (int ky = 0; ky < d->k; ky++)
    for (int kx = 0; kx < d->k; kx++)
      acc += load(d->rows[ky] + (x * d->stride + kx) * d->pixel + channel) * load(weights + (ky * d->k + kx) * ET_LANES);
  acc = activate(acc, d->activation);
  store(d->out + x * d->out_pixel + channel, acc);
  return acc;
}

/* Columns x and following of a block of channels. If `k` is 0, the kernel is of any size. */
INLINE void convolve_block(const struct et_depthwise *d, int block, int x, int columns, int k, int stride)
{
  for (int v = 0; v < BLOCK_VECTORS; v++) {
    const ptrdiff_t channel = block * ET_LANES + v * LANES;
    const float *weights = d->weights + (ptrdiff_t)block * d->k * d->k * ET_LANES + v * LANES;
    vf sum = k == 0 ? convolve_any(d, channel, weights, x) : convolve(d, channel, weights, x, columns, k, stride);

    if (d->sums)
      store(d->sums + channel, load(d->sums + channel) + sum);
  }
}

INLINE void convolve_row(const struct et_depthwise *d, int k, int stride)
{
  for (int block = 0; block < d->blocks; block++) {
    int x = 0;

    if (k >= 5 && stride == 1 && MOST_COLUMNS > COLUMNS)
      for (; x + MOST_COLUMNS <= d->width; x += MOST_COLUMNS)
        convolve_block(d, block, x, MOST_COLUMNS, k, stride);
    if (k > 0)
      for (; x + COLUMNS <= d->width; x += COLUMNS)
        convolve_block(d, block, x, COLUMNS, k, stride);
    for (; x < d->width; x++)
      convolve_block(d, block, x, 1, k, stride);
  }
}

DEPTHWISE_ROWS(depthwise, et_depthwise)
