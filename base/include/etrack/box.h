/* SPDX-License-Identifier: MIT */
/* Boxes in a picture, and requests to start a target on one. */
#ifndef ETRACK_BOX_H
#define ETRACK_BOX_H

#include <stdbool.h>
#include <stdint.h>

#include "etrack/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pixels of the frame, origin at its top left corner; pixel centres are at integers. */
struct et_box {
  double x; /* left edge */
  double y; /* top edge */
  double w;
  double h;
};

/* May `box` start a target in a width x height frame? At least half of it lies inside; its sides
 * measure 4 px to those of the frame.
 * Errors: ET_ERR_BOX_OUTSIDE, ET_ERR_BOX_SIZE (the words give the box and the frame's size).
 * Thread-safety: any thread. RT-safe. */
ET_API enum et_error et_box_check(const struct et_box *box, int width, int height, struct et_error_detail *detail) ET_MUST_CHECK;

/* What the numbers of a start request mean. */
enum et_units {
  ET_UNITS_PX,   /* pixels of the frame */
  ET_UNITS_NORM, /* shares of the frame's width and height, 0..1 */
};

enum { ET_RADIUS_DEFAULT_PX = 32 };

/* A request to start a target, as it came through any door: which box, on which frame.
 * Plain data. All zeros with a box is a request in pixels on the next frame, but for pts_ns. */
struct et_start {
  enum et_units units;
  bool is_point;     /* true: the square of 2 * radius_px round (box.x, box.y); box.w and box.h are ignored */
  struct et_box box; /* in `units` */
  double radius_px;  /* of a point; pixels in both units */
  uint64_t frame;    /* number of a kept frame; 0 = not named */
  int64_t pts_ns;    /* else the kept frame whose PTS is nearest, within half a frame time; -1 = not named.
                      * Neither named = the next frame that arrives */
};

/* The box that `start` means in a width x height frame, in pixels. This is the only place where units
 * are converted and a start box is checked.
 * Errors: as et_box_check(). Thread-safety: any thread. RT-safe. */
ET_API enum et_error et_start_resolve(const struct et_start *start, int width, int height, struct et_box *box,
                                      struct et_error_detail *detail) ET_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
