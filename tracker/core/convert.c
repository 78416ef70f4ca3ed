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

/* Writes four pixels of three floats from their channels. Each store also writes a fourth float,
 * which the next store or row replaces. The last store of a row omits it, because there may be no
 * room for it. */
ET_INLINE void store_pixels(float *out, et_float4 r, et_float4 g, et_float4 b, bool last)
{
  const et_float4 first = __builtin_shufflevector(r, g, 0, 4, 1, 5), second = __builtin_shufflevector(r, g, 2, 6, 3, 7);
  const et_float4 pixel[4] = {
    __builtin_shufflevector(first, b, 0, 1, 4, 4),
    __builtin_shufflevector(first, b, 2, 3, 5, 5),
    __builtin_shufflevector(second, b, 0, 1, 6, 6),
    __builtin_shufflevector(second, b, 2, 3, 7, 7),
  };

  for (int i = 0; i < 3; i++)
    memcpy(out + (ptrdiff_t)3 * i, &pixel[i], sizeof *pixel);
  if (last)
    memcpy(out + 9, &pixel[3], 3 * sizeof *out);
  else
    memcpy(out + 9, &pixel[3], sizeof *pixel);
}

ET_INLINE void convert_four(const struct conversion *k, enum et_chroma chroma, et_float4 y, et_float4 u, et_float4 v, float *out, bool last)
{
  const et_float4 luma = y * k->y, grey = et_clamp_bytes(luma + k->r);

  if (chroma == ET_CHROMA_NONE)
    store_pixels(out, grey, grey, grey, last);
  else
    store_pixels(out, et_clamp_bytes(luma + v * k->rv + k->r), et_clamp_bytes(luma + u * k->gu + v * k->gv + k->g),
                 et_clamp_bytes(luma + u * k->bu + k->b), last);
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
    convert_four(k, chroma, luma, cb, cr, out + (ptrdiff_t)3 * i, i + 4 >= n);
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
