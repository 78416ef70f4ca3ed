/* SPDX-License-Identifier: MIT */
/* The matrix product over a picture, in tiles of a few pixels by a few vectors of outputs.
 *
 * Design notes. A tile stays in registers. Blocks of outputs are the outer loop: a panel of weights
 * stays in the first-level cache while the pixels stream by. The accumulators of a tile are
 * separate variables, written by macros, because present compilers leave part of an array on the
 * stack.
 *
 * Swish and sigmoid have ten constants. With the accumulators in registers, they would be read from
 * memory for every vector, and loads would be what a tile with few inputs waits for. So the sums of
 * a tile are set down first, and a loop that has the registers to itself activates them.
 *
 * Long segments (the heads' 3x3 predictions) are summed separately. One chain of 1152 sums nearly
 * doubles the rounding error of the boxes, and a box that is off by 1e-4 px already crops other
 * pixels in the next frame. */
#include <stdbool.h>
#include <string.h>

#include "ops/kernels.h"
#include "ops/vector.h"

/* As many accumulators as leave room for the weights and one pixel's value. `PANEL` is the number
 * of vectors that most panels have. */
#if defined(__AVX512F__)
enum { PANEL = 3, PIXELS_BY_1 = 8, PIXELS_BY_2 = 8, PIXELS_BY_3 = 8, PIXELS_BY_4 = 4 };
#elif defined(__AVX2__)
enum { PANEL = 2, PIXELS_BY_1 = 8, PIXELS_BY_2 = 6, PIXELS_BY_3 = 4, PIXELS_BY_4 = 1 };
#elif defined(__ARM_NEON)
enum { PANEL = 4, PIXELS_BY_1 = 8, PIXELS_BY_2 = 8, PIXELS_BY_3 = 6, PIXELS_BY_4 = 6 };
#else
enum { PANEL = 4, PIXELS_BY_1 = 8, PIXELS_BY_2 = 6, PIXELS_BY_3 = 4, PIXELS_BY_4 = 3 };
#endif
enum { MOST_PIXELS = 8, MOST_VECTORS = 4, LONG_SEGMENT = 64 };

#define EACH_OF_1(M) M(0)
#define EACH_OF_3(M) M(0) M(1) M(2)
#define EACH_OF_4(M) M(0) M(1) M(2) M(3)
#define EACH_OF_6(M) M(0) M(1) M(2) M(3) M(4) M(5)
#define EACH_OF_8(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7)

struct tile {
  const float *a;        /* first pixel */
  const float *b, *bias; /* first vector of outputs */
  const float *residual;
  float *c;
  int padding; /* vectors behind these outputs that become zero */
};

/* How a tile ends: as it is, with what is below zero cut off, or with an activation that has more
 * constants than there are registers beside the sums. */
enum ending { PLAIN, CUT, CURVED };

INLINE void finish(const struct tile *t, ptrdiff_t at, vf v, enum et_activation activation)
{
  v = activate(v, activation);
  if (t->residual)
    v += load(t->residual + at);
  store(t->c + at, v);
}

/* Activates and stores what a tile has set down. Inlined into a tile, the constants would be
 * without registers again. */
#define DEFINE_FINISH(name, activation)                                                                                                    \
  static __attribute__((noinline)) void finish_##name(const struct et_gemm *g, const struct tile *t, vf sum[][MOST_VECTORS], int pixels,   \
                                                      int vectors)                                                                         \
  {                                                                                                                                        \
    for (int p = 0; p < pixels; p++)                                                                                                       \
      for (int v = 0; v < vectors; v++)                                                                                                    \
        finish(t, p * g->c_pixel + v * LANES, sum[p][v], activation);                                                                      \
  }

DEFINE_FINISH(swish, ET_SWISH)
DEFINE_FINISH(sigmoid, ET_SIGMOID)
DEFINE_FINISH(hard_sigmoid, ET_HARD_SIGMOID)

INLINE void finish_curved(const struct et_gemm *g, const struct tile *t, vf sum[][MOST_VECTORS], int pixels, int vectors)
{
  switch (g->activation) {
  case ET_SWISH:
    return finish_swish(g, t, sum, pixels, vectors);
  case ET_SIGMOID:
    return finish_sigmoid(g, t, sum, pixels, vectors);
  default:
    return finish_hard_sigmoid(g, t, sum, pixels, vectors);
  }
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
#define SET_DOWN(p)                                                                                                                        \
  sum[p][0] = c##p##0;                                                                                                                     \
  if (vectors > 1)                                                                                                                         \
    sum[p][1] = c##p##1;                                                                                                                   \
  if (vectors > 2)                                                                                                                         \
    sum[p][2] = c##p##2;                                                                                                                   \
  if (vectors > 3)                                                                                                                         \
    sum[p][3] = c##p##3;
#define FINISH(p)                                                                                                                          \
  finish(t, (p)*g->c_pixel, c##p##0, ending == CUT ? ET_RELU : ET_LINEAR);                                                                 \
  if (vectors > 1)                                                                                                                         \
    finish(t, (p)*g->c_pixel + LANES, c##p##1, ending == CUT ? ET_RELU : ET_LINEAR);                                                       \
  if (vectors > 2)                                                                                                                         \
    finish(t, (p)*g->c_pixel + 2 * LANES, c##p##2, ending == CUT ? ET_RELU : ET_LINEAR);                                                   \
  if (vectors > 3)                                                                                                                         \
    finish(t, (p)*g->c_pixel + 3 * LANES, c##p##3, ending == CUT ? ET_RELU : ET_LINEAR);

/* The product of one tile; `vectors`, `apart` and `ending` are constants at every call. */
#define DEFINE_MULTIPLY(pixels, EACH)                                                                                                      \
  INLINE void multiply_##pixels(const struct et_gemm *g, const struct tile *t, int vectors, bool apart, enum ending ending)                \
  {                                                                                                                                        \
    const ptrdiff_t block = (ptrdiff_t)g->k * g->segments * ET_LANES;                                                                      \
    const vf bias0 = load(t->bias), bias1 = vectors > 1 ? load(t->bias + LANES) : bias0;                                                   \
    const vf bias2 = vectors > 2 ? load(t->bias + 2 * LANES) : bias0, bias3 = vectors > 3 ? load(t->bias + 3 * LANES) : bias0;             \
    const vf none = {0};                                                                                                                   \
    const float *b = t->b;                                                                                                                 \
    vf aside[MOST_PIXELS][MOST_VECTORS], sum[MOST_PIXELS][MOST_VECTORS];                                                                   \
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
    if (ending == CURVED) {                                                                                                                \
      EACH(SET_DOWN)                                                                                                                       \
      finish_curved(g, t, sum, pixels, vectors);                                                                                           \
    } else {                                                                                                                               \
      EACH(FINISH)                                                                                                                         \
    }                                                                                                                                      \
  }

DEFINE_MULTIPLY(1, EACH_OF_1)
DEFINE_MULTIPLY(3, EACH_OF_3)
DEFINE_MULTIPLY(4, EACH_OF_4)
DEFINE_MULTIPLY(6, EACH_OF_6)
DEFINE_MULTIPLY(8, EACH_OF_8)

INLINE void multiply(const struct et_gemm *g, const struct tile *t, int pixels, int vectors, bool apart, enum ending ending)
{
  switch (pixels) {
  case 8:
    return multiply_8(g, t, vectors, apart, ending);
  case 6:
    return multiply_6(g, t, vectors, apart, ending);
  case 4:
    return multiply_4(g, t, vectors, apart, ending);
  case 3:
    return multiply_3(g, t, vectors, apart, ending);
  default:
    return multiply_1(g, t, vectors, apart, ending);
  }
}

INLINE int pixels_by(int vectors)
{
  return vectors == 1 ? PIXELS_BY_1 : vectors == 2 ? PIXELS_BY_2 : vectors == 3 ? PIXELS_BY_3 : PIXELS_BY_4;
}

INLINE void clear_padding(const struct et_gemm *g, const struct tile *t, int pixels, int vectors)
{
  for (int p = 0; p < pixels; p++)
    for (int v = vectors; v < vectors + t->padding; v++)
      store(t->c + p * g->c_pixel + v * LANES, splat(0));
}

/* Tiles of that many pixels, as long as the row has them. Returns how many pixels are left. */
INLINE int multiply_tiles(const struct et_gemm *g, struct tile *t, int left, int pixels, int vectors, bool apart, enum ending ending)
{
  for (; left >= pixels; left -= pixels) {
    multiply(g, t, pixels, vectors, apart, ending);
    if (t->padding)
      clear_padding(g, t, pixels, vectors);
    t->a += pixels * g->a_pixel;
    t->c += pixels * g->c_pixel;
    if (t->residual)
      t->residual += pixels * g->c_pixel;
  }
  return left;
}

INLINE void multiply_row(const struct et_gemm *g, struct tile t, int vectors, bool apart, enum ending ending)
{
  int left = multiply_tiles(g, &t, g->width, pixels_by(vectors), vectors, apart, ending);

  if (pixels_by(vectors) > 4)
    left = multiply_tiles(g, &t, left, 4, vectors, apart, ending);
  multiply_tiles(g, &t, left, 1, vectors, apart, ending);
}

/* Vectors of outputs, without those that are only padding. */
INLINE int vectors_of(const struct et_gemm *g)
{
  return (g->outputs + LANES - 1) / LANES;
}

/* Vectors of padding, if the panel is the last. */
INLINE int padding_behind(const struct et_gemm *g, int vector)
{
  return vector < vectors_of(g) ? 0 : (int)(et_padded((size_t)g->outputs) / LANES) - vector;
}

INLINE struct tile tile_at(const struct et_gemm *g, int row, int vector, int vectors)
{
  const ptrdiff_t c = row * g->c_row + (ptrdiff_t)vector * LANES;

  return (struct tile){
    .a = g->a + row * g->a_row,
    .b = g->b + weights_at(vector, (ptrdiff_t)g->k * g->segments * ET_LANES),
    .bias = g->bias + (ptrdiff_t)vector * LANES,
    .residual = g->residual ? g->residual + c : NULL,
    .c = g->c + c,
    .padding = padding_behind(g, vector + vectors),
  };
}

/* Returns the vector behind the panel. */
INLINE int multiply_panel(const struct et_gemm *g, int vector, int vectors, bool apart, enum ending ending)
{
  for (int row = 0; row < g->height; row++)
    multiply_row(g, tile_at(g, row, vector, vectors), vectors, apart, ending);
  return vector + vectors;
}

/* All panels. The weights of four vectors are read at a time for one pixel, which would otherwise
 * have too few sums to add to at once. Otherwise panels have PANEL vectors. What is left behind
 * them is as few panels as possible: 4 = 2 + 2 for panels of 3, and 3 = 3 for panels of 2. */
INLINE void multiply_all(const struct et_gemm *g, bool apart, enum ending ending)
{
  const int count = vectors_of(g), panel = g->width * g->height == 1 ? MOST_VECTORS : PANEL;
  int v = 0;

  while (v < count) {
    const int left = count - v;
    const int vectors = left == 3 ? 3 : left == 4 && panel == 3 ? 2 : left < panel ? left : panel;

    if (vectors == 4)
      v = multiply_panel(g, v, 4, apart, ending);
    else if (vectors == 3)
      v = multiply_panel(g, v, 3, apart, ending);
    else if (vectors == 2)
      v = multiply_panel(g, v, 2, apart, ending);
    else
      v = multiply_panel(g, v, 1, apart, ending);
  }
}

#define DEFINE_ALL(name, ending)                                                                                                           \
  static __attribute__((noinline)) void multiply_##name(const struct et_gemm *g)                                                           \
  {                                                                                                                                        \
    if (g->segments > 1 && g->k >= LONG_SEGMENT)                                                                                           \
      multiply_all(g, true, ending);                                                                                                       \
    else                                                                                                                                   \
      multiply_all(g, false, ending);                                                                                                      \
  }

DEFINE_ALL(plain, PLAIN)
DEFINE_ALL(cut, CUT)
DEFINE_ALL(curved, CURVED)

void KERNEL(gemm)(const struct et_gemm *g)
{
  switch (g->activation) {
  case ET_LINEAR:
    return multiply_plain(g);
  case ET_RELU:
    return multiply_cut(g);
  default:
    return multiply_curved(g);
  }
}
