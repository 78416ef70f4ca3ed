/* SPDX-License-Identifier: MIT */
/* Kernels that make the bytes of int8 layers. */
#include "ops/fixed.h"
#include "ops/kernels.h"

void KERNEL(requantise)(const int16_t *in, size_t pixels, int blocks, const int16_t *multiplier, const int16_t *zero, uint8_t *bytes)
{
  const size_t pixel = (size_t)blocks * ET_LANES;

  for (size_t p = 0; p < pixels; p++)
    for (size_t c = 0; c < pixel; c += SHORTS)
      store_bytes(bytes + p * pixel + c,
                  add_saturated(multiply_q15(load_shorts(in + p * pixel + c), load_shorts(multiplier + c)), load_shorts(zero + c)));
}

void KERNEL(quantise)(const float *in, size_t pixels, int blocks, const float *per_unit, const int16_t *zero, uint8_t *bytes)
{
  const size_t pixel = (size_t)blocks * ET_LANES;

  for (size_t p = 0; p < pixels; p++)
    for (size_t c = 0; c < pixel; c += SHORTS) {
      vi v[WIDE];

      for (size_t i = 0; i < WIDE; i++)
        v[i] = round_floats(clamp(load(in + p * pixel + c + i * LANES) * load(per_unit + c + i * LANES), INT16_MIN, INT16_MAX));
      store_bytes(bytes + p * pixel + c, add_saturated(narrow(v), load_shorts(zero + c)));
    }
}
