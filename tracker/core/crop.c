/* SPDX-License-Identifier: MIT */
/* Square crops of a frame: each plane is resampled at its own resolution, then converted row by
 * row. */
#include "core/crop.h"

#include <stdlib.h>
#include <string.h>

#include "core/convert.h"
#include "core/plane.h"
#include "core/sampler.h"

struct et_cropper {
  struct et_sampler sampler[3]; /* one per plane */
  float *row[3];                /* of each plane, components interleaved */
  float *rgb;                   /* a row with spare room after it */
};

static float *row_create(int n)
{
  return calloc(((size_t)n + ET_CONVERT_SPARE) * 3, sizeof(float));
}

enum et_error et_cropper_create(int largest_n, struct et_cropper **cropper, struct et_error_detail *detail)
{
  struct et_cropper *c = calloc(1, sizeof *c);
  bool done = c && (c->rgb = row_create(largest_n));

  for (int p = 0; done && p < 3; p++) {
    c->row[p] = row_create(largest_n);
    done = et_sampler_init(&c->sampler[p], largest_n) && c->row[p];
  }
  if (!done) {
    et_cropper_destroy(&c);
    return et_fail(detail, ET_ERR_NO_MEMORY, "out of memory for crops");
  }
  *cropper = c;
  return ET_OK;
}

void et_cropper_destroy(struct et_cropper **cropper)
{
  if (!cropper || !*cropper)
    return;
  for (int p = 0; p < 3; p++) {
    et_sampler_fini(&(*cropper)->sampler[p]);
    free((*cropper)->row[p]);
  }
  free((*cropper)->rgb);
  free(*cropper);
  *cropper = NULL;
}

/* Writes straight into the crop if the row is a whole number of fours. */
static void convert_row(const struct et_cropper *c, const struct et_colour *colour, enum et_chroma chroma, int n, float *out)
{
  const bool straight = n % 4 == 0;

  et_convert_row(colour, chroma, c->row[0], c->row[1], c->row[2], n, straight ? out : c->rgb);
  if (!straight)
    memcpy(out, c->rgb, (size_t)n * 3 * sizeof *out);
}

static void crop_yuv(struct et_cropper *c, const struct et_image *image, const struct et_stretch *stretch, const struct et_plane *planes,
                     int count, const struct et_view *view, const float mean[3], float *out)
{
  static const enum et_chroma chroma[] = {[1] = ET_CHROMA_NONE, [2] = ET_CHROMA_PAIRED, [3] = ET_CHROMA_APART};
  const struct et_colour colour = et_image_colour(image);
  float fill[3];
  int component = 0;

  et_colour_to_yuv(&colour, mean, fill);
  for (int p = 0; p < count; p++) {
    et_sampler_aim(&c->sampler[p], &planes[p], stretch, image->width, image->height, view, fill + component);
    component += planes[p].components;
  }
  for (int v = 0; v < view->n; v++, out += 3 * view->n) {
    for (int p = 0; p < count; p++)
      et_sampler_row(&c->sampler[p], v, c->row[p]);
    convert_row(c, &colour, chroma[count], view->n, out);
  }
}

void et_crop(struct et_cropper *c, const struct et_image *image, const struct et_stretch *stretch, double cx, double cy, double side, int n,
             const float mean[3], float *out)
{
  const struct et_view view = {cx, cy, side / n, n};
  struct et_plane planes[3];
  const int count = et_image_planes(image, planes);

  if (et_image_is_yuv(image)) {
    crop_yuv(c, image, stretch, planes, count, &view, mean, out);
    return;
  }
  et_sampler_aim(&c->sampler[0], &planes[0], stretch, image->width, image->height, &view, mean);
  for (int v = 0; v < n; v++)
    et_sampler_row(&c->sampler[0], v, out + (ptrdiff_t)3 * n * v);
}
