/* SPDX-License-Identifier: MIT */
/* The Fourier transform of a small picture: radix 2, first along the columns, then along the rows.
 *
 * Design notes. A transform along the columns treats all columns alike, so that the compiler makes
 * vectors of neighbours. Most of its steps are taken two at a time. The picture is turned between
 * the two transforms, and stays turned. The inverse is the forward transform of the conjugate. */
#include "core/fft.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "ops/lanes.h"

void et_fft_init(struct et_fft *fft)
{
  for (int i = 0; i < ET_FFT_COLUMNS / 2; i++) {
    fft->cosine[i] = (float)cos(2 * M_PI * i / ET_FFT_COLUMNS);
    fft->sine[i] = (float)-sin(2 * M_PI * i / ET_FFT_COLUMNS);
  }
}

static void swap_rows(float *a, float *b, int columns)
{
  for (int x = 0; x < columns; x++) {
    const float kept = a[x];

    a[x] = b[x];
    b[x] = kept;
  }
}

static void reverse_bits(struct et_complex_picture *p, int rows, int columns)
{
  for (int i = 1, j = 0; i < rows; i++) {
    int bit = rows / 2;

    for (; j & bit; bit /= 2)
      j ^= bit;
    j ^= bit;
    if (i < j) {
      swap_rows(p->re + i * columns, p->re + j * columns, columns);
      swap_rows(p->im + i * columns, p->im + j * columns, columns);
    }
  }
}

struct factor {
  float re, im;
};

struct value {
  float re, im;
};

/* a and b become a + w b and a - w b. */
ET_INLINE void combine(struct value *a, struct value *b, struct factor w)
{
  const float re = w.re * b->re - w.im * b->im, im = w.re * b->im + w.im * b->re;

  *b = (struct value){a->re - re, a->im - im};
  *a = (struct value){a->re + re, a->im + im};
}

/* One step: two rows of the next size from two of this. */
static void step(struct et_complex_picture *p, int first, int half, int columns, struct factor w)
{
  float *restrict a_re = p->re + first * columns, *restrict a_im = p->im + first * columns;
  float *restrict b_re = a_re + half * columns, *restrict b_im = a_im + half * columns;

  for (int x = 0; x < columns; x++) {
    struct value a = {a_re[x], a_im[x]}, b = {b_re[x], b_im[x]};

    combine(&a, &b, w);
    a_re[x] = a.re;
    a_im[x] = a.im;
    b_re[x] = b.re;
    b_im[x] = b.im;
  }
}

/* Two steps at once, so that each value is loaded and stored half as often. w[0] is the factor of
 * the first step, the others are those of the second. */
static void two_steps(struct et_complex_picture *p, int first, int half, int columns, const struct factor w[3])
{
  const int quarter = half * columns;
  const struct factor w0 = w[0], w1 = w[1], w2 = w[2];
  float *restrict a_re = p->re + first * columns, *restrict a_im = p->im + first * columns;
  float *restrict b_re = a_re + quarter, *restrict b_im = a_im + quarter;
  float *restrict c_re = b_re + quarter, *restrict c_im = b_im + quarter;
  float *restrict d_re = c_re + quarter, *restrict d_im = c_im + quarter;

  for (int x = 0; x < columns; x++) {
    struct value a = {a_re[x], a_im[x]}, b = {b_re[x], b_im[x]}, c = {c_re[x], c_im[x]}, d = {d_re[x], d_im[x]};

    combine(&a, &b, w0);
    combine(&c, &d, w0);
    combine(&a, &c, w1);
    combine(&b, &d, w2);
    a_re[x] = a.re;
    a_im[x] = a.im;
    b_re[x] = b.re;
    b_im[x] = b.im;
    c_re[x] = c.re;
    c_im[x] = c.im;
    d_re[x] = d.re;
    d_im[x] = d.im;
  }
}

/* e^(-i pi k / half) */
static struct factor factor_of(const struct et_fft *fft, int k, int half)
{
  const int i = k * (ET_FFT_COLUMNS / 2 / half);

  return (struct factor){fft->cosine[i], fft->sine[i]};
}

static void transform_columns(const struct et_fft *fft, struct et_complex_picture *p, int rows, int columns)
{
  const bool odd = rows == ET_FFT_COLUMNS; /* the number of steps */

  reverse_bits(p, rows, columns);
  for (int first = 0; odd && first < rows; first += 2)
    step(p, first, 1, columns, factor_of(fft, 0, 1));
  for (int half = odd ? 2 : 1; half < rows; half *= 4)
    for (int k = 0; k < half; k++) {
      const struct factor w[] = {factor_of(fft, k, half), factor_of(fft, k, 2 * half), factor_of(fft, k + half, 2 * half)};

      for (int first = k; first < rows; first += 4 * half)
        two_steps(p, first, half, columns, w);
    }
}

static void turn_values(const float *from, float *to, int rows, int columns)
{
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < columns; x++)
      to[x * rows + y] = from[y * columns + x];
}

/* Rows become columns. */
static void turn(struct et_fft *fft, struct et_complex_picture *p, int rows, int columns)
{
  turn_values(p->re, fft->turned.re, rows, columns);
  turn_values(p->im, fft->turned.im, rows, columns);
  memcpy(p, &fft->turned, sizeof *p);
}

static void conjugate(struct et_complex_picture *p)
{
  for (int i = 0; i < ET_FFT_SIZE; i++)
    p->im[i] = -p->im[i];
}

void et_fft_forward(struct et_fft *fft, struct et_complex_picture *picture)
{
  transform_columns(fft, picture, ET_FFT_ROWS, ET_FFT_COLUMNS);
  turn(fft, picture, ET_FFT_ROWS, ET_FFT_COLUMNS);
  transform_columns(fft, picture, ET_FFT_COLUMNS, ET_FFT_ROWS);
}

void et_fft_inverse(struct et_fft *fft, struct et_complex_picture *spectrum)
{
  conjugate(spectrum);
  transform_columns(fft, spectrum, ET_FFT_COLUMNS, ET_FFT_ROWS);
  turn(fft, spectrum, ET_FFT_COLUMNS, ET_FFT_ROWS);
  transform_columns(fft, spectrum, ET_FFT_ROWS, ET_FFT_COLUMNS);
  conjugate(spectrum);
}
