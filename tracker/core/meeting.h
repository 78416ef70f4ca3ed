/* SPDX-License-Identifier: MIT */
/* A meeting: the target and another object come so close that the network shows them as one. Until
 * they part, both go on with the motion and the appearance that they had before. When two objects
 * show again, these tell which is which. */
#ifndef CORE_MEETING_H
#define CORE_MEETING_H

#include "core/track.h"

struct et_meeting {
  bool on;
  double lasted_s;
  struct et_track target, other; /* as they were before, moved on */
};

/* True if the two touch, so that one may hide the other. RT-safe. */
bool et_meeting_touches(const struct et_place *a, const struct et_place *b);

void et_meeting_begin(struct et_meeting *meeting, const struct et_track *target, const struct et_track *other);

/* Moves both on. A long meeting ends: the other is no longer there. RT-safe. */
void et_meeting_move(struct et_meeting *meeting, double elapsed_s);

/* How much better it fits that `a` is the target and `b` the other one than the reverse. Below 0
 * the reverse fits better. RT-safe. */
double et_meeting_prefers(const struct et_meeting *meeting, const struct et_candidate *a, const struct et_candidate *b);

/* True if a preference of this amount, with either sign, is clear. RT-safe. */
bool et_meeting_is_clear(double preference);

#endif
