/* SPDX-License-Identifier: MIT */
/* Follows a target's place and velocity. */
#include "core/target.h"

#include <math.h>

#include "base/clock.h"
#include "core/score.h"

/* The velocity is a running mean with this time constant, which is long enough to damp the box's
 * jitter. */
static const double velocity_memory_s = 0.25;

/* The share of the velocity that is believed when the next place is expected, and the farthest
 * expected step in sizes. With more of it, a tracker that has swapped runs away. */
static const double expected_share = 0.5, longest_step = 0.5;

/* A jerk of the camera moves a measured target's place from so many sizes on. */
static const double least_jerk = 0.5;

double et_target_elapsed_s(const struct et_target *t, int64_t time_ns)
{
  return (double)(time_ns - t->last_frame_ns) / ET_SECOND_NS;
}

void et_target_end_frame(struct et_target *t, int64_t time_ns)
{
  t->frame_s = et_target_elapsed_s(t, time_ns);
  t->last_frame_ns = time_ns;
}

static double share_of_new(double elapsed_s)
{
  return 1 - exp(-elapsed_s / velocity_memory_s);
}

static void follow_velocity(struct et_target *t, const struct et_place *place, double elapsed_s)
{
  double share;

  if (!t->pace.exact)
    return;
  share = t->moved ? share_of_new(elapsed_s) : 1;
  t->vx_px_s += share * ((place->cx - t->place.cx + t->shift_x_px) / elapsed_s - t->vx_px_s);
  t->vy_px_s += share * ((place->cy - t->place.cy + t->shift_y_px) / elapsed_s - t->vy_px_s);
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

static void shift(struct et_place *place, double x_px, double y_px, int width, int height)
{
  place->cx = within(place->cx + x_px, width);
  place->cy = within(place->cy + y_px, height);
}

static void shift_target(struct et_target *t, double x_px, double y_px, int width, int height)
{
  t->shift_x_px = x_px;
  t->shift_y_px = y_px;
  shift(&t->place, x_px, y_px, width, height);
  shift(&t->hunt.candidate, x_px, y_px, width, height);
  shift(&t->hunt.found, x_px, y_px, width, height);
}

/* The camera's velocity, and with it that of a target which is not measured. */
static void follow_camera(struct et_target *t, double x_px, double y_px, double elapsed_s)
{
  const double share = share_of_new(elapsed_s);
  const double x = share * (x_px / elapsed_s - t->camera_x_px_s), y = share * (y_px / elapsed_s - t->camera_y_px_s);

  t->camera_x_px_s += x;
  t->camera_y_px_s += y;
  if (t->state == ET_STATE_COASTING) {
    t->vx_px_s += x;
    t->vy_px_s += y;
  }
}

static bool is_measured(const struct et_target *t)
{
  return t->state == ET_STATE_TRACKING || t->state == ET_STATE_UNCERTAIN;
}

/* What is steady in the camera's motion is in the velocities of all that is measured, and the
 * search region has room for a small jerk. */
void et_target_shift(struct et_target *t, int width, int height, bool known, double x_px, double y_px, int64_t time_ns)
{
  const double elapsed_s = et_target_elapsed_s(t, time_ns);
  double jerk_x_px = x_px - t->camera_x_px_s * elapsed_s, jerk_y_px = y_px - t->camera_y_px_s * elapsed_s;

  if (!known || hypot(jerk_x_px, jerk_y_px) < least_jerk * et_track_size(&t->place))
    jerk_x_px = jerk_y_px = 0;
  et_company_shift(&t->company, jerk_x_px, jerk_y_px);
  if (is_measured(t))
    shift_target(t, jerk_x_px, jerk_y_px, width, height);
  else
    shift_target(t, x_px, y_px, width, height);
  if (t->pace.exact)
    follow_camera(t, x_px, y_px, elapsed_s);
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
  const double own_x = t->vx_px_s - t->camera_x_px_s, own_y = t->vy_px_s - t->camera_y_px_s;
  const bool shifted = t->state == ET_STATE_COASTING; /* by all of the camera's motion */

  shift(&t->place, (shifted ? own_x : t->vx_px_s) * elapsed_s, (shifted ? own_y : t->vy_px_s) * elapsed_s, width, height);
  t->vx_px_s = t->camera_x_px_s + own_x * decay;
  t->vy_px_s = t->camera_y_px_s + own_y * decay;
}

void et_target_scored(struct et_target *t, double raw_score, double likeness)
{
  t->raw_score = raw_score;
  t->likeness = likeness;
  t->score = raw_score > 0 ? et_score(raw_score, likeness) : 0;
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
