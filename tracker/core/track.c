/* SPDX-License-Identifier: MIT */
/* Follows one object's place, velocity and appearance. */
#include "core/track.h"

#include <math.h>

/* Time constant of the velocity's running mean. */
static const double velocity_memory_s = 0.2;
/* Shares of what is new, per frame. */
static const double size_share = 0.5, appearance_share = 0.3, score_share = 0.3;

double et_track_size(const struct et_place *p)
{
  return sqrt(p->w * p->h);
}

double et_track_distance(const struct et_place *from, const struct et_place *to)
{
  return hypot(to->cx - from->cx, to->cy - from->cy) / et_track_size(from);
}

double et_track_misfit(double distance, double spread)
{
  return log(1 + distance * distance / (spread * spread));
}

void et_track_shift(struct et_track *t, double x_px, double y_px)
{
  t->place.cx += x_px;
  t->place.cy += y_px;
}

void et_track_move(struct et_track *t, double gain, double elapsed_s)
{
  t->place.cx += gain * t->vx_px_s * elapsed_s;
  t->place.cy += gain * t->vy_px_s * elapsed_s;
}

/* A velocity over a gap would be a guess. */
static void follow_velocity(struct et_track *t, const struct et_place *seen, const struct et_place *was, double elapsed_s)
{
  const double share = 1 - exp(-elapsed_s / velocity_memory_s);

  if (t->missed_s > 0 || elapsed_s <= 0)
    return;
  t->vx_px_s += share * ((seen->cx - was->cx) / elapsed_s - t->vx_px_s);
  t->vy_px_s += share * ((seen->cy - was->cy) / elapsed_s - t->vy_px_s);
}

void et_track_see(struct et_track *t, const struct et_candidate *c, const struct et_place *was, double elapsed_s)
{
  follow_velocity(t, &c->place, was, elapsed_s);
  t->place = (struct et_place){
    .cx = c->place.cx,
    .cy = c->place.cy,
    .w = t->place.w + size_share * (c->place.w - t->place.w),
    .h = t->place.h + size_share * (c->place.h - t->place.h),
  };
  et_appearance_follow(&t->appearance, &c->appearance, appearance_share);
  t->score += score_share * (c->choice.score - t->score);
  t->seen_s += elapsed_s;
  t->missed_s = 0;
}
