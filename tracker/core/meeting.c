/* SPDX-License-Identifier: MIT */
/* Tells two objects apart that have met and part again. */
#include "core/meeting.h"

#include <math.h>

/* Two objects touch if their centres are nearer than this share of both half sides. */
static const double touch = 0.8;
/* Longer meetings tell nothing: either could be anywhere. */
static const double longest_s = 1;
/* Usual distance from the expected place, in sizes: at once, and what is added per second. */
static const double spread = 0.3, spread_per_s = 0.3;
/* Appearance against motion. It is little: features depend on the place in the crop too. */
static const double appearance_weight = 6;
static const double clear_preference = 1.5;

bool et_meeting_touches(const struct et_place *a, const struct et_place *b)
{
  return fabs(a->cx - b->cx) < (a->w + b->w) / 2 * touch && fabs(a->cy - b->cy) < (a->h + b->h) / 2 * touch;
}

void et_meeting_begin(struct et_meeting *m, const struct et_track *target, const struct et_track *other)
{
  *m = (struct et_meeting){.on = true, .target = *target, .other = *other};
}

void et_meeting_move(struct et_meeting *m, double elapsed_s)
{
  et_track_move(&m->target, 1, elapsed_s);
  et_track_move(&m->other, 1, elapsed_s);
  m->lasted_s += elapsed_s;
  if (m->lasted_s > longest_s)
    m->on = false;
}

static double misfit(const struct et_meeting *m, const struct et_track *t, const struct et_candidate *c)
{
  return et_track_misfit(et_track_distance(&t->place, &c->place), spread + spread_per_s * m->lasted_s) +
         appearance_weight * (1 - et_appearance_likeness(&t->appearance, &c->appearance));
}

double et_meeting_prefers(const struct et_meeting *m, const struct et_candidate *a, const struct et_candidate *b)
{
  return misfit(m, &m->target, b) + misfit(m, &m->other, a) - misfit(m, &m->target, a) - misfit(m, &m->other, b);
}

bool et_meeting_is_clear(double preference)
{
  return fabs(preference) >= clear_preference;
}
