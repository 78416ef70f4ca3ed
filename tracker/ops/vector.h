/* SPDX-License-Identifier: MIT */
/* Vectors of floats as wide as the instruction set, with the few operations that have no
 * operator. */
#ifndef OPS_VECTOR_H
#define OPS_VECTOR_H

#include <stdint.h>
#include <string.h>

#include "ops/ops.h"

#if defined(__AVX512F__)
#include <immintrin.h>
enum { LANES = 16, REGISTERS = 32 };
#elif defined(__AVX2__)
#include <immintrin.h>
enum { LANES = 8, REGISTERS = 16 };
#elif defined(__SSE2__)
#include <emmintrin.h>
enum { LANES = 4, REGISTERS = 16 };
#elif defined(__ARM_NEON)
#include <arm_neon.h>
enum { LANES = 4, REGISTERS = 32 };
#else
enum { LANES = 4, REGISTERS = 16 };
#endif

enum { BLOCK_VECTORS = ET_LANES / LANES };

#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t vi __attribute__((vector_size(LANES * sizeof(int32_t))));
typedef float vf_unaligned __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

INLINE vf load(const float *p)
{
  return *(const vf_unaligned *)p;
}

INLINE void store(float *p, vf v)
{
  *(vf_unaligned *)p = v;
}

INLINE vf splat(float s)
{
#if defined(__AVX512F__)
  return _mm512_set1_ps(s);
#elif defined(__AVX2__)
  return _mm256_set1_ps(s);
#else
  return (vf){s, s, s, s};
#endif
}

INLINE vf vmax(vf a, vf b)
{
#if defined(__AVX512F__)
  return _mm512_max_ps(a, b);
#elif defined(__AVX2__)
  return _mm256_max_ps(a, b);
#elif defined(__SSE2__)
  return _mm_max_ps(a, b);
#elif defined(__ARM_NEON)
  return vmaxq_f32(a, b);
#else
  vi m = a > b;
  return (vf)(((vi)a & m) | ((vi)b & ~m));
#endif
}

INLINE vf vmin(vf a, vf b)
{
  return -vmax(-a, -b);
}

INLINE vf clamp(vf v, float low, float high)
{
#if defined(__AVX512F__)
  return _mm512_min_ps(_mm512_max_ps(v, splat(low)), splat(high));
#elif defined(__AVX2__)
  return _mm256_min_ps(_mm256_max_ps(v, splat(low)), splat(high));
#elif defined(__SSE2__)
  return _mm_min_ps(_mm_max_ps(v, splat(low)), splat(high));
#elif defined(__ARM_NEON)
  return vminq_f32(vmaxq_f32(v, splat(low)), splat(high));
#else
  return vmin(vmax(v, splat(low)), splat(high));
#endif
}

/* 1 / v to about 23 bits. */
INLINE vf reciprocal(vf v)
{
#if defined(__AVX512F__)
  vf r = _mm512_rcp14_ps(v);
  return r * (2.0f - v * r);
#else
  return 1.0f / v;
#endif
}

INLINE float sum_lanes(vf v)
{
#if defined(__AVX512F__)
  return _mm512_reduce_add_ps(v);
#endif
  float lane[LANES], s = 0;

  memcpy(lane, &v, sizeof v);
  for (int step = LANES / 2; step; step /= 2)
    for (int i = 0; i < step; i++)
      lane[i] += lane[i + step];
  s = lane[0];
  return s;
}

/* e^v for v in -87..87, relative error under 3e-7. v = n ln 2 + f; an integer addition puts 2^n
 * into the exponent's bits, and the minimax polynomial of degree 5 on -1/2..1/2 gives 2^f. */
INLINE vf exponential(vf v)
{
  const float to_integer = 12582912.0f; /* 1.5 * 2^23: the sum's low bits hold the rounded value */
  vf t = v * 1.44269504f;
  vf shifted = t + to_integer;
  vf f = t - (shifted - to_integer);
  vf p = splat(1.3333558e-3f);

  p = p * f + 9.6181291e-3f;
  p = p * f + 5.5504109e-2f;
  p = p * f + 2.4022651e-1f;
  p = p * f + 6.9314718e-1f;
  p = p * f + 1.0f;
  return (vf)((vi)p + ((vi)shifted << 23));
}

INLINE vf sigmoid(vf v)
{
#if defined(__AVX512F__)
  vf t = _mm512_min_ps(v * -1.44269504f, splat(126.0f));
  vf f = _mm512_reduce_ps(t, 0x09); /* t - floor(t) */
  vf p = splat(1.8775767e-3f);

  p = p * f + 8.9893397e-3f;
  p = p * f + 5.5826318e-2f;
  p = p * f + 2.4015361e-1f;
  p = p * f + 6.9315308e-1f;
  p = p * f + 9.9999994e-1f;
  return reciprocal(1.0f + _mm512_scalef_ps(p, t));
#else
  return reciprocal(1.0f + exponential(clamp(-v, -87.0f, 87.0f)));
#endif
}

INLINE vf activate(vf v, enum et_activation activation)
{
  switch (activation) {
  case ET_RELU:
    return vmax(v, splat(0));
  case ET_SWISH:
    return v * sigmoid(v);
  case ET_SIGMOID:
    return sigmoid(v);
  case ET_HARD_SIGMOID:
    return clamp(v + 3.0f, 0.0f, 6.0f) * (1.0f / 6.0f);
  default:
    return v;
  }
}

#endif
