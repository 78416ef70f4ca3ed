/* SPDX-License-Identifier: MIT */
/* Four values at a time, with GNU vectors, for which every supported processor has registers. */
#ifndef OPS_LANES_H
#define OPS_LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

/* For functions that are compiled again for each set of constant arguments. */
#define ET_INLINE static inline __attribute__((always_inline))

typedef float et_float4 __attribute__((vector_size(16)));
typedef double et_double2 __attribute__((vector_size(16)));
typedef int32_t et_int4 __attribute__((vector_size(16)));
typedef uint16_t et_short8 __attribute__((vector_size(16)));

ET_INLINE et_float4 et_load_floats(const float *p)
{
  et_float4 v;

  memcpy(&v, p, sizeof v);
  return v;
}

ET_INLINE void et_store_floats(float *p, et_float4 v)
{
  memcpy(p, &v, sizeof v);
}

/* Two floats from each place. They are loaded as numbers of eight bytes: after writing half a
 * vector, reading the whole one would wait. */
ET_INLINE et_float4 et_load_pairs(const float *first, const float *second)
{
  double a, b;

  memcpy(&a, first, sizeof a);
  memcpy(&b, second, sizeof b);
  return (et_float4)(et_double2){a, b};
}

ET_INLINE et_short8 et_load_shorts(const uint16_t *p)
{
  et_short8 v;

  memcpy(&v, p, sizeof v);
  return v;
}

/* Converts the first four. (The compiler's own conversion takes the values out one by one.) */
ET_INLINE et_float4 et_shorts_to_floats(et_short8 v)
{
  const et_short8 zero = {0};

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  return __builtin_convertvector((et_int4)__builtin_shufflevector(v, zero, 0, 8, 1, 9, 2, 10, 3, 11), et_float4);
#else
  return __builtin_convertvector((et_int4)__builtin_shufflevector(v, zero, 8, 0, 9, 1, 10, 2, 11, 3), et_float4);
#endif
}

/* Clamps to low..high. */
ET_INLINE et_short8 et_clamp_shorts(et_short8 v, uint16_t low, uint16_t high)
{
  const et_short8 zero = {0}, least = zero + low, most = zero + high;
#if defined(__SSE2__)
  const et_short8 beyond = ~zero - most; /* what saturates is at most `high` after taking it away */
  const __m128i at_least = _mm_adds_epu16(_mm_subs_epu16((__m128i)v, (__m128i)least), (__m128i)(beyond + least));

  return (et_short8)at_least - beyond;
#elif defined(__ARM_NEON)
  return vminq_u16(vmaxq_u16(v, least), most);
#else
  const et_short8 below = (et_short8)(v < least), above = (et_short8)(v > most);

  return (v & ~below & ~above) | (least & below) | (most & above);
#endif
}

/* The upper halves of the products. */
ET_INLINE et_short8 et_upper_product(et_short8 v, uint16_t factor)
{
  const et_short8 zero = {0}, factors = zero + factor;
#if defined(__SSE2__)
  return (et_short8)_mm_mulhi_epu16((__m128i)v, (__m128i)factors);
#elif defined(__ARM_NEON)
  const uint32x4_t low = vmull_u16(vget_low_u16(v), vget_low_u16(factors));
  const uint32x4_t high = vmull_u16(vget_high_u16(v), vget_high_u16(factors));

  return vuzpq_u16(vreinterpretq_u16_u32(low), vreinterpretq_u16_u32(high)).val[1];
#else
  et_short8 product = {0};

  for (int i = 0; i < 8; i++)
    product[i] = (uint16_t)((uint32_t)v[i] * factors[i] >> 16);
  return product;
#endif
}

/* Clamps to 0..255. */
ET_INLINE et_float4 et_clamp_bytes(et_float4 v)
{
  const et_float4 black = {0, 0, 0, 0}, white = {255, 255, 255, 255};
#if defined(__SSE2__)
  return _mm_min_ps(_mm_max_ps(v, black), white);
#elif defined(__ARM_NEON)
  return vminq_f32(vmaxq_f32(v, black), white);
#else
  const et_int4 above = v > white, inside = (v > black) & ~above;

  return (et_float4)(((et_int4)v & inside) | ((et_int4)white & above));
#endif
}

#endif
