/* SPDX-License-Identifier: MIT */
/* An object that is followed from frame to frame by its motion and appearance. */
#ifndef CORE_TRACK_H
#define CORE_TRACK_H

#include "core/candidates.h"

struct et_track {
  struct et_place place; /* where it was seen, or where it is expected */
  double vx_px_s, vy_px_s;
  struct et_appearance appearance;
  double score;    /* running mean */
  double seen_s;   /* for how long it has been seen */
  double missed_s; /* since it was last seen */
};

/* The side of a square as large as the place, frame pixels. RT-safe. */
double et_track_size(const struct et_place *place);

/* How far `to` is from `from`, in sizes of `from`. RT-safe. */
double et_track_distance(const struct et_place *from, const struct et_place *to);

/* How badly the place of something that was expected at `distance` sizes fits, 0 or more. `spread`
 * is the usual distance. It grows slowly, because targets jump. RT-safe. */
double et_track_misfit(double distance, double spread);

/* The whole picture has shifted. RT-safe. */
void et_track_shift(struct et_track *track, double x_px, double y_px);

/* Moves it on by `gain` of its velocity. RT-safe. */
void et_track_move(struct et_track *track, double gain, double elapsed_s);

/* It was seen again, and was at `was` the frame before. RT-safe. */
void et_track_see(struct et_track *track, const struct et_candidate *candidate, const struct et_place *was, double elapsed_s);

#endif
