/* SPDX-License-Identifier: MIT */
/* The Fourier transform of a small picture: radix 2, first along the columns, then along the rows.
 *
 * Design notes. A transform along the columns treats all columns alike, so that the compiler makes
 * vectors of neighbours. The picture is turned between the two transforms, and stays turned. The
 * inverse is the forward transform of the conjugate. */
#include "core/fft.h"

#include <math.h>
#include <string.h>

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

/* Rows a and b become a + w b and a - w b. */
static void butterfly(struct et_complex_picture *p, int a, int b, int columns, float w_re, float w_im)
{
  float *restrict a_re = p->re + a * columns, *restrict a_im = p->im + a * columns;
  float *restrict b_re = p->re + b * columns, *restrict b_im = p->im + b * columns;

  for (int x = 0; x < columns; x++) {
    const float re = w_re * b_re[x] - w_im * b_im[x], im = w_re * b_im[x] + w_im * b_re[x];

    b_re[x] = a_re[x] - re;
    b_im[x] = a_im[x] - im;
    a_re[x] += re;
    a_im[x] += im;
  }
}

static void transform_columns(const struct et_fft *fft, struct et_complex_picture *p, int rows, int columns)
{
  reverse_bits(p, rows, columns);
  for (int half = 1; half < rows; half *= 2)
    for (int k = 0; k < half; k++) {
      const int w = k * (ET_FFT_COLUMNS / 2 / half);

      for (int first = k; first < rows; first += 2 * half)
        butterfly(p, first, first + half, columns, fft->cosine[w], fft->sine[w]);
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
