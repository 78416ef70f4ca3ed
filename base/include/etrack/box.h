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

/* Pixels of the frame. The origin is its top left corner. Pixel centres are at integers. */
struct et_box {
  double x; /* left edge */
  double y; /* top edge */
  double w;
  double h;
};

/* Checks that `box` can start a target in a width x height frame. At least half of it must lie in
 * the frame. Each side must be at least 4 px, and at most that of the frame.
 * Errors: ET_ERR_BOX_OUTSIDE, ET_ERR_BOX_SIZE (the words give the box and the frame's size).
 * Thread-safety: any thread. RT-safe. */
ET_API enum et_error et_box_check(const struct et_box *box, int width, int height, struct et_error_detail *detail) ET_MUST_CHECK;

/* What the numbers of a start request mean. */
enum et_units {
  ET_UNITS_PX,   /* pixels of the frame */
  ET_UNITS_NORM, /* fractions of the frame's width and height, 0..1 */
};

enum { ET_RADIUS_DEFAULT_PX = 32 };

/* A request to start a target: which box, on which frame.
 * Plain data. All zeros with a box and pts_ns = -1 is a request in pixels on the next frame. */
struct et_start {
  enum et_units units;
  bool is_point;     /* true: a square around (box.x, box.y); box.w and box.h are ignored */
  struct et_box box; /* in `units` */
  double radius_px;  /* half the side of the square around a point; pixels in both units */
  uint64_t frame;    /* number of a kept frame; 0 = not named */
  /* The PTS of a kept frame; -1 = not named. It means the nearest kept frame within half a frame
   * time. It counts only if `frame` is not named. If neither is named, the next frame that arrives
   * is meant. */
  int64_t pts_ns;
};

/* Converts `start` into a box in pixels of a width x height frame, and checks it. No other function
 * converts units or checks a start box.
 * Errors: as et_box_check(). Thread-safety: any thread. RT-safe. */
ET_API enum et_error et_start_resolve(const struct et_start *start, int width, int height, struct et_box *box,
                                      struct et_error_detail *detail) ET_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
