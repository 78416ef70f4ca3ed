/* SPDX-License-Identifier: MIT */
/* The reference kernels of int8 layers in plain C, one value at a time. All other sets must give
 * the same bits. */
#include <math.h>
#include <stdlib.h>

#include "ops/int8.h"
#include "ops/kernels.h"
#include "ops/swish_fixed.h"

static int clamp(int v, int low, int high)
{
  return v < low ? low : v > high ? high : v;
}

static uint8_t to_byte(int v)
{
  return (uint8_t)clamp(v, 0, UINT8_MAX);
}

/* To nearest, half to even: the rounding mode of every thread here. */
static int round_float(float v)
{
  return (int)lrintf(v);
}

static int to_short(int v)
{
  return clamp(v, INT16_MIN, INT16_MAX);
}

static int multiply_q15(int a, int b)
{
  return (a * b + (1 << 14)) >> 15;
}

static int swish_of(int v, const struct et_swish *s, int channel)
{
  const int u = abs(clamp(v, -s->end[channel], s->end[channel])) * s->lift[channel] + INT16_MIN;
  int p = et_swish_coefficient[ET_SWISH_DEGREE];

  for (int i = ET_SWISH_DEGREE - 1; i >= 0; i--)
    p = multiply_q15(p, u) + et_swish_coefficient[i];
  return (v > 0 ? v : 0) - multiply_q15(p, s->unit[channel]);
}

static int32_t gemm_sum(const struct et_gemm_int8 *g, const uint8_t *a, int n)
{
  const int8_t *w = g->w.weights + (ptrdiff_t)(n / ET_LANES) * g->k * ET_LANES + (ptrdiff_t)(n % ET_LANES) * ET_TAPS;
  int32_t sum = g->w.bias[n];

  for (ptrdiff_t k = 0; k < g->k; k++)
    sum += a[k] * w[k / ET_TAPS * ET_TAPS * ET_LANES + k % ET_TAPS];
  return sum;
}

static int gemm_short(const struct et_gemm_int8 *g, int32_t sum, int n)
{
  return to_short(round_float((float)sum * g->w.scale[n]));
}

static int gemm_swish(const struct et_gemm_int8 *g, int32_t sum, int n)
{
  const int v = swish_of(gemm_short(g, sum, n), &g->swish, n);

  return (v < g->most[n] ? v : g->most[n]) * g->gain[n];
}

static float gemm_float(const struct et_gemm_int8 *g, int32_t sum, ptrdiff_t at, int n)
{
  float v = (float)sum * g->w.scale[n];

  if (g->relu)
    v = fmaxf(v, 0);
  return g->residual ? v + g->residual[at] : v;
}

void KERNEL(gemm_int8)(const struct et_gemm_int8 *g)
{
  for (int y = 0; y < g->height; y++)
    for (int x = 0; x < g->width; x++)
      for (int n = 0; n < g->blocks * ET_LANES; n++) {
        const ptrdiff_t at = y * g->out_row + x * g->out_pixel + n;
        const int32_t sum = gemm_sum(g, g->a + y * g->a_row + x * g->a_pixel, n);

        if (g->shorts)
          g->shorts[at] = (int16_t)gemm_swish(g, sum, n);
        else if (g->bytes)
          g->bytes[at] = to_byte(gemm_short(g, sum, n));
        else
          g->floats[at] = gemm_float(g, sum, at, n);
      }
}

static int depthwise_output(const struct et_depthwise16 *d, int x, int c)
{
  const int16_t *w = d->weights + (ptrdiff_t)(c / ET_LANES) * d->k * d->k * ET_LANES + c % ET_LANES;
  int sum = d->bias[c];

  for (int ky = 0; ky < d->k; ky++)
    for (int kx = 0; kx < d->k; kx++)
      sum += multiply_q15(d->rows[ky][(x * d->stride + kx) * d->pixel + c], w[(ptrdiff_t)(ky * d->k + kx) * ET_LANES]);
  return swish_of(sum, &d->swish, c);
}

void KERNEL(depthwise16)(const struct et_depthwise16 *d)
{
  for (int x = 0; x < d->width; x++)
    for (int c = 0; c < d->blocks * ET_LANES; c++) {
      const int v = depthwise_output(d, x, c);

      d->out[x * d->out_pixel + c] = (int16_t)v;
      d->sums[c] += v;
    }
}

void KERNEL(requantise)(const int16_t *in, size_t pixels, int blocks, const int16_t *multiplier, const int16_t *zero, uint8_t *bytes)
{
  const size_t channels = (size_t)blocks * ET_LANES;

  for (size_t i = 0; i < pixels * channels; i++)
    bytes[i] = to_byte(multiply_q15(in[i], multiplier[i % channels]) + zero[i % channels]);
}

void KERNEL(quantise)(const float *in, size_t pixels, int blocks, const float *per_unit, const int16_t *zero, uint8_t *bytes)
{
  const size_t channels = (size_t)blocks * ET_LANES;

  for (size_t i = 0; i < pixels * channels; i++)
    bytes[i] = to_byte(round_float(fminf(fmaxf(in[i] * per_unit[i % channels], INT16_MIN), INT16_MAX)) + zero[i % channels]);
}
