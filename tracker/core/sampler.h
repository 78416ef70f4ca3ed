/* SPDX-License-Identifier: MIT */
/* Resamples one plane of a frame row by row: bilinear where the crop is not much coarser than the plane, else the mean of a few samples. */
#ifndef CORE_SAMPLER_H
#define CORE_SAMPLER_H

#include <stdbool.h>

#include "core/plane.h"

enum { ET_MOST_TAPS = 4 };

/* Which samples along one axis make output u: `taps` of them. Bilinear (taps = 1): between floor and the next. */
struct et_axis {
  int n, taps;
  bool bilinear;
  int *index;      /* [n * (bilinear ? 2 : taps)]; -1 = outside */
  float *fraction; /* bilinear: weight of the second */
  int first, last; /* smallest and largest index inside; first > last where there is none */
};

/* Room for one plane's tables and rows, for crops of up to largest_n and planes of up to 32768 samples. */
struct et_sampler {
  struct et_plane plane;
  struct et_axis x, y;
  float fill[3];    /* outside the plane, a component */
  int *offset;      /* x taps in bytes from the row's start; outside: somewhere harmless */
  float *weight[3]; /* bilinear: of the first tap, of the second, of the fill */
  int *inside;      /* box: how many of the x taps lie inside */
  uint16_t *sums;   /* box: the rows of one output summed, byte by byte */
  float *row[2];    /* bilinear in y: the two source rows, resampled across */
  int row_y[2];     /* which they are; INT_MIN = none */
};

/* False without memory; et_sampler_fini() undoes any part of it. */
bool et_sampler_init(struct et_sampler *sampler, int largest_n);
void et_sampler_fini(struct et_sampler *sampler);

/* Prepares a crop: output u samples the plane at cx + (u - n/2) * step_x, likewise y. RT-safe. */
void et_sampler_aim(struct et_sampler *sampler, const struct et_plane *plane, double cx, double cy, double step_x, double step_y, int n,
                    const float *fill);

/* Row v of the crop: n * components floats, components interleaved. Rows come in order. RT-safe. */
void et_sampler_row(struct et_sampler *sampler, int v, float *out);

#endif
