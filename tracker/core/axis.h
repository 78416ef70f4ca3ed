/* SPDX-License-Identifier: MIT */
/* Which samples of a plane make which pixel of a crop, along one axis. */
#ifndef CORE_AXIS_H
#define CORE_AXIS_H

#include <stdbool.h>

enum { ET_MOST_TAPS = 4 };

/* Which samples along one axis make output u. */
struct et_axis {
  int n;
  int taps; /* 1: bilinear */
  /* bilinear [n * 2]: the two neighbours, the second at most the last sample;
   * otherwise [n * taps]: -1 = outside the frame */
  int *index;
  float *weight[2]; /* bilinear: of the neighbours; their sum is less than 1 at the frame's edge */
  float *inside;    /* share of output u that lies inside the frame */
  bool whole;       /* all outputs lie inside the frame */
  int first, last;  /* smallest and largest index; first > last if there is none */
};

/* One axis of a plane in a frame. */
struct et_extent {
  int frame, samples;   /* pixels and samples along it */
  double scale, origin; /* sample = (pixel - origin) * scale */
};

/* For up to largest_n pixels. Returns false if there is no memory. et_axis_fini() accepts an axis
 * whose init failed. */
bool et_axis_init(struct et_axis *axis, int largest_n);
void et_axis_fini(struct et_axis *axis);

/* Output u of n lies at frame pixel centre + (u - n/2) * step, which may be any number. RT-safe. */
void et_axis_aim(struct et_axis *axis, const struct et_extent *extent, double centre, double step, int n);

#endif
