/* SPDX-License-Identifier: MIT */
/* Resolves start requests to boxes in pixels of a frame, and checks them. */
#include "etrack/box.h"

#include <math.h>

static const double smallest_box_px = 4;

static double overlap(double from, double length, double frame)
{
  return fmax(fmin(from + length, frame) - fmax(from, 0), 0);
}

enum et_error et_box_check(const struct et_box *box, int width, int height, struct et_error_detail *detail)
{
  if (!box)
    return et_fail(detail, ET_ERR_BOX_SIZE, "box: NULL");
  if (!isfinite(box->x) || !isfinite(box->y) || !isfinite(box->w) || !isfinite(box->h))
    return et_fail(detail, ET_ERR_BOX_SIZE, "box [%g, %g, %g, %g] has a value that is not a number", box->x, box->y, box->w, box->h);
  if (box->w < smallest_box_px || box->h < smallest_box_px || box->w > width || box->h > height)
    return et_fail(detail, ET_ERR_BOX_SIZE, "box [%g, %g, %g, %g] must have sides from %g px up to those of the %dx%d frame", box->x,
                   box->y, box->w, box->h, smallest_box_px, width, height);
  if (overlap(box->x, box->w, width) * overlap(box->y, box->h, height) < box->w * box->h / 2)
    return et_fail(detail, ET_ERR_BOX_OUTSIDE, "more than half of box [%g, %g, %g, %g] lies outside the %dx%d frame", box->x, box->y,
                   box->w, box->h, width, height);
  return ET_OK;
}

enum et_error et_start_resolve(const struct et_start *start, int width, int height, struct et_box *box, struct et_error_detail *detail)
{
  const double sx = start->units == ET_UNITS_NORM ? width : 1, sy = start->units == ET_UNITS_NORM ? height : 1;
  const struct et_box *asked = &start->box;
  const double r = start->radius_px;
  struct et_box resolved = {asked->x * sx, asked->y * sy, asked->w * sx, asked->h * sy};
  enum et_error error;

  if (start->is_point)
    resolved = (struct et_box){resolved.x - r, resolved.y - r, 2 * r, 2 * r};
  error = et_box_check(&resolved, width, height, detail);
  if (!error)
    *box = resolved;
  return error;
}
