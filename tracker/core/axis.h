/* SPDX-License-Identifier: MIT */
/* Which samples of a plane make which pixel of a crop, along one axis. */
#ifndef CORE_AXIS_H
#define CORE_AXIS_H

#include <stdbool.h>

enum { ET_MOST_TAPS = 4 };

/* Which samples along one axis make output u. */
struct et_axis {
  int n;
  int taps;         /* 1: bilinear */
  int *index;       /* bilinear [n * 2]: neighbours, the second no further than the last sample; else [n * taps]: -1 = outside the frame */
  float *weight[2]; /* bilinear: of the neighbours; together less than 1 at the frame's edge */
  float *inside;    /* share of output u that lies inside the frame */
  bool whole;       /* all of them do */
  int first, last;  /* smallest and largest index; first > last where there is none */
};

/* One axis of a plane in a frame. */
struct et_extent {
  int frame, samples;   /* pixels and samples along it */
  double scale, origin; /* sample = (pixel - origin) * scale */
};

/* For up to largest_n pixels. False without memory; et_axis_fini() undoes any part of it. */
bool et_axis_init(struct et_axis *axis, int largest_n);
void et_axis_fini(struct et_axis *axis);

/* Output u of n stands at frame pixel centre + (u - n/2) * step; any number will do. RT-safe. */
void et_axis_aim(struct et_axis *axis, const struct et_extent *extent, double centre, double step, int n);

#endif
