/* SPDX-License-Identifier: MIT */
/* Checks of image views and of start boxes. */
#include "etrack/image.h"

#include <math.h>

#include "core/plane.h"

enum { LARGEST_SIDE = 32768 };

static const double smallest_box_px = 4;

static enum et_error check_planes(const struct et_image *image, struct et_error_detail *detail)
{
  struct et_plane planes[3];
  const int count = et_image_planes(image, planes);

  for (int i = 0; i < count; i++) {
    const ptrdiff_t row = (ptrdiff_t)planes[i].width * planes[i].step, stride = planes[i].stride, most = PTRDIFF_MAX / LARGEST_SIDE;

    if (!planes[i].data)
      return et_fail(detail, ET_ERR_IMAGE, "image: plane %d is NULL", i);
    if (stride < -most || stride > most)
      return et_fail(detail, ET_ERR_IMAGE, "image: plane %d has an absurd stride of %td bytes", i, stride);
    if (stride < row && stride > -row)
      return et_fail(detail, ET_ERR_IMAGE, "image: plane %d has a stride of %td bytes; a row needs %td", i, stride, row);
  }
  return ET_OK;
}

enum et_error et_image_check(const struct et_image *image, struct et_error_detail *detail)
{
  if (!image)
    return et_fail(detail, ET_ERR_IMAGE, "image: NULL");
  if ((unsigned)image->format > ET_FORMAT_P010_10LE)
    return et_fail(detail, ET_ERR_IMAGE, "image: format %d is unknown", (int)image->format);
  if ((unsigned)image->matrix > ET_MATRIX_BT2020 || (unsigned)image->range > ET_RANGE_FULL || (unsigned)image->siting > ET_SITING_COSITED)
    return et_fail(detail, ET_ERR_IMAGE, "image: matrix, range or siting is unknown");
  if (image->width < 1 || image->height < 1 || image->width > LARGEST_SIDE || image->height > LARGEST_SIDE)
    return et_fail(detail, ET_ERR_IMAGE, "image: %dx%d is not a size of 1 to %d pixels a side", image->width, image->height, LARGEST_SIDE);
  return check_planes(image, detail);
}

static double overlap(double from, double length, double frame)
{
  return fmax(fmin(from + length, frame) - fmax(from, 0), 0);
}

enum et_error et_box_check(const struct et_box *box, int width, int height, struct et_error_detail *detail)
{
  if (!box)
    return et_fail(detail, ET_ERR_BOX_SIZE, "box: NULL");
  if (!isfinite(box->x) || !isfinite(box->y) || !isfinite(box->w) || !isfinite(box->h))
    return et_fail(detail, ET_ERR_BOX_SIZE, "box [%g, %g, %g, %g] holds what is not a number", box->x, box->y, box->w, box->h);
  if (box->w < smallest_box_px || box->h < smallest_box_px || box->w > width || box->h > height)
    return et_fail(detail, ET_ERR_BOX_SIZE, "box [%g, %g, %g, %g] must have sides of %g px to those of the %dx%d frame", box->x, box->y,
                   box->w, box->h, smallest_box_px, width, height);
  if (overlap(box->x, box->w, width) * overlap(box->y, box->h, height) < box->w * box->h / 2)
    return et_fail(detail, ET_ERR_BOX_OUTSIDE, "box [%g, %g, %g, %g] lies outside the %dx%d frame by more than half", box->x, box->y,
                   box->w, box->h, width, height);
  return ET_OK;
}
