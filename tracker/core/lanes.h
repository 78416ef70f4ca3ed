/* SPDX-License-Identifier: MIT */
/* Four values at a time, with GNU vectors: what every supported processor has registers for. */
#ifndef CORE_LANES_H
#define CORE_LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

/* For functions whose constant arguments make them several. */
#define ET_INLINE static inline __attribute__((always_inline))

typedef float et_float4 __attribute__((vector_size(16)));
typedef int32_t et_int4 __attribute__((vector_size(16)));
typedef uint16_t et_short4 __attribute__((vector_size(8)));

ET_INLINE et_float4 et_load_floats(const float *p)
{
  et_float4 v;

  memcpy(&v, p, sizeof v);
  return v;
}

ET_INLINE et_short4 et_load_shorts(const uint16_t *p)
{
  et_short4 v;

  memcpy(&v, p, sizeof v);
  return v;
}

/* To 0..255. */
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
