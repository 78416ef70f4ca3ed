/* SPDX-License-Identifier: MIT */
/* Square crops of a frame: each plane is resampled at its own resolution, then a row at a time becomes RGB. */
#include "core/crop.h"

#include <stdlib.h>
#include <string.h>

#include "core/plane.h"
#include "core/sampler.h"

struct et_cropper {
  struct et_sampler sampler[3]; /* one a plane */
  float *row[3];                /* of each plane, components interleaved */
};

enum et_error et_cropper_create(int largest_n, struct et_cropper **cropper, struct et_error_detail *detail)
{
  struct et_cropper *c = calloc(1, sizeof *c);
  bool done = c;

  for (int p = 0; done && p < 3; p++) {
    c->row[p] = calloc((size_t)largest_n * 3, sizeof(float));
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
  free(*cropper);
  *cropper = NULL;
}

static float clamp(float v)
{
  v = v < 0 ? 0 : v;
  return v > 255 ? 255 : v;
}

/* u and v come `step` floats apart: 1 from planes of their own, 2 from one that holds both. */
static inline __attribute__((always_inline)) void convert(const struct et_colour *c, const float *y, const float *u, const float *v,
                                                          int step, int n, float *restrict out)
{
  for (int i = 0; i < n; i++) {
    const float luma = (y[i] - c->y_black) * c->y_scale, cb = u[i * step] - 128, cr = v[i * step] - 128;

    out[3 * i] = clamp(luma + c->rv * cr);
    out[3 * i + 1] = clamp(luma + c->gu * cb + c->gv * cr);
    out[3 * i + 2] = clamp(luma + c->bu * cb);
  }
}

static void convert_grey(const struct et_colour *c, const float *y, int n, float *out)
{
  for (int i = 0; i < n; i++)
    out[3 * i] = out[3 * i + 1] = out[3 * i + 2] = clamp((y[i] - c->y_black) * c->y_scale);
}

static void convert_row(const struct et_cropper *c, const struct et_colour *colour, int planes, int n, float *out)
{
  switch (planes) {
  case 1:
    return convert_grey(colour, c->row[0], n, out);
  case 2:
    return convert(colour, c->row[0], c->row[1], c->row[1] + 1, 2, n, out);
  default:
    return convert(colour, c->row[0], c->row[1], c->row[2], 1, n, out);
  }
}

static void crop_yuv(struct et_cropper *c, const struct et_image *image, const struct et_plane *planes, int count,
                     const struct et_view *view, const float mean[3], float *out)
{
  const struct et_colour colour = et_image_colour(image);
  float fill[3];
  int component = 0;

  et_colour_to_yuv(&colour, mean, fill);
  for (int p = 0; p < count; p++) {
    et_sampler_aim(&c->sampler[p], &planes[p], image->width, image->height, view, fill + component);
    component += planes[p].components;
  }
  for (int v = 0; v < view->n; v++, out += 3 * view->n) {
    for (int p = 0; p < count; p++)
      et_sampler_row(&c->sampler[p], v, c->row[p]);
    convert_row(c, &colour, count, view->n, out);
  }
}

void et_crop(struct et_cropper *c, const struct et_image *image, double cx, double cy, double side, int n, const float mean[3], float *out)
{
  struct et_plane planes[3];
  const int count = et_image_planes(image, planes);
  const struct et_view view = {cx, cy, side / n, n};

  if (et_image_is_yuv(image)) {
    crop_yuv(c, image, planes, count, &view, mean, out);
    return;
  }
  et_sampler_aim(&c->sampler[0], &planes[0], image->width, image->height, &view, mean);
  for (int v = 0; v < n; v++)
    et_sampler_row(&c->sampler[0], v, out + (ptrdiff_t)3 * n * v);
}
