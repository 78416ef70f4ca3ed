/* SPDX-License-Identifier: MIT */
/* Kernels that touch each value once or twice: sums, layer normalisation, mixing and scaling of
 * weights. */
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

INLINE vf power_of(vf v, int power)
{
  return power == 2 ? v * v : v;
}

/* Sum over the real channels of (v - shift)^power, power 1 or 2. Whole vectors are summed first,
 * in four chains that do not wait for each other, then the rest one by one, because the padding
 * must not count. */
INLINE float moment(const float *p, int channels, float shift, int power)
{
  vf sum[4] = {splat(0), splat(0), splat(0), splat(0)};
  float rest = 0;
  int c = 0;

  for (; c + 4 * LANES <= channels; c += 4 * LANES)
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
      sum[i] += power_of(load(p + c + i * LANES) - shift, power);
  for (; c + LANES <= channels; c += LANES)
    sum[0] += power_of(load(p + c) - shift, power);
  for (; c < channels; c++)
    rest += power == 2 ? (p[c] - shift) * (p[c] - shift) : p[c] - shift;
  return sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3])) + rest;
}

INLINE void normalise_pixel(const struct et_layer_norm *n, float *p, int blocks)
{
  const float mean = moment(p, n->channels, 0, 1) / (float)n->channels;
  const float variance = moment(p, n->channels, mean, 2) / (float)n->channels;
  const float scale = 1.0f / sqrtf(variance + 1e-5f);

  for (int c = 0; c < blocks * ET_LANES; c += LANES)
    store(p + c, (load(p + c) - mean) * (load(n->weight + c) * scale) + load(n->bias + c));
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
