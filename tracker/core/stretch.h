/* SPDX-License-Identifier: MIT */
/* Which part of 16-bit grey becomes black to white: thermal cameras use a small, wandering part of
 * it. */
#ifndef CORE_STRETCH_H
#define CORE_STRETCH_H

#include "etrack/image.h"

/* The values that become 0 and 255. Only formats of 16-bit grey have one that is not the whole
 * scale. */
struct et_stretch {
  double low, high; /* 0..65535, high > low */
};

/* Measures the frame, and takes what it says at once. RT-safe. */
void et_stretch_start(struct et_stretch *stretch, const struct et_image *image);

/* Measures the frame, and moves towards what it says, so that the picture does not flicker. Grey
 * that has left the range (the camera has changed its gain) is followed at once. RT-safe. */
void et_stretch_follow(struct et_stretch *stretch, const struct et_image *image);

/* The grey of one value, 0..255. RT-safe. */
float et_stretch_grey(const struct et_stretch *stretch, double value);

#endif
