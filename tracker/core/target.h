/* SPDX-License-Identifier: MIT */
/* What is known of the target from frame to frame. */
#ifndef CORE_TARGET_H
#define CORE_TARGET_H

#include <stdint.h>

#include "base/pace.h"
#include "core/company.h"
#include "etrack/tracker.h"

/* A lost target's search: where it looks next, and what it has found so far. */
struct et_hunt {
  int step;                  /* crops looked at since the loss; decides which comes next */
  bool has_candidate;        /* there was a strong match on the frame before */
  int checks;                /* that the candidate has passed */
  bool told_rival;           /* the event `rival` has been given */
  struct et_place candidate; /* its place, with the size that the target had */
  struct et_place found;     /* its place at the first check, with its own size */
};

struct et_target {
  enum et_state state;
  struct et_place place;
  double vx_px_s, vy_px_s;             /* in the picture */
  bool moved;                          /* the velocity has been measured at least once */
  double camera_x_px_s, camera_y_px_s; /* how the camera's motion shifts the picture */
  double shift_x_px, shift_y_px;       /* what the camera has moved its place by in this frame */
  struct et_pace pace;                 /* steady time; all times here are on it */
  int64_t first_seen_ns;
  int64_t last_seen_ns;  /* when it was last measured */
  int64_t last_frame_ns; /* the frame before this one */
  double frame_s;        /* from the frame before that one to it; 0 = there was none */
  int64_t lost_since_ns; /* state lost only */
  int64_t coasting_since_ns;
  struct et_company company;
  struct et_hunt hunt;
  double score, raw_score, likeness, rival; /* of the last frame, as in struct et_result */
};

/* Seconds from the frame before to this one. RT-safe. */
double et_target_elapsed_s(const struct et_target *target, int64_t time_ns);

/* Notes that a frame is done. RT-safe. */
void et_target_end_frame(struct et_target *target, int64_t time_ns);

/* The motion of the camera has shifted the whole picture since the frame before. All places move
 * with it, inside the frame, but those of a measured target and its company only at a large jerk.
 * What is not `known` is no jerk. RT-safe. */
void et_target_shift(struct et_target *target, int width, int height, bool known, double x_px, double y_px, int64_t time_ns);

/* Where the target is expected in this frame, inside the frame. RT-safe. */
struct et_place et_target_expected(const struct et_target *target, int width, int height, int64_t time_ns);

/* The target was measured at `place`: takes the place, and updates the velocity if the duration of
 * the step is known. RT-safe. */
void et_target_measured(struct et_target *target, const struct et_place *place, int64_t time_ns);

/* The target was found again at `place`: takes it without counting the jump as a velocity.
 * RT-safe. */
void et_target_found(struct et_target *target, const struct et_place *place, int64_t time_ns);

/* The target was not seen: moves it on. Its own velocity, without the camera's, decays to a tenth
 * within a second. Its size stays, and its centre stays in the frame. RT-safe. */
void et_target_predicted(struct et_target *target, int width, int height, int64_t time_ns);

/* Notes what was seen of it in this frame; a raw score of 0 if nothing was. RT-safe. */
void et_target_scored(struct et_target *target, double raw_score, double likeness);

void et_target_lost(struct et_target *target, int64_t time_ns);

#endif
