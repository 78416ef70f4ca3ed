/* SPDX-License-Identifier: MIT */
/* Kernels that make the bytes of int8 layers. */
#include "ops/fixed.h"
#include "ops/kernels.h"

void KERNEL(interleave)(const uint8_t *const rows[ET_TAPS], size_t count, uint8_t *words)
{
  const uint8_t *restrict r0 = rows[0], *restrict r1 = rows[1], *restrict r2 = rows[2], *restrict r3 = rows[3];
  uint32_t *restrict to = (uint32_t *)words;

  for (size_t i = 0; i < count; i++)
    to[i] = (uint32_t)r0[i] | (uint32_t)r1[i] << 8 | (uint32_t)r2[i] << 16 | (uint32_t)r3[i] << 24;
}

/* A vector of 16-bit values may be wider than a block, so two pixels are done at a time, a vector
 * of LANES channels each. */
void KERNEL(requantise)(const int16_t *in, size_t pixels, int blocks, const int16_t *multiplier, int zero, uint8_t *bytes)
{
  const size_t pixel = (size_t)blocks * ET_LANES;
  const vs offset = splat_short((int16_t)zero);

  for (size_t p = 0; p < pixels; p += 2) {
    const size_t first = p * pixel, second = (p + 1 < pixels ? p + 1 : p) * pixel;

    for (size_t c = 0; c < pixel; c += LANES)
      store_bytes(bytes + first + c, bytes + second + c,
                  add_saturated(multiply_q15(load_halves(in + first + c, in + second + c), load_twice(multiplier + c)), offset));
  }
}

void KERNEL(quantise)(const float *in, size_t count, float per_unit, int zero, uint8_t *bytes)
{
  const vs offset = splat_short((int16_t)zero);

  for (size_t i = 0; i < count; i += 2 * LANES) {
    const size_t second = i + LANES < count ? i + LANES : i;
    const vi a = round_floats(clamp(load(in + i) * per_unit, INT16_MIN, INT16_MAX));
    const vi b = round_floats(clamp(load(in + second) * per_unit, INT16_MIN, INT16_MAX));

    store_bytes(bytes + i, bytes + second, add_saturated(narrow(a, b), offset));
  }
}
