/* SPDX-License-Identifier: MIT */
/* The mean colour of a frame, which stands for everything outside it. */
#ifndef CORE_MEAN_H
#define CORE_MEAN_H

#include "core/stretch.h"

/* RGB, 0..255, over all pixels; for YUV the mean of each plane, then converted; for 16-bit grey by
 * `stretch`, else NULL will do.
 * RT-safe. */
void et_image_mean(const struct et_image *image, const struct et_stretch *stretch, float mean[3]);

#endif
