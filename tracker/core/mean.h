/* SPDX-License-Identifier: MIT */
/* The mean colour of a frame, which replaces everything outside it. */
#ifndef CORE_MEAN_H
#define CORE_MEAN_H

#include "core/stretch.h"

/* RGB, 0..255, over all pixels. For YUV it is the mean of each plane, converted to RGB. `stretch`
 * is for 16-bit grey; it may be NULL for other formats. RT-safe. */
void et_image_mean(const struct et_image *image, const struct et_stretch *stretch, float mean[3]);

#endif
