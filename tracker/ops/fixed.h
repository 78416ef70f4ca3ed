/* SPDX-License-Identifier: MIT */
/* Vectors of 8, 16 and 32-bit integers, beside those of floats: what the kernels of int8 layers
 * need. A vector of 16-bit values holds a block, or half of one. */
#ifndef OPS_FIXED_H
#define OPS_FIXED_H

#include "ops/int8.h"
#include "ops/swish_fixed.h"
#include "ops/vector.h"

#if defined(__AVX2__)
enum { SHORTS = 16 };
#else
enum { SHORTS = 8 };
#endif

/* Vectors of 32 bits that make one of 16, and vectors of 16 bits per block. */
enum { WIDE = SHORTS / LANES, BLOCK_SHORTS = ET_LANES / SHORTS };

typedef int16_t vs __attribute__((vector_size(SHORTS * sizeof(int16_t))));
typedef uint16_t vus __attribute__((vector_size(SHORTS * sizeof(uint16_t))));
typedef int16_t vs_unaligned __attribute__((vector_size(SHORTS * sizeof(int16_t)), aligned(2)));
typedef int32_t vi_unaligned __attribute__((vector_size(LANES * sizeof(int32_t)), aligned(1)));

INLINE vi load_words(const void *p)
{
  return *(const vi_unaligned *)p;
}

INLINE void store_words(void *p, vi v)
{
  *(vi_unaligned *)p = v;
}

INLINE vs load_shorts(const int16_t *p)
{
  return *(const vs_unaligned *)p;
}

INLINE void store_shorts(int16_t *p, vs v)
{
  *(vs_unaligned *)p = v;
}

INLINE vs splat_short(int16_t s)
{
#if defined(__AVX2__)
  return (vs)_mm256_set1_epi16(s);
#elif defined(__SSE2__)
  return (vs)_mm_set1_epi16(s);
#else /* NEON */
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

/* Sixteen bytes of inputs that follow each other. Where an instruction can take four of them from a
 * register they are loaded at once; others load four into all lanes. */
#if defined(__ARM_NEON)
typedef uint8x16_t run;

INLINE run load_run(const uint8_t *p)
{
  return SIGNED_INPUTS ? veorq_u8(vld1q_u8(p), vdupq_n_u8(ET_SIGN_OFFSET)) : vld1q_u8(p);
}
#else
typedef const uint8_t *run;

INLINE run load_run(const uint8_t *p)
{
  return p;
}

INLINE vi four_bytes(const uint8_t *p)
{
  int32_t word;

  memcpy(&word, p, sizeof word);
#if defined(__AVX512F__)
  return (vi)_mm512_set1_epi32(word);
#elif defined(__AVX2__)
  return (vi)_mm256_set1_epi32(word);
#else
  return (vi)_mm_set1_epi32(word);
#endif
}
#endif

/* sum + the products of bytes 4 i to 4 i + 3 of the run and the four weights of each lane. */
INLINE vi dot(vi sum, run inputs, int i, vi weights)
{
#if defined(__ARM_FEATURE_MATMUL_INT8)
  const int8x16_t w = vreinterpretq_s8_s32(weights);

  return i == 0   ? vsudotq_laneq_s32(sum, w, inputs, 0)
         : i == 1 ? vsudotq_laneq_s32(sum, w, inputs, 1)
         : i == 2 ? vsudotq_laneq_s32(sum, w, inputs, 2)
                  : vsudotq_laneq_s32(sum, w, inputs, 3);
#elif defined(__ARM_FEATURE_DOTPROD)
  const int8x16_t a = vreinterpretq_s8_u8(inputs), w = vreinterpretq_s8_s32(weights);

  return i == 0   ? vdotq_laneq_s32(sum, w, a, 0)
         : i == 1 ? vdotq_laneq_s32(sum, w, a, 1)
         : i == 2 ? vdotq_laneq_s32(sum, w, a, 2)
                  : vdotq_laneq_s32(sum, w, a, 3);
#elif defined(__ARM_NEON)
  const int8x16_t a = vreinterpretq_s8_s32(vdupq_n_s32(vreinterpretq_s32_u8(inputs)[i])), w = vreinterpretq_s8_s32(weights);
  const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(a), vget_low_s8(w)));
  const int32x4_t high = vpaddlq_s16(vmull_high_s8(a, w));

  return sum + vpaddq_s32(low, high);
#else
  const vi a = four_bytes(inputs + i * ET_TAPS);
#if defined(__AVX512VNNI__)
  return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)weights);
#elif defined(__AVX512F__)
  const __m512i pairs = _mm512_maddubs_epi16((__m512i)a, (__m512i)weights);

  return sum + (vi)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
#elif defined(__AVXVNNI__)
  return (vi)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)a, (__m256i)weights);
#elif defined(__AVX2__)
  const __m256i pairs = _mm256_maddubs_epi16((__m256i)a, (__m256i)weights);

  return sum + (vi)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#else
  /* Even and odd bytes apart, each as 16 bits. */
  const __m128i even =
    _mm_madd_epi16(_mm_and_si128((__m128i)a, _mm_set1_epi16(255)), _mm_srai_epi16(_mm_slli_epi16((__m128i)weights, 8), 8));
  const __m128i odd = _mm_madd_epi16(_mm_srli_epi16((__m128i)a, 8), _mm_srai_epi16((__m128i)weights, 8));

  return sum + (vi)even + (vi)odd;
#endif
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
#else /* NEON */
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
#else /* NEON */
  return vcvtnq_s32_f32(v);
#endif
}

/* WIDE vectors, saturated to 16 bits. */
INLINE vs narrow(const vi *v)
{
#if defined(__AVX512F__)
  return (vs)_mm512_cvtsepi32_epi16((__m512i)v[0]);
#elif defined(__AVX2__)
  return (vs)_mm256_permute4x64_epi64(_mm256_packs_epi32((__m256i)v[0], (__m256i)v[1]), 0xd8);
#elif defined(__SSE2__)
  return (vs)_mm_packs_epi32((__m128i)v[0], (__m128i)v[1]);
#else /* NEON */
  return vcombine_s16(vqmovn_s32(v[0]), vqmovn_s32(v[1]));
#endif
}

/* Adds 16-bit values to WIDE vectors of sums. */
INLINE void add_shorts(vi *sum, vs v)
{
#if defined(__AVX512F__)
  sum[0] += (vi)_mm512_cvtepi16_epi32((__m256i)v);
#elif defined(__AVX2__)
  sum[0] += (vi)_mm256_cvtepi16_epi32(_mm256_castsi256_si128((__m256i)v));
  sum[1] += (vi)_mm256_cvtepi16_epi32(_mm256_extracti128_si256((__m256i)v, 1));
#elif defined(__SSE2__)
  sum[0] += (vi)_mm_srai_epi32(_mm_unpacklo_epi16((__m128i)v, (__m128i)v), 16);
  sum[1] += (vi)_mm_srai_epi32(_mm_unpackhi_epi16((__m128i)v, (__m128i)v), 16);
#else /* NEON */
  sum[0] = vaddw_s16(sum[0], vget_low_s16(v));
  sum[1] = vaddw_high_s16(sum[1], v);
#endif
}

INLINE vs short_max(vs a, vs b)
{
#if defined(__AVX2__)
  return (vs)_mm256_max_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (vs)_mm_max_epi16((__m128i)a, (__m128i)b);
#else /* NEON */
  return vmaxq_s16(a, b);
#endif
}

INLINE vs short_min(vs a, vs b)
{
#if defined(__AVX2__)
  return (vs)_mm256_min_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (vs)_mm_min_epi16((__m128i)a, (__m128i)b);
#else /* NEON */
  return vminq_s16(a, b);
#endif
}

/* a + b, saturated. */
INLINE vs add_saturated(vs a, vs b)
{
#if defined(__AVX2__)
  return (vs)_mm256_adds_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (vs)_mm_adds_epi16((__m128i)a, (__m128i)b);
#else /* NEON */
  return vqaddq_s16(a, b);
#endif
}

/* a * b / 2^15, rounded to nearest, half up. Not both may be -32768. */
INLINE vs multiply_q15(vs a, vs b)
{
#if defined(__AVX2__)
  return (vs)_mm256_mulhrs_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  const __m128i low = _mm_mullo_epi16((__m128i)a, (__m128i)b), high = _mm_mulhi_epi16((__m128i)a, (__m128i)b);
  const __m128i half = _mm_set1_epi32(1 << 14);

  return (vs)_mm_packs_epi32(_mm_srai_epi32(_mm_add_epi32(_mm_unpacklo_epi16(low, high), half), 15),
                             _mm_srai_epi32(_mm_add_epi32(_mm_unpackhi_epi16(low, high), half), 15));
#else /* NEON */
  return vqrdmulhq_s16(a, b);
#endif
}

/* sum + a * b / 2^15, rounded as above. The sum must not leave 16 bits. */
INLINE vs add_product_q15(vs sum, vs a, vs b)
{
#if defined(__ARM_FEATURE_QRDMX)
  return vqrdmlahq_s16(sum, a, b);
#else
  return sum + multiply_q15(a, b);
#endif
}

/* SHORTS bytes, clamped to 0..255. */
INLINE void store_bytes(uint8_t *p, vs v)
{
#if defined(__AVX2__)
  const __m256i bytes = _mm256_packus_epi16((__m256i)v, (__m256i)v);

  _mm_storeu_si128((__m128i *)p, _mm256_castsi256_si128(_mm256_permute4x64_epi64(bytes, 0x08)));
#elif defined(__SSE2__)
  _mm_storel_epi64((__m128i *)p, _mm_packus_epi16((__m128i)v, (__m128i)v));
#else /* NEON */
  vst1_u8(p, vqmovun_s16(v));
#endif
}

/* What swish needs for the channels of one vector. */
struct swish {
  vs end, lift, unit;
};

INLINE struct swish load_swish(const struct et_swish *s, ptrdiff_t channel)
{
  return (struct swish){load_shorts(s->end + channel), load_shorts(s->lift + channel), load_shorts(s->unit + channel)};
}

/* min(|v|, end) */
INLINE vs bounded_magnitude(vs v, vs end)
{
#if defined(__AVX2__)
  return (vs)_mm256_min_epu16(_mm256_abs_epi16((__m256i)v), (__m256i)end);
#elif defined(__ARM_NEON)
  return vreinterpretq_s16_u16(vminq_u16(vreinterpretq_u16_s16(vabsq_s16(v)), vreinterpretq_u16_s16(end)));
#else
  const vs bounded = short_max(short_min(v, end), -end);

  return short_max(bounded, -bounded);
#endif
}

/* swish_fixed.h has the polynomial and its error. */
INLINE vs swish_of(vs v, struct swish s)
{
  const vs u = (vs)((vus)bounded_magnitude(v, s.end) * (vus)s.lift) ^ splat_short(INT16_MIN);
  vs p = splat_short(et_swish_coefficient[ET_SWISH_DEGREE]);

#pragma GCC unroll 8
  for (int i = ET_SWISH_DEGREE - 1; i >= 0; i--)
    p = multiply_q15(p, u) + et_swish_coefficient[i];
  return short_max(v, splat_short(0)) - multiply_q15(p, s.unit);
}

#endif
