/* SPDX-License-Identifier: MIT */
/* What is known of the target from frame to frame. */
#ifndef CORE_TARGET_H
#define CORE_TARGET_H

#include <stdint.h>

#include "base/pace.h"
#include "core/procedure.h"
#include "etrack/tracker.h"

/* A lost target's search: where it looks next, and what it has found so far. */
struct et_hunt {
  int step;                  /* crops looked at since the loss; says which comes next */
  bool has_candidate;        /* a strong match on the frame before */
  int checks;                /* of it passed so far */
  bool told_rival;           /* the event `rival` has been given */
  struct et_place candidate; /* where, with the size that the target had */
  struct et_place found;     /* where the first check had it, with the size that it has */
};

struct et_target {
  enum et_state state;
  struct et_place place;
  double vx_px_s, vy_px_s;
  bool moved;          /* the velocity has been measured at least once */
  struct et_pace pace; /* steady time, which all times here are on */
  int64_t first_seen_ns;
  int64_t last_seen_ns;  /* measured for the last time */
  int64_t last_frame_ns; /* the frame before this one */
  double frame_s;        /* from the frame before that to the last one; 0 = there was none */
  int64_t lost_since_ns; /* state lost only */
  int64_t coasting_since_ns;
  struct et_hunt hunt;
  double score, rival; /* of the last frame */
};

/* Time from the frame before to this one, in seconds. RT-safe. */
double et_target_elapsed_s(const struct et_target *target, int64_t time_ns);

/* A frame has been dealt with. RT-safe. */
void et_target_end_frame(struct et_target *target, int64_t time_ns);

/* The target was measured at `place`: follows its velocity, if it is known how long the step took,
 * and takes the place. RT-safe. */
void et_target_measured(struct et_target *target, const struct et_place *place, int64_t time_ns);

/* The target was found again at `place`: takes it without reading the jump as a velocity. RT-safe. */
void et_target_found(struct et_target *target, const struct et_place *place, int64_t time_ns);

/* The target was not seen: moves on with a velocity that decays to a tenth within a second, size kept, centre kept in the frame. RT-safe. */
void et_target_predicted(struct et_target *target, int width, int height, int64_t time_ns);

void et_target_lost(struct et_target *target, int64_t time_ns);

#endif
