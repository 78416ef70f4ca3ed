/* SPDX-License-Identifier: MIT */
/* The depthwise convolution over words of four bytes, one under the other, with swish: depthwise.c
 * in 8 bits. One instruction multiplies four rows of the kernel at a time. The results of two
 * columns are rounded together, because they fill a vector of 16-bit values. */
#include "ops/fixed.h"
#include "ops/kernels.h"

enum { COLUMNS = REGISTERS == 32 ? 16 : 8 };

/* Rounds two outputs, stores them, and adds them to `total`. */
INLINE void finish(const struct et_depthwise_int8 *d, ptrdiff_t channel, vf scale, int first, int second, vi a, vi b, vi *total)
{
  const vs v = swish_q10(narrow(scale_sum(a, scale), scale_sum(b, scale)));

  store_halves(d->out + first * d->out_pixel + channel, d->out + second * d->out_pixel + channel, v);
  if (first != second)
    *total += add_halves(v);
  else
    *total += add_halves(v) >> 1;
}

/* `columns`, `k` and `stride` are constants at every call. */
INLINE void convolve(const struct et_depthwise_int8 *d, ptrdiff_t channel, const int8_t *weights, int x, int columns, int k, int stride,
                     vi *total)
{
  const int groups = (k + ET_TAPS - 1) / ET_TAPS;
  const vf scale = load(d->w.scale + channel);
  vi sum[COLUMNS];

#pragma GCC unroll 64
  for (int c = 0; c < columns; c++)
    sum[c] = load_words(bias_of(&d->w) + channel);
  for (int group = 0; group < groups; group++) {
    const uint8_t *in = d->words[group] + x * stride * d->pixel + channel * ET_TAPS;
    vi w[7];

#pragma GCC unroll 64
    for (int kx = 0; kx < k; kx++)
      w[kx] = load_words(weights + (kx * groups + group) * ET_LANES * ET_TAPS);
#pragma GCC unroll 64
    for (int i = 0; i < (columns - 1) * stride + k; i++) {
      const vi v = as_input(load_words(in + i * d->pixel));

#pragma GCC unroll 64
      for (int c = 0; c < columns; c++)
        if (i - c * stride >= 0 && i - c * stride < k)
          sum[c] = dot(sum[c], v, w[i - c * stride]);
      /* Otherwise gcc loads all the inputs first, and has no registers left for the sums. */
      __asm__ volatile("" ::: "memory");
    }
  }
#pragma GCC unroll 64
  for (int c = 0; c < columns; c += 2) {
    const int pair = c + 1 < columns ? c + 1 : c;

    finish(d, channel, scale, x + c, x + pair, sum[c], sum[pair], total);
  }
}

/* For any kernel size and stride: one output at a time. */
INLINE void convolve_any(const struct et_depthwise_int8 *d, ptrdiff_t channel, const int8_t *weights, int x, vi *total)
{
  vi sum = load_words(bias_of(&d->w) + channel);

  for (int group = 0; group < d->groups; group++)
    for (int kx = 0; kx < d->k; kx++)
      sum = dot(sum, as_input(load_words(d->words[group] + (x * d->stride + kx) * d->pixel + channel * ET_TAPS)),
                load_words(weights + (kx * d->groups + group) * ET_LANES * ET_TAPS));
  finish(d, channel, load(d->w.scale + channel), x, x, sum, sum, total);
}

/* One vector of channels; k = 0 stands for any size and stride. */
INLINE void convolve_channels(const struct et_depthwise_int8 *d, ptrdiff_t channel, const int8_t *weights, int k, int stride)
{
  vi total = load_words(d->sums + channel);
  int x = 0;

  for (; k && x + COLUMNS <= d->width; x += COLUMNS)
    convolve(d, channel, weights, x, COLUMNS, k, stride, &total);
  for (; k && COLUMNS > 8 && x + 8 <= d->width; x += 8)
    convolve(d, channel, weights, x, 8, k, stride, &total);
  for (; x < d->width; x++)
    if (k)
      convolve(d, channel, weights, x, 1, k, stride, &total);
    else
      convolve_any(d, channel, weights, x, &total);
  *(vi_unaligned *)(d->sums + channel) = total;
}

INLINE void convolve_row(const struct et_depthwise_int8 *d, int k, int stride)
{
  for (int b = 0; b < d->blocks; b++)
    for (int v = 0; v < BLOCK_VECTORS; v++)
      convolve_channels(d, (ptrdiff_t)b * ET_LANES + (ptrdiff_t)v * LANES,
                        d->w.weights + ((ptrdiff_t)b * d->k * d->groups * ET_LANES + (ptrdiff_t)v * LANES) * ET_TAPS, k, stride);
}

#define ROW_OF(k, stride)                                                                                                                  \
  static __attribute__((noinline)) void row_##k##_##stride(const struct et_depthwise_int8 *d)                                              \
  {                                                                                                                                        \
    convolve_row(d, k, stride);                                                                                                            \
  }

ROW_OF(3, 1)
ROW_OF(3, 2)
ROW_OF(5, 1)
ROW_OF(5, 2)
ROW_OF(7, 1)
ROW_OF(7, 2)
ROW_OF(0, 0)

void KERNEL(depthwise_int8)(const struct et_depthwise_int8 *d)
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
    return row_0_0(d);
  }
}
