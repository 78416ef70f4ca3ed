/* SPDX-License-Identifier: MIT */
/* Kernels that touch each value once or twice: sums over pixels, layer normalisation, mixing and scaling of packed weights. */
#include <math.h>

#include "ops/kernels.h"
#include "ops/vector.h"

void KERNEL(sum_pixels)(const float *data, ptrdiff_t pixel, ptrdiff_t row, int width, int height, int blocks, float *sums)
{
  for (ptrdiff_t c = 0; c < (ptrdiff_t)blocks * ET_LANES; c += LANES) {
    vf even = splat(0), odd = splat(0);

    for (int y = 0; y < height; y++) {
      const float *p = data + y * row + c;
      int x = 0;

      for (; x + 2 <= width; x += 2, p += 2 * pixel) {
        even += load(p);
        odd += load(p + pixel);
      }
      if (x < width)
        even += load(p);
    }
    store(sums + c, even + odd);
  }
}

INLINE void normalise_pixel(const struct et_layer_norm *n, float *p, int blocks)
{
  vf sum = splat(0), squares = splat(0);
  float mean, variance, scale;

  for (int c = 0; c < blocks * ET_LANES; c += LANES)
    sum += load(p + c);
  mean = sum_lanes(sum) / (float)n->channels;
  for (int c = 0; c < blocks * ET_LANES; c += LANES) {
    vf v = load(p + c) - mean;

    squares += v * v;
  }
  /* The padding holds zeros, each of which added mean * mean. */
  variance = (sum_lanes(squares) - (float)(blocks * ET_LANES - n->channels) * mean * mean) / (float)n->channels;
  scale = 1.0f / sqrtf(variance + 1e-5f);
  for (int c = 0; c < blocks * ET_LANES; c += LANES)
    store(p + c, (load(p + c) - mean) * scale * load(n->weight + c) + load(n->bias + c));
}

void KERNEL(layer_norm)(const struct et_layer_norm *n)
{
  const int blocks = (int)(et_padded((size_t)n->channels) / ET_LANES);

  for (int y = 0; y < n->height; y++)
    for (int x = 0; x < n->width; x++)
      normalise_pixel(n, n->data + y * n->row + x * n->pixel, blocks);
}

void KERNEL(mix)(const float *in, size_t step, const float *share, int shares, size_t count, float *out)
{
  for (size_t i = 0; i < count; i += LANES) {
    vf acc = load(in + i) * share[0];

    for (int e = 1; e < shares; e++)
      acc += load(in + (size_t)e * step + i) * share[e];
    store(out + i, acc);
  }
}

void KERNEL(scale_inputs)(const float *in, const float *gate, int k, int blocks, float *out)
{
  for (int b = 0; b < blocks; b++)
    for (int i = 0; i < k; i++)
      for (int v = 0; v < BLOCK_VECTORS; v++) {
        const ptrdiff_t at = ((ptrdiff_t)b * k + i) * ET_LANES + v * LANES;

        store(out + at, load(in + at) * gate[i]);
      }
}
