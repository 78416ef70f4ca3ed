/* SPDX-License-Identifier: MIT */
/* The Fourier transform of a small picture. */
#ifndef CORE_FFT_H
#define CORE_FFT_H

enum { ET_FFT_COLUMNS = 128, ET_FFT_ROWS = 64, ET_FFT_SIZE = ET_FFT_COLUMNS * ET_FFT_ROWS };

/* A picture, row by row, or its spectrum, column by column. */
struct et_complex_picture {
  float re[ET_FFT_SIZE], im[ET_FFT_SIZE];
};

/* Working memory and tables. Thread-safety: one thread at a time. */
struct et_fft {
  float cosine[ET_FFT_COLUMNS / 2], sine[ET_FFT_COLUMNS / 2];
  struct et_complex_picture turned;
};

void et_fft_init(struct et_fft *fft);

/* Makes a spectrum of a picture, in place. RT-safe. */
void et_fft_forward(struct et_fft *fft, struct et_complex_picture *picture);

/* Makes ET_FFT_SIZE times the picture of a spectrum, in place. RT-safe. */
void et_fft_inverse(struct et_fft *fft, struct et_complex_picture *spectrum);

#endif
