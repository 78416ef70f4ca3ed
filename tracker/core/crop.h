/* SPDX-License-Identifier: MIT */
/* Square crops of a frame for the network, straight from the frame's planes (docs/tracker.md,
 * section 4). */
#ifndef CORE_CROP_H
#define CORE_CROP_H

#include "core/stretch.h"

/* Tables and rows for crops of up to a given size. Thread-safety: one thread at a time. */
struct et_cropper;

/* `largest_n`: side of the largest crop, pixels. Errors: ET_ERR_NO_MEMORY. */
enum et_error et_cropper_create(int largest_n, struct et_cropper **cropper, struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void et_cropper_destroy(struct et_cropper **cropper);

/* Samples the square of `side` frame pixels around (cx, cy) into n x n pixels of three floats, RGB
 * in 0..255. What lies outside the frame has the colour `mean`. `stretch` is for 16-bit grey; it
 * may be NULL for other formats. The image must have passed et_image_check(). RT-safe. */
void et_crop(struct et_cropper *cropper, const struct et_image *image, const struct et_stretch *stretch, double cx, double cy, double side,
             int n, const float mean[3], float *out);

#endif
