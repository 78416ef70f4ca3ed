/* SPDX-License-Identifier: MIT */
/* The mean colour of a frame, which stands for everything outside it. */
#ifndef CORE_MEAN_H
#define CORE_MEAN_H

#include "etrack/image.h"

/* RGB, 0..255, over all pixels; for YUV the mean of each plane, then converted. RT-safe. */
void et_image_mean(const struct et_image *image, float mean[3]);

#endif
