/* SPDX-License-Identifier: MIT */
/* Resamples one plane of a frame, row by row.
 * It is bilinear unless the crop is much coarser than the plane; then it takes the mean of a few
 * samples. */
#ifndef CORE_SAMPLER_H
#define CORE_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/plane.h"
#include "core/stretch.h"
#include "core/windows.h"

/* The crop: output (u, v) lies at frame pixel (cx + (u - n/2) * step, cy + (v - n/2) * step). */
struct et_view {
  double cx, cy, step;
  int n;
};

/* How the values of a plane lie in its rows. */
enum et_packing {
  ET_PACKING_BYTES,       /* each byte is one */
  ET_PACKING_FIRST,       /* the first of every two bytes is one */
  ET_PACKING_SECOND,      /* the second is */
  ET_PACKING_UPPER_FIRST, /* 16 bits, narrowed to a byte */
  ET_PACKING_UPPER_LAST,
};

/* How many values a sample has in a line, and which components they are. */
struct et_lanes {
  int count;
  enum et_packing packing;
  bool reversed; /* blue first */
};

/* 16-bit samples to bytes: with v = ((sample, in low..high) - low) << up, the byte is
 * (v * gain / 65536 + half) >> down. */
struct et_narrowing {
  uint16_t low, high, gain, half;
  int up, down;
};

/* Room for one plane's tables and rows, for crops of up to largest_n and planes of up to 32768
 * samples. */
struct et_sampler {
  struct et_plane plane;
  struct et_lanes lanes;
  struct et_narrowing narrowing; /* of a deep plane */
  struct et_axis x, y;
  float *fill;               /* [n * components]: the value of everything outside the frame */
  float *fill_inside;        /* [n * components]: fill * x.inside */
  int *offset;               /* the x taps as places in the line */
  struct et_windows windows; /* mean of samples, one or two components: the same taps */
  uint16_t *line;            /* the samples from x.first to x.last, summed over rows */
  float *smooth_line;        /* bilinear: the mean over rows */
  float *row[2];             /* bilinear in y: the two source rows, resampled across */
  int row_y[2];              /* the numbers of those rows; -1 = none */
  int prefetched;            /* the largest number of a row that the caches were asked for */
};

/* Returns false if there is no memory. et_sampler_fini() accepts a sampler whose init failed. */
bool et_sampler_init(struct et_sampler *sampler, int largest_n);
void et_sampler_fini(struct et_sampler *sampler);

/* Prepares a crop of a plane of a width x height frame. `fill`: one value per component. `stretch`:
 * for a deep plane. RT-safe. */
void et_sampler_aim(struct et_sampler *sampler, const struct et_plane *plane, const struct et_stretch *stretch, int width, int height,
                    const struct et_view *view, const float *fill);

/* Writes row v of the crop: n * components floats, components interleaved, in RGB order. With one
 * or two components `out` needs room for three more pixels. Rows must be asked for in order.
 * RT-safe. */
void et_sampler_row(struct et_sampler *sampler, int v, float *out);

#endif
