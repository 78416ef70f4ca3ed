/* SPDX-License-Identifier: MIT */
/* Checks of image views. */
#include "etrack/image.h"

#include "core/plane.h"

enum { LARGEST_SIDE = 32768 };

static enum et_error check_planes(const struct et_image *image, struct et_error_detail *detail)
{
  struct et_plane planes[3];
  const int count = et_image_planes(image, planes);

  for (int i = 0; i < count; i++) {
    const ptrdiff_t row = (ptrdiff_t)planes[i].width * planes[i].step, stride = planes[i].stride, most = PTRDIFF_MAX / LARGEST_SIDE;

    if (!planes[i].data)
      return et_fail(detail, ET_ERR_IMAGE, "image: plane %d is NULL", i);
    if (stride < -most || stride > most)
      return et_fail(detail, ET_ERR_IMAGE, "image: plane %d has a stride of %td bytes, which is too long", i, stride);
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
