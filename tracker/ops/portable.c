/* SPDX-License-Identifier: MIT */
/* The reference kernels in plain C, one value at a time.
 * All other sets are compared with them. They run if there is no other set. */
#include <math.h>
#include <string.h>

#include "ops/kernels.h"

extern const struct et_ops et_ops_portable;

static float activate(float v, enum et_activation activation)
{
  switch (activation) {
  case ET_RELU:
    return fmaxf(v, 0);
  case ET_SWISH:
    return v / (1 + expf(-v));
  case ET_SIGMOID:
    return 1 / (1 + expf(-v));
  case ET_HARD_SIGMOID:
    return fminf(fmaxf(v + 3, 0), 6) / 6;
  default:
    return v;
  }
}

static float gemm_output(const struct et_gemm *g, const float *a, int n)
{
  const int depth = g->k * g->segments;
  const float *b = g->b + (ptrdiff_t)(n / ET_LANES) * depth * ET_LANES + n % ET_LANES;
  float sum = g->bias[n];

  for (int s = 0; s < g->segments; s++) {
    float part = 0; /* separate: see the notes in gemm.c */

    for (int k = 0; k < g->k; k++)
      part += a[s * g->a_segment + k] * b[(ptrdiff_t)(s * g->k + k) * ET_LANES];
    sum += part;
  }
  return activate(sum, g->activation);
}

static void gemm(const struct et_gemm *g)
{
  for (int y = 0; y < g->height; y++)
    for (int x = 0; x < g->width; x++)
      for (int n = 0; n < (int)et_padded((size_t)g->outputs); n++) {
        const ptrdiff_t at = y * g->c_row + x * g->c_pixel + n;
        float v = gemm_output(g, g->a + y * g->a_row + x * g->a_pixel, n);

        g->c[at] = g->residual ? v + g->residual[at] : v;
      }
}

static float depthwise_output(const struct et_depthwise *d, int x, int c)
{
  const float *w = d->weights + (ptrdiff_t)(c / ET_LANES) * d->k * d->k * ET_LANES + c % ET_LANES;
  float sum = d->bias[c];

  for (int ky = 0; ky < d->k; ky++)
    for (int kx = 0; kx < d->k; kx++)
      sum += d->rows[ky][(x * d->stride + kx) * d->pixel + c] * w[(ky * d->k + kx) * ET_LANES];
  return activate(sum, d->activation);
}

static void depthwise(const struct et_depthwise *d)
{
  for (int x = 0; x < d->width; x++)
    for (int c = 0; c < d->blocks * ET_LANES; c++) {
      float v = depthwise_output(d, x, c);

      d->out[x * d->out_pixel + c] = v;
      if (d->sums)
        d->sums[c] += v;
    }
}

static void normalise_pixel(const struct et_layer_norm *n, float *p)
{
  float mean = 0, variance = 0;

  for (int c = 0; c < n->channels; c++)
    mean += p[c] / (float)n->channels;
  for (int c = 0; c < n->channels; c++)
    variance += (p[c] - mean) * (p[c] - mean) / (float)n->channels;
  for (int c = 0; c < n->channels; c++)
    p[c] = (p[c] - mean) / sqrtf(variance + 1e-5f) * n->weight[c] + n->bias[c];
}

static void layer_norm(const struct et_layer_norm *n)
{
  for (int y = 0; y < n->height; y++)
    for (int x = 0; x < n->width; x++)
      normalise_pixel(n, n->data + y * n->row + x * n->pixel);
}

static void sum_pixels(const float *data, ptrdiff_t pixel, ptrdiff_t row, int width, int height, int blocks, float *sums)
{
  memset(sums, 0, (size_t)blocks * ET_LANES * sizeof *sums);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < blocks * ET_LANES; c++)
        sums[c] += data[y * row + x * pixel + c];
}

static void mix(const float *in, size_t step, const float *share, int shares, size_t count, float *out)
{
  for (size_t i = 0; i < count; i++) {
    float sum = 0;

    for (int e = 0; e < shares; e++)
      sum += in[(size_t)e * step + i] * share[e];
    out[i] = sum;
  }
}

static void scale_inputs(const float *in, const float *gate, int k, int blocks, float *out)
{
  for (ptrdiff_t i = 0; i < (ptrdiff_t)blocks * k * ET_LANES; i++)
    out[i] = in[i] * gate[i / ET_LANES % k];
}

const struct et_ops et_ops_portable = {
  .name = "portable",
  .gemm = gemm,
  .depthwise = depthwise,
  .layer_norm = layer_norm,
  .sum_pixels = sum_pixels,
  .mix = mix,
  .scale_inputs = scale_inputs,
  .int8 =
    {
      .gemm = KERNEL(gemm_int8),
      .depthwise = KERNEL(depthwise16),
      .requantise = KERNEL(requantise),
      .quantise = KERNEL(quantise),
    },
};
