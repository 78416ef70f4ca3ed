/* SPDX-License-Identifier: MIT */
/* The motion of the camera, as the shift of the whole picture from frame to frame.
 *
 * Method: phase correlation of two small grey pictures (Kuglin and Hines, 1975), with the sub-pixel
 * peak of Foroosh, Zerubia and Berthod (IEEE Transactions on Image Processing 11(3), 2002). */
#ifndef CORE_CAMERA_MOTION_H
#define CORE_CAMERA_MOTION_H

#include <stdbool.h>

#include "core/procedure.h"
#include "core/stretch.h"
#include "etrack/error.h"
#include "etrack/image.h"

/* Thread-safety: one thread at a time. */
struct et_camera_motion;

/* Errors: ET_ERR_NO_MEMORY. */
enum et_error et_camera_motion_create(struct et_camera_motion **motion, struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void et_camera_motion_destroy(struct et_camera_motion **motion);

/* Starts anew with this picture. `stretch` is for 16-bit grey; it may be NULL for other formats.
 * RT-safe. */
void et_camera_motion_start(struct et_camera_motion *motion, const struct et_image *image, const struct et_stretch *stretch);

/* The shift of the picture since the one before, in its pixels, right and down positive. `movers`
 * are `count` places of things that may move by themselves; they count nothing. False, and no
 * shift, if it is not known: another size, too little texture, or another scene. RT-safe. */
bool et_camera_motion_measure(struct et_camera_motion *motion, const struct et_image *image, const struct et_stretch *stretch,
                              const struct et_place *movers, int count, double *x_px, double *y_px);

#endif
