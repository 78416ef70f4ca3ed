/* SPDX-License-Identifier: MIT */
/* The mean colour of a frame. */
#include "core/mean.h"

#include "core/plane.h"

static uint64_t row_sum(const uint8_t *row, int width, int step)
{
  uint64_t sum = 0;

  for (int x = 0; x < width; x++)
    sum += row[(ptrdiff_t)x * step];
  return sum;
}

static float component_mean(const struct et_plane *p, int component)
{
  uint64_t sum = 0;

  for (int y = 0; y < p->height; y++)
    sum += row_sum(p->data + y * p->stride + p->offset[component], p->width, p->step);
  return (float)((double)sum / ((double)p->width * p->height));
}

static float clamp(float v)
{
  return v < 0 ? 0 : v > 255 ? 255 : v;
}

void et_image_mean(const struct et_image *image, float mean[3])
{
  const struct et_colour colour = et_image_colour(image);
  float value[3] = {0, 128, 128}; /* no chroma: grey */
  struct et_plane planes[3];
  const int count = et_image_planes(image, planes);
  int v = 0;

  for (int p = 0; p < count; p++)
    for (int c = 0; c < planes[p].components; c++)
      value[v++] = component_mean(&planes[p], c);
  if (et_image_is_yuv(image))
    et_colour_to_rgb(&colour, value, mean);
  for (int c = 0; c < 3; c++)
    mean[c] = clamp(et_image_is_yuv(image) ? mean[c] : value[c]);
}
