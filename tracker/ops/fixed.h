/* SPDX-License-Identifier: MIT */
/* Vectors of 8 and 16-bit integers, beside those of floats: what the kernels of int8 layers need.
 *
 * A vector of 16-bit values holds two vectors of 32-bit ones, the first in its lower half. */
#ifndef OPS_FIXED_H
#define OPS_FIXED_H

#include "ops/int8.h"
#include "ops/swish_q10.h"
#include "ops/vector.h"

typedef int16_t vs __attribute__((vector_size(2 * LANES * sizeof(int16_t))));
typedef int16_t vs_unaligned __attribute__((vector_size(2 * LANES * sizeof(int16_t)), aligned(2)));
typedef int16_t half_vs __attribute__((vector_size(LANES * sizeof(int16_t))));
typedef int32_t vi_unaligned __attribute__((vector_size(LANES * sizeof(int32_t)), aligned(1)));

INLINE vi load_words(const void *p)
{
  return *(const vi_unaligned *)p;
}

/* The same four bytes in every lane. */
INLINE vi four_bytes(const uint8_t *p)
{
  int32_t word;

  memcpy(&word, p, sizeof word);
#if defined(__AVX512F__)
  return (vi)_mm512_set1_epi32(word);
#elif defined(__AVX2__)
  return (vi)_mm256_set1_epi32(word);
#elif defined(__SSE2__)
  return (vi)_mm_set1_epi32(word);
#elif defined(__ARM_NEON)
  return vdupq_n_s32(word);
#endif
}

INLINE vs splat_short(int16_t s)
{
#if defined(__AVX512F__)
  return (vs)_mm512_set1_epi16(s);
#elif defined(__AVX2__)
  return (vs)_mm256_set1_epi16(s);
#elif defined(__SSE2__)
  return (vs)_mm_set1_epi16(s);
#elif defined(__ARM_NEON)
  return vdupq_n_s16(s);
#endif
}

/* Whether inputs are multiplied as signed numbers, less ET_SIGN_OFFSET. */
#if defined(__ARM_FEATURE_MATMUL_INT8) || !defined(__ARM_NEON)
enum { SIGNED_INPUTS = 0 };
#else
enum { SIGNED_INPUTS = 1 };
#endif

INLINE const int32_t *bias_of(const struct et_weights_int8 *w)
{
  return SIGNED_INPUTS ? w->signed_bias : w->bias;
}

/* Four unsigned bytes as they are stored, made ready for dot(). */
INLINE vi as_input(vi bytes)
{
  return SIGNED_INPUTS ? bytes ^ (int32_t)0x80808080 : bytes;
}

/* sum + the products of each lane's four inputs and four weights. */
INLINE vi dot(vi sum, vi inputs, vi weights)
{
#if defined(__AVX512VNNI__)
  return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)inputs, (__m512i)weights);
#elif defined(__AVX512F__)
  const __m512i pairs = _mm512_maddubs_epi16((__m512i)inputs, (__m512i)weights);

  return sum + (vi)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
#elif defined(__AVXVNNI__)
  return (vi)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)inputs, (__m256i)weights);
#elif defined(__AVX2__)
  const __m256i pairs = _mm256_maddubs_epi16((__m256i)inputs, (__m256i)weights);

  return sum + (vi)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#elif defined(__SSE2__)
  /* Even and odd bytes apart, each as 16 bits. */
  const __m128i even =
    _mm_madd_epi16(_mm_and_si128((__m128i)inputs, _mm_set1_epi16(255)), _mm_srai_epi16(_mm_slli_epi16((__m128i)weights, 8), 8));
  const __m128i odd = _mm_madd_epi16(_mm_srli_epi16((__m128i)inputs, 8), _mm_srai_epi16((__m128i)weights, 8));

  return sum + (vi)even + (vi)odd;
#elif defined(__ARM_FEATURE_MATMUL_INT8)
  return vusdotq_s32(sum, vreinterpretq_u8_s32(inputs), vreinterpretq_s8_s32(weights));
#elif defined(__ARM_FEATURE_DOTPROD)
  return vdotq_s32(sum, vreinterpretq_s8_s32(inputs), vreinterpretq_s8_s32(weights));
#elif defined(__ARM_NEON)
  const int8x16_t a = vreinterpretq_s8_s32(inputs), w = vreinterpretq_s8_s32(weights);
  const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(a), vget_low_s8(w)));
  const int32x4_t high = vpaddlq_s16(vmull_high_s8(a, w));

  return sum + vpaddq_s32(low, high);
#endif
}

/* round(sum * scale), half to even. |sum * scale| < 2^31. */
INLINE vi scale_sum(vi sum, vf scale)
{
#if defined(__AVX512F__)
  return (vi)_mm512_cvtps_epi32(_mm512_cvtepi32_ps((__m512i)sum) * scale);
#elif defined(__AVX2__)
  return (vi)_mm256_cvtps_epi32(_mm256_cvtepi32_ps((__m256i)sum) * scale);
#elif defined(__SSE2__)
  return (vi)_mm_cvtps_epi32(_mm_cvtepi32_ps((__m128i)sum) * scale);
#elif defined(__ARM_NEON)
  return vcvtnq_s32_f32(vcvtq_f32_s32(sum) * scale);
#endif
}

INLINE vi round_floats(vf v)
{
#if defined(__AVX512F__)
  return (vi)_mm512_cvtps_epi32(v);
#elif defined(__AVX2__)
  return (vi)_mm256_cvtps_epi32(v);
#elif defined(__SSE2__)
  return (vi)_mm_cvtps_epi32(v);
#elif defined(__ARM_NEON)
  return vcvtnq_s32_f32(v);
#endif
}

/* Both, saturated to 16 bits. */
INLINE vs narrow(vi first, vi second)
{
#if defined(__AVX512F__)
  const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);

  return (vs)_mm512_permutexvar_epi64(order, _mm512_packs_epi32((__m512i)first, (__m512i)second));
#elif defined(__AVX2__)
  return (vs)_mm256_permute4x64_epi64(_mm256_packs_epi32((__m256i)first, (__m256i)second), 0xd8);
#elif defined(__SSE2__)
  return (vs)_mm_packs_epi32((__m128i)first, (__m128i)second);
#elif defined(__ARM_NEON)
  return vcombine_s16(vqmovn_s32(first), vqmovn_s32(second));
#endif
}

/* The lower and the upper half as 32 bits, added. */
INLINE vi add_halves(vs v)
{
#if defined(__AVX512F__)
  return (vi)_mm512_cvtepi16_epi32(_mm512_castsi512_si256((__m512i)v)) +
         (vi)_mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64((__m512i)v, 1));
#elif defined(__AVX2__)
  return (vi)_mm256_cvtepi16_epi32(_mm256_castsi256_si128((__m256i)v)) + (vi)_mm256_cvtepi16_epi32(_mm256_extracti128_si256((__m256i)v, 1));
#elif defined(__SSE2__)
  const __m128i low = _mm_srai_epi32(_mm_unpacklo_epi16((__m128i)v, (__m128i)v), 16);
  const __m128i high = _mm_srai_epi32(_mm_unpackhi_epi16((__m128i)v, (__m128i)v), 16);

  return (vi)low + (vi)high;
#elif defined(__ARM_NEON)
  return vaddl_s16(vget_low_s16(v), vget_high_s16(v));
#endif
}

INLINE vs short_max(vs a, vs b)
{
#if defined(__AVX512F__)
  return (vs)_mm512_max_epi16((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (vs)_mm256_max_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (vs)_mm_max_epi16((__m128i)a, (__m128i)b);
#elif defined(__ARM_NEON)
  return vmaxq_s16(a, b);
#endif
}

INLINE vs short_min(vs a, vs b)
{
#if defined(__AVX512F__)
  return (vs)_mm512_min_epi16((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (vs)_mm256_min_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (vs)_mm_min_epi16((__m128i)a, (__m128i)b);
#elif defined(__ARM_NEON)
  return vminq_s16(a, b);
#endif
}

/* a + b, saturated. */
INLINE vs add_saturated(vs a, vs b)
{
#if defined(__AVX512F__)
  return (vs)_mm512_adds_epi16((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (vs)_mm256_adds_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (vs)_mm_adds_epi16((__m128i)a, (__m128i)b);
#elif defined(__ARM_NEON)
  return vqaddq_s16(a, b);
#endif
}

/* a * b / 2^15, rounded to nearest. Both must not be -32768. */
INLINE vs multiply_q15(vs a, vs b)
{
#if defined(__AVX512F__)
  return (vs)_mm512_mulhrs_epi16((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (vs)_mm256_mulhrs_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  const __m128i low = _mm_mullo_epi16((__m128i)a, (__m128i)b), high = _mm_mulhi_epi16((__m128i)a, (__m128i)b);
  const __m128i half = _mm_set1_epi32(1 << 14);

  return (vs)_mm_packs_epi32(_mm_srai_epi32(_mm_add_epi32(_mm_unpacklo_epi16(low, high), half), 15),
                             _mm_srai_epi32(_mm_add_epi32(_mm_unpackhi_epi16(low, high), half), 15));
#elif defined(__ARM_NEON)
  return vqrdmulhq_s16(a, b);
#endif
}

/* LANES values, in both halves. */
INLINE vs load_twice(const int16_t *p)
{
  half_vs half;

  memcpy(&half, p, sizeof half);
#if defined(__AVX512F__)
  return (vs)_mm512_broadcast_i64x4((__m256i)half);
#elif defined(__AVX2__)
  return (vs)_mm256_broadcastsi128_si256((__m128i)half);
#elif defined(__SSE2__)
  return (vs)_mm_set1_epi64((__m64)half);
#elif defined(__ARM_NEON)
  return vcombine_s16(half, half);
#endif
}

INLINE vs load_halves(const int16_t *first, const int16_t *second)
{
  half_vs half[2];

  memcpy(&half[0], first, sizeof half[0]);
  memcpy(&half[1], second, sizeof half[1]);
#if defined(__AVX512F__)
  return (vs)_mm512_inserti64x4(_mm512_castsi256_si512((__m256i)half[0]), (__m256i)half[1], 1);
#elif defined(__AVX2__)
  return (vs)_mm256_set_m128i((__m128i)half[1], (__m128i)half[0]);
#elif defined(__SSE2__)
  return (vs)_mm_set_epi64((__m64)half[1], (__m64)half[0]);
#elif defined(__ARM_NEON)
  return vcombine_s16(half[0], half[1]);
#endif
}

/* Each half to its own place. */
INLINE void store_halves(int16_t *first, int16_t *second, vs v)
{
  memcpy(first, &v, sizeof v / 2);
  memcpy(second, (const char *)&v + sizeof v / 2, sizeof v / 2);
}

/* The same as bytes, clamped to 0..255. */
INLINE void store_bytes(uint8_t *first, uint8_t *second, vs v)
{
#if defined(__AVX512F__)
  const __m256i bytes = _mm512_cvtusepi16_epi8(_mm512_max_epi16((__m512i)v, _mm512_setzero_si512()));

  _mm_storeu_si128((__m128i *)first, _mm256_castsi256_si128(bytes));
  _mm_storeu_si128((__m128i *)second, _mm256_extracti128_si256(bytes, 1));
#elif defined(__AVX2__)
  const __m256i bytes = _mm256_packus_epi16((__m256i)v, (__m256i)v);

  _mm_storel_epi64((__m128i *)first, _mm256_castsi256_si128(bytes));
  _mm_storel_epi64((__m128i *)second, _mm256_extracti128_si256(bytes, 1));
#elif defined(__SSE2__)
  const uint64_t bytes = (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16((__m128i)v, (__m128i)v));

  memcpy(first, &bytes, LANES);
  memcpy(second, (const char *)&bytes + LANES, LANES);
#elif defined(__ARM_NEON)
  const uint8x8_t bytes = vqmovun_s16(v);

  memcpy(first, &bytes, LANES);
  memcpy(second, (const char *)&bytes + LANES, LANES);
#endif
}

/* Swish of Q10 values; swish_q10.h has the polynomial and its error. */
INLINE vs swish_q10(vs v)
{
  const vs bounded = short_max(short_min(v, splat_short(ET_SWISH_END)), splat_short(-ET_SWISH_END));
  const vs u = (short_max(bounded, -bounded) << 3) ^ splat_short(INT16_MIN);
  vs p = splat_short(et_swish_coefficient[ET_SWISH_DEGREE]);

#pragma GCC unroll 8
  for (int i = ET_SWISH_DEGREE - 1; i >= 0; i--)
    p = multiply_q15(p, u) + et_swish_coefficient[i];
  return short_max(v, splat_short(0)) - multiply_q15(p, splat_short(ET_SWISH_TO_Q10));
}

#endif
