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

/* Holds a vector in a register at this point, in the order of the source. */
#if defined(__x86_64__)
#define PIN(v) __asm__ volatile("" : "+v"(v))
#elif defined(__aarch64__)
#define PIN(v) __asm__ volatile("" : "+w"(v))
#else
#define PIN(v)
#endif

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
#if defined(__AVX512F__)
  return _mm512_min_ps(a, b);
#elif defined(__AVX2__)
  return _mm256_min_ps(a, b);
#elif defined(__SSE2__)
  return _mm_min_ps(a, b);
#elif defined(__ARM_NEON)
  return vminq_f32(a, b);
#else
  return -vmax(-a, -b);
#endif
}

INLINE vf clamp(vf v, float low, float high)
{
  return vmin(vmax(v, splat(low)), splat(high));
}

/* a / b, with a relative error under 3e-7. On x86 a division runs beside the multiplications, so
 * that an estimate with a Newton step would take longer. On ARM nothing runs beside it. */
INLINE vf divide(vf a, vf b)
{
#if defined(__ARM_NEON) && defined(__aarch64__)
  vf r = vrecpeq_f32(b);

  r *= vrecpsq_f32(b, r);
  r *= vrecpsq_f32(b, r);
  return a * r;
#else
  return a / b;
#endif
}

INLINE float sum_lanes(vf v)
{
#if defined(__AVX512F__)
  return _mm512_reduce_add_ps(v);
#elif defined(__ARM_NEON) && defined(__aarch64__)
  return vaddvq_f32(v);
#else
  typedef float quarter __attribute__((vector_size(16)));
#if defined(__AVX2__)
  quarter s = _mm256_castps256_ps128(v) + _mm256_extractf128_ps(v, 1);
#else
  quarter s = v;
#endif
  s += __builtin_shufflevector(s, s, 2, 3, 0, 1);
  return s[0] + s[1];
#endif
}

/* 1 + e^-v for v in -87..87. -v / ln 2 = n + f; an integer shift puts n + 127 into the exponent's
 * bits, which makes 2^n, and the minimax polynomial of degree 4 on -1/2..1/2 gives 2^f with a
 * relative error of 2.6e-6. */
INLINE vf one_plus_exponential(vf v)
{
  const float to_integer = 12582912.0f + 127; /* 1.5 * 2^23: the sum's low bits hold the integer */
  vf shifted = v * -1.44269504f + to_integer;
  vf f = v * -1.44269504f - (shifted - to_integer);
  vf p = splat(9.5701019e-3f);

  p = p * f + 5.5917860e-2f;
  p = p * f + 2.4024745e-1f;
  p = p * f + 6.9312181e-1f;
  p = p * f + 9.9999926e-1f;
  return p * (vf)((vi)shifted << 23) + 1.0f;
}

/* 1 / (1 + e^-v) for every v. The error is under 1e-6, and under 8e-6 of the result for v in
 * -87..87. */
INLINE vf sigmoid(vf v)
{
  return divide(splat(1), one_plus_exponential(clamp(v, -87.0f, 87.0f)));
}

/* v / (1 + e^-v) for every v. The error is under 1e-6 (1 + |result|), and under 8e-6 of the result
 * for v in -87..87. */
INLINE vf swish(vf v)
{
  v = vmax(v, splat(-87)); /* below, swish is zero, and -87 divides to it */
  return divide(v, one_plus_exponential(vmin(v, splat(87))));
}

INLINE vf activate(vf v, enum et_activation activation)
{
  switch (activation) {
  case ET_RELU:
    return vmax(v, splat(0));
  case ET_SWISH:
    return swish(v);
  case ET_SIGMOID:
    return sigmoid(v);
  case ET_HARD_SIGMOID:
    return clamp(v + 3.0f, 0.0f, 6.0f) * (1.0f / 6.0f);
  default:
    return v;
  }
}

#endif
