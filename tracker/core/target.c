/* SPDX-License-Identifier: MIT */
/* Follows a target's place and velocity. */
#include "core/target.h"

#include <math.h>

#include "base/clock.h"

/* The velocity is a running mean with this time constant, which is long enough to damp the box's
 * jitter. */
static const double velocity_memory_s = 0.25;

/* The share of the velocity that is believed when the next place is expected, and the farthest
 * expected step in sizes. With more of it, a tracker that has swapped runs away. */
static const double expected_share = 0.5, longest_step = 0.5;

double et_target_elapsed_s(const struct et_target *t, int64_t time_ns)
{
  return (double)(time_ns - t->last_frame_ns) / ET_SECOND_NS;
}

void et_target_end_frame(struct et_target *t, int64_t time_ns)
{
  t->frame_s = et_target_elapsed_s(t, time_ns);
  t->last_frame_ns = time_ns;
}

static void follow_velocity(struct et_target *t, const struct et_place *place, double elapsed_s)
{
  double share;

  if (!t->pace.exact)
    return;
  share = t->moved ? 1 - exp(-elapsed_s / velocity_memory_s) : 1;
  t->vx_px_s += share * ((place->cx - t->place.cx) / elapsed_s - t->vx_px_s);
  t->vy_px_s += share * ((place->cy - t->place.cy) / elapsed_s - t->vy_px_s);
  t->moved = true;
}

void et_target_measured(struct et_target *t, const struct et_place *place, int64_t time_ns)
{
  follow_velocity(t, place, et_target_elapsed_s(t, time_ns));
  et_target_found(t, place, time_ns);
}

void et_target_found(struct et_target *t, const struct et_place *place, int64_t time_ns)
{
  t->place = *place;
  t->last_seen_ns = time_ns;
}

static double within(double v, double high)
{
  return fmin(fmax(v, 0), high);
}

struct et_place et_target_expected(const struct et_target *t, int width, int height, int64_t time_ns)
{
  const double elapsed_s = expected_share * et_target_elapsed_s(t, time_ns);
  const double x = t->vx_px_s * elapsed_s, y = t->vy_px_s * elapsed_s, step = hypot(x, y);
  const double k = step > 0 ? fmin(1, longest_step * et_track_size(&t->place) / step) : 0;
  struct et_place place = t->place;

  place.cx = within(place.cx + k * x, width);
  place.cy = within(place.cy + k * y, height);
  return place;
}

void et_target_predicted(struct et_target *t, int width, int height, int64_t time_ns)
{
  const double elapsed_s = et_target_elapsed_s(t, time_ns), decay = pow(0.1, elapsed_s);

  t->place.cx = within(t->place.cx + t->vx_px_s * elapsed_s, width);
  t->place.cy = within(t->place.cy + t->vy_px_s * elapsed_s, height);
  t->vx_px_s *= decay;
  t->vy_px_s *= decay;
}

void et_target_lost(struct et_target *t, int64_t time_ns)
{
  t->state = ET_STATE_LOST;
  t->lost_since_ns = time_ns;
  t->vx_px_s = t->vy_px_s = 0;
  t->moved = false;
  t->hunt = (struct et_hunt){0};
  et_company_leave(&t->company);
}
