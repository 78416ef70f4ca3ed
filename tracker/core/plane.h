/* SPDX-License-Identifier: MIT */
/* The memory layouts of struct et_image as planes of samples, and conversion between YUV and
 * RGB. */
#ifndef CORE_PLANE_H
#define CORE_PLANE_H

#include <stdbool.h>

#include "etrack/image.h"

/* Samples of one or more components at the same places.
 * Sample (x, y) of component c is data[y * stride + x * step + offset[c]]. */
struct et_plane {
  const uint8_t *data;
  ptrdiff_t stride;
  int width, height; /* samples */
  int step;          /* bytes between samples */
  int components;    /* 1..3 */
  int offset[3];
  bool deep;                 /* 16 bits per sample; offset[0] is that of the upper byte */
  int shift_x, shift_y;      /* log2 of luma samples per sample */
  double origin_x, origin_y; /* luma coordinate of sample 0 */
};

/* RGB: one plane of R, G, B. YUV: luma, then one plane of U and V or one of each.
 * Returns the number of planes. RT-safe. */
int et_image_planes(const struct et_image *image, struct et_plane planes[3]);

/* Sample x of a row of a deep plane; `row` is its first byte. RT-safe. */
static inline uint16_t et_plane_deep(const struct et_plane *plane, const uint8_t *row, int x)
{
  const uint8_t *p = row + 2 * (ptrdiff_t)x;

  return (uint16_t)(p[plane->offset[0]] << 8 | p[plane->offset[0] ^ 1]);
}

/* True if the components are Y, U, V (or Y alone). */
bool et_image_is_yuv(const struct et_image *image);

/* R = y + rv * v, G = y + gu * u + gv * v, B = y + bu * u,
 * with y = (Y - y_black) * y_scale, u = U - 128, v = V - 128. */
struct et_colour {
  float y_black, y_scale, rv, gu, gv, bu;
};

struct et_colour et_image_colour(const struct et_image *image);

/* Convert one colour; the result is not clamped. RT-safe. */
void et_colour_to_rgb(const struct et_colour *colour, const float yuv[3], float rgb[3]);
void et_colour_to_yuv(const struct et_colour *colour, const float rgb[3], float yuv[3]);

#endif
