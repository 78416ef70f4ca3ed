/* SPDX-License-Identifier: MIT */
/* The depthwise convolution in 16 bits, with swish: depthwise.c with half the bits.
 *
 * A multiplication and an addition of 16-bit values work on twice as many channels as one of floats
 * that does both, and more units can do them. */
#include "ops/depthwise_rows.h"
#include "ops/fixed.h"

enum { COLUMNS = REGISTERS == 32 ? 16 : 8, FEWER_COLUMNS = 4, MOST_TAPS = 7 };

/* Some channels of one row: where they are, and what they need. */
struct channels {
  const struct et_depthwise16 *d;
  ptrdiff_t channel;
  const int16_t *weights;
  vs bias;
  struct swish swish;
  vi total[WIDE];
};

INLINE void finish(struct channels *n, int x, vs sum)
{
  const vs v = swish_of(sum, n->swish);

  add_shorts(n->total, v);
  store_shorts(n->d->out + x * n->d->out_pixel + n->channel, v);
}

/* `columns`, `k` and `stride` are constants at every call. */
INLINE void convolve(struct channels *n, int x, int columns, int k, int stride)
{
  const struct et_depthwise16 *d = n->d;
  const ptrdiff_t pixel = d->pixel, at = x * stride * pixel + n->channel;
  vs sum[COLUMNS];

#pragma GCC unroll 64
  for (int c = 0; c < columns; c++)
    sum[c] = n->bias;
  for (int ky = 0; ky < k; ky++) {
    const int16_t *in = d->rows[ky] + at;
    vs w[MOST_TAPS];

#pragma GCC unroll 64
    for (int kx = 0; kx < k; kx++)
      w[kx] = load_shorts(n->weights + (ptrdiff_t)(ky * k + kx) * ET_LANES);
#pragma GCC unroll 64
    for (int i = 0; i < (columns - 1) * stride + k; i++) {
      const vs v = load_shorts(in + i * pixel);

#pragma GCC unroll 64
      for (int c = 0; c < columns; c++)
        if (i - c * stride >= 0 && i - c * stride < k) {
          sum[c] = add_product_q15(sum[c], v, w[i - c * stride]);
          PIN(sum[c]); /* else gcc computes all products first, and keeps them on the stack */
        }
    }
  }
#pragma GCC unroll 64
  for (int c = 0; c < columns; c++)
    finish(n, x + c, sum[c]);
}

/* For any kernel size and stride: one output at a time. */
static void convolve_any(struct channels *n, int x)
{
  const struct et_depthwise16 *d = n->d;
  vs sum = n->bias;

  for (int ky = 0; ky < d->k; ky++)
    for (int kx = 0; kx < d->k; kx++)
      sum = add_product_q15(sum, load_shorts(d->rows[ky] + (x * d->stride + kx) * d->pixel + n->channel),
                            load_shorts(n->weights + (ptrdiff_t)(ky * d->k + kx) * ET_LANES));
  finish(n, x, sum);
}

/* k = 0 stands for any size and stride. */
INLINE void convolve_channels(struct channels *n, int k, int stride)
{
  const int width = n->d->width;
  int x = 0;

  for (; k && x + COLUMNS <= width; x += COLUMNS)
    convolve(n, x, COLUMNS, k, stride);
  for (; k && COLUMNS > 8 && x + 8 <= width; x += 8)
    convolve(n, x, 8, k, stride);
  for (; k && x + FEWER_COLUMNS <= width; x += FEWER_COLUMNS)
    convolve(n, x, FEWER_COLUMNS, k, stride);
  for (; x < width; x++)
    if (k)
      convolve(n, x, 1, k, stride);
    else
      convolve_any(n, x);
}

INLINE void convolve_row(const struct et_depthwise16 *d, int k, int stride)
{
  for (ptrdiff_t c = 0; c < (ptrdiff_t)d->blocks * ET_LANES; c += SHORTS) {
    struct channels n = {
      .d = d,
      .channel = c,
      .weights = d->weights + c / ET_LANES * d->k * d->k * ET_LANES + c % ET_LANES,
      .bias = load_shorts(d->bias + c),
      .swish = load_swish(&d->swish, c),
    };

    for (int i = 0; i < WIDE; i++)
      n.total[i] = load_words(d->sums + c + (ptrdiff_t)i * LANES);
    convolve_channels(&n, k, stride);
    for (int i = 0; i < WIDE; i++)
      store_words(d->sums + c + (ptrdiff_t)i * LANES, n.total[i]);
  }
}

DEPTHWISE_ROWS(depthwise16, et_depthwise16)
