/* SPDX-License-Identifier: MIT */
/* Converts rows of YUV floats to rows of RGB floats, four pixels at a time. */
#include "core/convert.h"

#include "ops/lanes.h"

/* The factors of the colour's equations, and one constant per channel that collects the rest. */
struct conversion {
  float y, rv, gu, gv, bu;
  float r, g, b;
};

static struct conversion conversion_of(const struct et_colour *c, enum et_chroma chroma)
{
  const float black = -c->y_black * c->y_scale, neutral = chroma == ET_CHROMA_NONE ? 0 : 128;

  return (struct conversion){
    .y = c->y_scale,
    .rv = c->rv,
    .gu = c->gu,
    .gv = c->gv,
    .bu = c->bu,
    .r = black - neutral * c->rv,
    .g = black - neutral * (c->gu + c->gv),
    .b = black - neutral * c->bu,
  };
}

/* Writes four pixels of three floats from their channels. */
ET_INLINE void store_pixels(float *out, et_float4 r, et_float4 g, et_float4 b)
{
  const et_float4 even = __builtin_shufflevector(r, g, 0, 2, 4, 6), odd = __builtin_shufflevector(g, b, 1, 3, 5, 7);
  const et_float4 mixed = __builtin_shufflevector(b, r, 0, 2, 5, 7);

  /* r0 g0 b0 r1, g1 b1 r2 g2, b2 r3 g3 b3 */
  et_store_floats(out, __builtin_shufflevector(even, mixed, 0, 2, 4, 6));
  et_store_floats(out + 4, __builtin_shufflevector(odd, even, 0, 2, 5, 7));
  et_store_floats(out + 8, __builtin_shufflevector(mixed, odd, 1, 3, 5, 7));
}

ET_INLINE void convert_four(const struct conversion *k, enum et_chroma chroma, et_float4 y, et_float4 u, et_float4 v, float *out)
{
  const et_float4 luma = y * k->y, grey = et_clamp_bytes(luma + k->r);

  if (chroma == ET_CHROMA_NONE)
    store_pixels(out, grey, grey, grey);
  else
    store_pixels(out, et_clamp_bytes(luma + v * k->rv + k->r), et_clamp_bytes(luma + u * k->gu + v * k->gv + k->g),
                 et_clamp_bytes(luma + u * k->bu + k->b));
}

/* The layout is constant at every call, so that the compiler makes a function for each. */
ET_INLINE void convert(const struct conversion *k, enum et_chroma chroma, const float *y, const float *u, const float *v, int n, float *out)
{
  for (int i = 0; i < n; i += 4) {
    const et_float4 luma = et_load_floats(y + i);
    et_float4 cb = luma, cr = luma;

    if (chroma == ET_CHROMA_APART) {
      cb = et_load_floats(u + i);
      cr = et_load_floats(v + i);
    } else if (chroma == ET_CHROMA_PAIRED) {
      const et_float4 low = et_load_floats(u + (ptrdiff_t)2 * i), high = et_load_floats(u + (ptrdiff_t)2 * i + 4);

      cb = __builtin_shufflevector(low, high, 0, 2, 4, 6);
      cr = __builtin_shufflevector(low, high, 1, 3, 5, 7);
    }
    convert_four(k, chroma, luma, cb, cr, out + (ptrdiff_t)3 * i);
  }
}

void et_convert_row(const struct et_colour *colour, enum et_chroma chroma, const float *y, const float *u, const float *v, int n,
                    float *out)
{
  const struct conversion k = conversion_of(colour, chroma);

  switch (chroma) {
  case ET_CHROMA_NONE:
    return convert(&k, ET_CHROMA_NONE, y, u, v, n, out);
  case ET_CHROMA_PAIRED:
    return convert(&k, ET_CHROMA_PAIRED, y, u, v, n, out);
  case ET_CHROMA_APART:
    return convert(&k, ET_CHROMA_APART, y, u, v, n, out);
  }
}
