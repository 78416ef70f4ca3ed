/* SPDX-License-Identifier: MIT */
/* The mean colour of a frame. */
#include "core/mean.h"

#include <string.h>

#include "core/plane.h"

/* Bytes are added up in this many lanes at once. It is a multiple of every distance between
 * samples, so that a lane's component is its number modulo that distance. It is also a multiple of
 * the vectors that the compiler makes of the loop. Sixteen bits hold the sum of 257 bytes. */
enum { LANES = 48, ROUNDS = 257, MOST_STEP = 4 };

/* Adds up to ROUNDS blocks of LANES bytes to the sums of their components. */
static void add_blocks(const uint8_t *p, int blocks, int step, uint64_t sum[MOST_STEP])
{
  uint16_t lane[LANES] = {0};

  for (int b = 0; b < blocks; b++, p += LANES)
    for (int i = 0; i < LANES; i++)
      lane[i] = (uint16_t)(lane[i] + p[i]);
  for (int i = 0; i < LANES; i++)
    sum[i % step] += lane[i];
}

/* Adds up bytes 0, 1, .. step - 1 of every sample of a row. */
static void add_row(const uint8_t *p, ptrdiff_t bytes, int step, uint64_t sum[MOST_STEP])
{
  while (bytes >= LANES) {
    const int blocks = bytes / LANES < ROUNDS ? (int)(bytes / LANES) : ROUNDS;

    add_blocks(p, blocks, step, sum);
    p += (ptrdiff_t)blocks * LANES;
    bytes -= (ptrdiff_t)blocks * LANES;
  }
  for (int i = 0; i < bytes; i++)
    sum[i % step] += p[i];
}

static void plane_means(const struct et_plane *p, const struct et_stretch *stretch, float *mean)
{
  uint64_t sum[MOST_STEP] = {0};

  for (int y = 0; y < p->height; y++)
    add_row(p->data + y * p->stride, (ptrdiff_t)p->width * p->step, p->step, sum);
  if (p->deep)
    mean[0] = et_stretch_grey(stretch, ((double)sum[p->offset[0]] * 256 + (double)sum[p->offset[0] ^ 1]) / ((double)p->width * p->height));
  for (int c = 0; c < p->components && !p->deep; c++)
    mean[c] = (float)((double)sum[p->offset[c]] / ((double)p->width * p->height));
}

static float clamp(float v)
{
  return v < 0 ? 0 : v > 255 ? 255 : v;
}

void et_image_mean(const struct et_image *image, const struct et_stretch *stretch, float mean[3])
{
  const struct et_colour colour = et_image_colour(image);
  float value[3] = {0, 128, 128}; /* no chroma: grey */
  struct et_plane planes[3];
  const int count = et_image_planes(image, planes);
  int v = 0;

  for (int p = 0; p < count; v += planes[p].components, p++)
    plane_means(&planes[p], stretch, value + v);
  if (et_image_is_yuv(image))
    et_colour_to_rgb(&colour, value, mean);
  else
    memcpy(mean, value, sizeof value);
  for (int c = 0; c < 3; c++)
    mean[c] = clamp(mean[c]);
}
