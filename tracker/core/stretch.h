/* SPDX-License-Identifier: MIT */
/* Finds the part of 16-bit grey that becomes black to white; thermal cameras use a small, moving
 * part. */
#ifndef CORE_STRETCH_H
#define CORE_STRETCH_H

#include "etrack/image.h"

/* The values that become 0 and 255. Other formats than 16-bit grey have the whole scale. */
struct et_stretch {
  double low, high; /* 0..65535, high > low */
};

/* Measures the frame and takes the result at once. RT-safe. */
void et_stretch_start(struct et_stretch *stretch, const struct et_image *image);

/* Measures the frame and moves towards the result, so that the picture does not flicker. If the
 * grey has left the range (the camera has changed its gain), the result is taken at once.
 * RT-safe. */
void et_stretch_follow(struct et_stretch *stretch, const struct et_image *image);

/* The grey of one value, 0..255. RT-safe. */
float et_stretch_grey(const struct et_stretch *stretch, double value);

#endif
