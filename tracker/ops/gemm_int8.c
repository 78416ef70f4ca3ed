/* SPDX-License-Identifier: MIT */
/* The matrix product over a picture of bytes, in tiles of a few pixels by a few vectors of outputs:
 * gemm.c in 8 bits. */
#include <stdbool.h>

#include "ops/fixed.h"
#include "ops/kernels.h"

/* Pixels per tile, vectors per panel, and how many times four inputs are multiplied in one round of
 * the loop. Without vpdpbusd a set needs two registers more, and a longer round is slower. */
#if defined(__AVX512VNNI__)
enum { TILE = 8, PANEL = 3, ROUND = 4 };
#elif defined(__AVX512F__)
enum { TILE = 8, PANEL = 3, ROUND = 1 };
#elif defined(__AVXVNNI__)
enum { TILE = 6, PANEL = 2, ROUND = 4 };
#elif defined(__AVX2__)
enum { TILE = 4, PANEL = 2, ROUND = 1 };
#elif defined(__ARM_NEON)
enum { TILE = 5, PANEL = 4, ROUND = 4 };
#else
enum { TILE = 2, PANEL = 4, ROUND = 1 };
#endif

enum { ROUND_INPUTS = ROUND * ET_TAPS };

/* What becomes of a sum. */
enum ending { TO_FLOATS, TO_FLOATS_RELU, TO_BYTES, TO_SHORTS };

/* A tile's first pixel and first vector of outputs. */
struct tile {
  const uint8_t *a;
  const int8_t *w;
  ptrdiff_t channel; /* the first output */
  ptrdiff_t out;     /* offset in the output */
};

INLINE void end_floats(const struct et_gemm_int8 *g, ptrdiff_t at, ptrdiff_t channel, vi sum, bool relu)
{
  vf v = __builtin_convertvector(sum, vf) * load(g->w.scale + channel);

  if (relu)
    v = vmax(v, splat(0));
  if (g->residual)
    v += load(g->residual + at);
  store(g->floats + at, v);
}

/* The sums of one vector of 16-bit values. */
INLINE void end_short(const struct et_gemm_int8 *g, ptrdiff_t at, ptrdiff_t channel, const vi *sum, bool swish)
{
  vi scaled[WIDE];
  vs v;

  for (int i = 0; i < WIDE; i++)
    scaled[i] = scale_sum(sum[i], load(g->w.scale + channel + (ptrdiff_t)i * LANES));
  v = narrow(scaled);
  if (swish)
    store_shorts(g->shorts + at,
                 short_min(swish_of(v, load_swish(&g->swish, channel)), load_shorts(g->most + channel)) * load_shorts(g->gain + channel));
  else
    store_bytes(g->bytes + at, v);
}

INLINE void end(const struct et_gemm_int8 *g, const struct tile *t, int pixels, int vectors, vi sum[TILE][PANEL], enum ending ending)
{
  const int step = ending >= TO_BYTES ? WIDE : 1;

#pragma GCC unroll 8
  for (int v = 0; v < vectors; v += step)
#pragma GCC unroll 8
    for (int p = 0; p < pixels; p++) {
      const ptrdiff_t channel = t->channel + (ptrdiff_t)v * LANES, at = t->out + p * g->out_pixel + (ptrdiff_t)v * LANES;

      if (ending >= TO_BYTES)
        end_short(g, at, channel, &sum[p][v], ending == TO_SHORTS);
      else
        end_floats(g, at, channel, sum[p][v], ending == TO_FLOATS_RELU);
    }
}

/* Offset of vector v of a panel in the weights, which are stored block by block. */
INLINE ptrdiff_t weights_at(const struct et_gemm_int8 *g, int v)
{
  return (ptrdiff_t)(v / BLOCK_VECTORS) * g->k * ET_LANES + (ptrdiff_t)(v % BLOCK_VECTORS) * LANES * ET_TAPS;
}

/* Multiplies `count` times four inputs of each pixel. */
INLINE void multiply_run(const struct et_gemm_int8 *g, const struct tile *t, ptrdiff_t k, int count, int pixels, int vectors,
                         vi sum[TILE][PANEL])
{
  run a[TILE];

#pragma GCC unroll 8
  for (int p = 0; p < pixels; p++)
    a[p] = load_run(t->a + p * g->a_pixel + k);
#pragma GCC unroll 4
  for (int i = 0; i < count; i++) {
    vi w[PANEL];

#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++)
      w[v] = load_words(t->w + weights_at(g, v) + (k + (ptrdiff_t)i * ET_TAPS) * ET_LANES);
#pragma GCC unroll 8
    for (int p = 0; p < pixels; p++)
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++)
        sum[p][v] = dot(sum[p][v], a[p], i, w[v]);
  }
}

/* What is left behind whole rounds. */
INLINE void multiply_rest(const struct et_gemm_int8 *g, const struct tile *t, ptrdiff_t k, int pixels, int vectors, vi sum[TILE][PANEL])
{
  switch ((g->k - k) / ET_TAPS) {
  case 1:
    return multiply_run(g, t, k, 1, pixels, vectors, sum);
  case 2:
    return multiply_run(g, t, k, 2, pixels, vectors, sum);
  case 3:
    return multiply_run(g, t, k, 3, pixels, vectors, sum);
  default:
    return;
  }
}

/* `pixels`, `vectors` and `ending` are constants at every call. */
INLINE void multiply_tile(const struct et_gemm_int8 *g, const struct tile *t, int pixels, int vectors, enum ending ending)
{
  vi sum[TILE][PANEL];
  ptrdiff_t k = 0;

#pragma GCC unroll 8
  for (int p = 0; p < pixels; p++)
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++)
      sum[p][v] = load_words(bias_of(&g->w) + t->channel + (ptrdiff_t)v * LANES);
  for (; k + ROUND_INPUTS <= g->k; k += ROUND_INPUTS)
    multiply_run(g, t, k, ROUND, pixels, vectors, sum);
  if (ROUND > 1)
    multiply_rest(g, t, k, pixels, vectors, sum);
  end(g, t, pixels, vectors, sum, ending);
}

INLINE void advance(const struct et_gemm_int8 *g, struct tile *t, int pixels)
{
  t->a += pixels * g->a_pixel;
  t->out += pixels * g->out_pixel;
}

INLINE void multiply_row(const struct et_gemm_int8 *g, struct tile t, int vectors, enum ending ending)
{
  int left = g->width;

  for (; left >= TILE; left -= TILE) {
    multiply_tile(g, &t, TILE, vectors, ending);
    advance(g, &t, TILE);
  }
  for (; TILE > 2 && left >= 2; left -= 2) {
    multiply_tile(g, &t, 2, vectors, ending);
    advance(g, &t, 2);
  }
  if (left > 0)
    multiply_tile(g, &t, 1, vectors, ending);
}

INLINE void multiply_panel(const struct et_gemm_int8 *g, int vector, int vectors, enum ending ending)
{
  for (int row = 0; row < g->height; row++) {
    const struct tile t = {
      .a = g->a + row * g->a_row,
      .w = g->w.weights + weights_at(g, vector),
      .channel = (ptrdiff_t)vector * LANES,
      .out = row * g->out_row + (ptrdiff_t)vector * LANES,
    };

    multiply_row(g, t, vectors, ending);
  }
}

/* All panels. On AVX-512, where a block is one vector, three blocks are done at a time, then the
 * rest by twos (4 = 2 + 2) and ones. */
INLINE void multiply_all(const struct et_gemm_int8 *g, enum ending ending)
{
  const int count = g->blocks * BLOCK_VECTORS;
  int v = 0;

  if (PANEL == 3) {
    for (; count - v >= 3 && count - v != 4; v += 3)
      multiply_panel(g, v, 3, ending);
    for (; count - v >= 2; v += 2)
      multiply_panel(g, v, 2, ending);
    for (; v < count; v++)
      multiply_panel(g, v, 1, ending);
  } else {
    for (; v < count; v += PANEL)
      multiply_panel(g, v, PANEL, ending);
  }
}

#define DEFINE_ALL(name, kind)                                                                                                             \
  static __attribute__((noinline)) void multiply_##name(const struct et_gemm_int8 *g)                                                      \
  {                                                                                                                                        \
    multiply_all(g, kind);                                                                                                                 \
  }

DEFINE_ALL(to_floats, TO_FLOATS)
DEFINE_ALL(to_floats_relu, TO_FLOATS_RELU)
DEFINE_ALL(to_bytes, TO_BYTES)
DEFINE_ALL(to_shorts, TO_SHORTS)

void KERNEL(gemm_int8)(const struct et_gemm_int8 *g)
{
  if (g->shorts)
    multiply_to_shorts(g);
  else if (g->bytes)
    multiply_to_bytes(g);
  else if (g->relu)
    multiply_to_floats_relu(g);
  else
    multiply_to_floats(g);
}
