/* SPDX-License-Identifier: MIT */
/* The matrix product over a picture, in tiles of a few pixels by a few vectors of outputs.
 *
 * Design notes. A tile stays in registers. Blocks of outputs are the outer loop: a panel of weights
 * stays in the first-level cache while the pixels stream by. The accumulators of a tile are
 * separate variables, written by macros, because present compilers leave part of an array on the
 * stack.
 *
 * Long segments (the heads' 3x3 predictions) are summed separately. One chain of 1152 sums nearly
 * doubles the rounding error of the boxes, and a box that is off by 1e-4 px already crops other
 * pixels in the next frame. */
#include <stdbool.h>
#include <string.h>

#include "ops/kernels.h"
#include "ops/vector.h"

/* Pixels per tile and vectors per panel: as many accumulators as leave room for the weights and one
 * pixel's value. */
#if defined(__AVX512F__)
#define TILE 8
#define EACH_PIXEL(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7)
enum { PANEL = 3 };
#elif defined(__AVX2__)
#define TILE 6
#define EACH_PIXEL(M) M(0) M(1) M(2) M(3) M(4) M(5)
enum { PANEL = 2 };
#elif defined(__ARM_NEON)
#define TILE 6
#define EACH_PIXEL(M) M(0) M(1) M(2) M(3) M(4) M(5)
enum { PANEL = 4 };
#else
#define TILE 3
#define EACH_PIXEL(M) M(0) M(1) M(2)
enum { PANEL = 4 };
#endif
#define EACH_OF_4(M) M(0) M(1) M(2) M(3)
#define EACH_OF_1(M) M(0)
enum { MOST_PIXELS = TILE > 4 ? TILE : 4, LONG_SEGMENT = 64 };

struct tile {
  const float *a;        /* first pixel */
  const float *b, *bias; /* first vector of outputs */
  const float *residual;
  float *c;
};

INLINE void finish(const struct tile *t, ptrdiff_t at, vf v, enum et_activation activation)
{
  v = activate(v, activation);
  if (t->residual)
    v += load(t->residual + at);
  store(t->c + at, v);
}

/* Offset of vector v of a panel in the weights, which are stored block by block. */
INLINE ptrdiff_t weights_at(int v, ptrdiff_t block)
{
  return v / BLOCK_VECTORS * block + v % BLOCK_VECTORS * LANES;
}

#define START(p) vf c##p##0 = bias0, c##p##1 = bias1, c##p##2 = bias2, c##p##3 = bias3;
#define MULTIPLY(p)                                                                                                                        \
  {                                                                                                                                        \
    const vf s = splat(a[(p)*g->a_pixel + k]);                                                                                             \
    c##p##0 += w0 * s;                                                                                                                     \
    if (vectors > 1)                                                                                                                       \
      c##p##1 += w1 * s;                                                                                                                   \
    if (vectors > 2)                                                                                                                       \
      c##p##2 += w2 * s;                                                                                                                   \
    if (vectors > 3)                                                                                                                       \
      c##p##3 += w3 * s;                                                                                                                   \
  }
#define SET_ASIDE(p)                                                                                                                       \
  aside[p][0] += c##p##0, c##p##0 = none;                                                                                                  \
  if (vectors > 1)                                                                                                                         \
    aside[p][1] += c##p##1, c##p##1 = none;                                                                                                \
  if (vectors > 2)                                                                                                                         \
    aside[p][2] += c##p##2, c##p##2 = none;                                                                                                \
  if (vectors > 3)                                                                                                                         \
    aside[p][3] += c##p##3, c##p##3 = none;
#define TAKE_BACK(p)                                                                                                                       \
  c##p##0 += aside[p][0];                                                                                                                  \
  if (vectors > 1)                                                                                                                         \
    c##p##1 += aside[p][1];                                                                                                                \
  if (vectors > 2)                                                                                                                         \
    c##p##2 += aside[p][2];                                                                                                                \
  if (vectors > 3)                                                                                                                         \
    c##p##3 += aside[p][3];
#define FINISH(p)                                                                                                                          \
  finish(t, (p)*g->c_pixel, c##p##0, activation);                                                                                          \
  if (vectors > 1)                                                                                                                         \
    finish(t, (p)*g->c_pixel + LANES, c##p##1, activation);                                                                                \
  if (vectors > 2)                                                                                                                         \
    finish(t, (p)*g->c_pixel + 2 * LANES, c##p##2, activation);                                                                            \
  if (vectors > 3)                                                                                                                         \
    finish(t, (p)*g->c_pixel + 3 * LANES, c##p##3, activation);

/* The product of one tile; `vectors` and `activation` are constants at every call. */
#define DEFINE_MULTIPLY(pixels, EACH)                                                                                                      \
  INLINE void multiply_##pixels(const struct et_gemm *g, const struct tile *t, int vectors, enum et_activation activation)                 \
  {                                                                                                                                        \
    const ptrdiff_t block = (ptrdiff_t)g->k * g->segments * ET_LANES;                                                                      \
    const vf bias0 = load(t->bias), bias1 = vectors > 1 ? load(t->bias + LANES) : bias0;                                                   \
    const vf bias2 = vectors > 2 ? load(t->bias + 2 * LANES) : bias0, bias3 = vectors > 3 ? load(t->bias + 3 * LANES) : bias0;             \
    const bool apart = g->segments > 1 && g->k >= LONG_SEGMENT;                                                                            \
    const vf none = {0};                                                                                                                   \
    const float *b = t->b;                                                                                                                 \
    vf aside[MOST_PIXELS][4];                                                                                                              \
    EACH(START)                                                                                                                            \
    if (apart)                                                                                                                             \
      memset(aside, 0, sizeof aside);                                                                                                      \
                                                                                                                                           \
    for (int segment = 0; segment < g->segments; segment++) {                                                                              \
      const float *a = t->a + segment * g->a_segment;                                                                                      \
                                                                                                                                           \
      for (int k = 0; k < g->k; k++, b += ET_LANES) {                                                                                      \
        const vf w0 = load(b), w1 = vectors > 1 ? load(b + weights_at(1, block)) : w0;                                                     \
        const vf w2 = vectors > 2 ? load(b + weights_at(2, block)) : w0, w3 = vectors > 3 ? load(b + weights_at(3, block)) : w0;           \
        EACH(MULTIPLY)                                                                                                                     \
      }                                                                                                                                    \
      if (apart) {                                                                                                                         \
        EACH(SET_ASIDE)                                                                                                                    \
      }                                                                                                                                    \
    }                                                                                                                                      \
    if (apart) {                                                                                                                           \
      EACH(TAKE_BACK)                                                                                                                      \
    }                                                                                                                                      \
    EACH(FINISH)                                                                                                                           \
  }

DEFINE_MULTIPLY(tile, EACH_PIXEL)
DEFINE_MULTIPLY(4, EACH_OF_4)
DEFINE_MULTIPLY(1, EACH_OF_1)

INLINE void advance(const struct et_gemm *g, struct tile *t, int pixels)
{
  t->a += pixels * g->a_pixel;
  t->c += pixels * g->c_pixel;
  if (t->residual)
    t->residual += pixels * g->c_pixel;
}

INLINE void multiply_row(const struct et_gemm *g, struct tile t, int vectors, enum et_activation activation)
{
  int left = g->width;

  for (; left >= TILE; left -= TILE) {
    multiply_tile(g, &t, vectors, activation);
    advance(g, &t, TILE);
  }
  for (; TILE > 4 && left >= 4; left -= 4) {
    multiply_4(g, &t, vectors, activation);
    advance(g, &t, 4);
  }
  for (; left > 0; left--) {
    multiply_1(g, &t, vectors, activation);
    advance(g, &t, 1);
  }
}

INLINE struct tile tile_at(const struct et_gemm *g, int row, int vector)
{
  const ptrdiff_t c = row * g->c_row + (ptrdiff_t)vector * LANES;

  return (struct tile){
    .a = g->a + row * g->a_row,
    .b = g->b + weights_at(vector, (ptrdiff_t)g->k * g->segments * ET_LANES),
    .bias = g->bias + (ptrdiff_t)vector * LANES,
    .residual = g->residual ? g->residual + c : NULL,
    .c = g->c + c,
  };
}

INLINE void multiply_panel(const struct et_gemm *g, int vector, int vectors, enum et_activation activation)
{
  for (int row = 0; row < g->height; row++)
    multiply_row(g, tile_at(g, row, vector), vectors, activation);
}

/* All panels. On AVX-512, where a block is one vector, three blocks are done at a time, then the
 * rest by twos (4 = 2 + 2) and ones. */
INLINE void multiply_all(const struct et_gemm *g, enum et_activation activation)
{
  const int count = g->blocks * BLOCK_VECTORS;
  int v = 0;

  if (PANEL == 3) {
    for (; count - v >= 3 && count - v != 4; v += 3)
      multiply_panel(g, v, 3, activation);
    for (; count - v >= 2; v += 2)
      multiply_panel(g, v, 2, activation);
    for (; v < count; v++)
      multiply_panel(g, v, 1, activation);
  } else {
    for (; v < count; v += PANEL)
      multiply_panel(g, v, PANEL, activation);
  }
}

#define DEFINE_ALL(name, kind)                                                                                                             \
  static __attribute__((noinline)) void multiply_##name(const struct et_gemm *g)                                                           \
  {                                                                                                                                        \
    multiply_all(g, kind);                                                                                                                 \
  }

DEFINE_ALL(linear, ET_LINEAR)
DEFINE_ALL(relu, ET_RELU)
DEFINE_ALL(swish, ET_SWISH)
DEFINE_ALL(sigmoid, ET_SIGMOID)
DEFINE_ALL(hard_sigmoid, ET_HARD_SIGMOID)

void KERNEL(gemm)(const struct et_gemm *g)
{
  switch (g->activation) {
  case ET_RELU:
    return multiply_relu(g);
  case ET_SWISH:
    return multiply_swish(g);
  case ET_SIGMOID:
    return multiply_sigmoid(g);
  case ET_HARD_SIGMOID:
    return multiply_hard_sigmoid(g);
  default:
    return multiply_linear(g);
  }
}
