/* SPDX-License-Identifier: MIT */
/* The target's company: the other objects in the search region that answer to its template. Each
 * has a track, so that one of them does not become the target because it scores higher.
 *
 * The idea, to associate all candidates of a frame with those of the frame before, is KeepTrack's
 * (Mayer, Danelljan, Paudel, Van Gool, ICCV 2021). Here nothing is learned: motion, appearance and
 * size decide. */
#ifndef CORE_COMPANY_H
#define CORE_COMPANY_H

#include "core/meeting.h"

enum { ET_MOST_OTHERS = 5 };

struct et_company {
  struct et_track target;     /* its velocity is the one before a meeting */
  struct et_appearance first; /* the target's mean over its first frames; kept while it is lost */
  int first_frames;           /* in it */
  int count;                  /* of the others */
  struct et_track other[ET_MOST_OTHERS];
  struct et_meeting meeting;
  int met;      /* the other that the meeting is with */
  double doubt; /* 1 after an unclear parting; fades */
};

/* Which candidate is what. -1 = none. */
struct et_assignment {
  int target;
  int other[ET_MOST_OTHERS];
  int parted;        /* the other of a meeting that has ended */
  double preference; /* for the target at that parting */
};

/* Forgets all but what the target looked like at first. RT-safe. */
void et_company_leave(struct et_company *company);

/* The whole picture has shifted. RT-safe. */
void et_company_shift(struct et_company *company, double x_px, double y_px);

/* Moves all to this frame. The target is expected at `place`, and moves at vx, vy. RT-safe. */
void et_company_expect(struct et_company *company, const struct et_place *place, double vx_px_s, double vy_px_s, double elapsed_s);

/* To what the target looked like at first, 0..1. RT-safe. */
double et_company_likeness(const struct et_company *company, const struct et_candidate *candidate);

/* True if it cannot be the target, which is gone then, however well this answers to the template.
 * RT-safe. */
bool et_company_rules_out(const struct et_company *company, const struct et_candidate *candidate);

/* True if it looks like the target did at first. Otherwise it may be something else. RT-safe. */
bool et_company_knows(const struct et_company *company, const struct et_candidate *candidate);

/* The same for a target that is lost: what is found elsewhere must look more like it. RT-safe. */
bool et_company_recognises(const struct et_company *company, const struct et_candidate *candidate);

/* RT-safe. */
struct et_assignment et_company_assign(const struct et_company *company, const struct et_candidates *candidates);

/* Takes over what was assigned. `trusted`: the target looks as it should. RT-safe. */
void et_company_follow(struct et_company *company, const struct et_assignment *assignment, const struct et_candidates *candidates,
                       bool trusted, double elapsed_s);

/* True if it is not clear which object is the target, now or for a while after an unclear parting,
 * longer if there is still a `rival`. RT-safe. */
bool et_company_is_unclear(const struct et_company *company, bool rival);

/* True if the target and another parted in this frame, and it is not clear which is which.
 * RT-safe. */
bool et_company_parted_unclearly(const struct et_assignment *assignment);

#endif
