/* SPDX-License-Identifier: MIT */
/* Sums the samples nearest to each pixel of a row, for planes of one or two components.
 * Taps that lie close together are read with one load. */
#ifndef CORE_WINDOWS_H
#define CORE_WINDOWS_H

#include <stdint.h>

#include "core/axis.h"

/* A window is eight values in a row: eight samples of one component, or four of two. Each has a
 * weight: the number of taps on it. Pixels come in fours. */
struct et_windows {
  int n;            /* pixels, rounded up to a whole number of fours */
  int components;   /* 1 or 2 */
  int count;        /* windows per pixel: 1, 2 or the number of taps; fewer the closer they lie */
  int *offset;      /* [n * count] of the first sample, from axis->first on */
  uint16_t *weight; /* [n * count * 8] */
};

/* For up to largest_n pixels. Returns false if there is no memory. et_windows_fini() accepts
 * windows whose init failed. */
bool et_windows_init(struct et_windows *windows, int largest_n);
void et_windows_fini(struct et_windows *windows);

/* Lays out the taps of an axis. At least one must lie inside. RT-safe. */
void et_windows_aim(struct et_windows *windows, const struct et_axis *axis, int components);

/* Writes the sums times `share`, components interleaved, for whole fours of pixels: `out` needs
 * room for up to three more. `line` holds the samples from axis->first on, each at most 1020. It is
 * read up to seven values beyond those of axis->last. RT-safe. */
void et_windows_sum(const struct et_windows *windows, const uint16_t *line, float share, float *out);

#endif
