/* SPDX-License-Identifier: MIT */
/* The target states tracking, uncertain and coasting; search.c handles a lost target. */
#include "core/follow.h"

#include <math.h>

#include "base/clock.h"
#include "core/search.h"

/* What one look says, before a state is entered. */
enum verdict { GOOD, DOUBTFUL, GONE };

static double seconds(int64_t from_ns, int64_t to_ns)
{
  return (double)(to_ns - from_ns) / ET_SECOND_NS;
}

/* The thresholds for leaving a worse state are higher than those for entering it. */
static enum verdict judge(const struct et_look *look, const struct et_params *params, enum et_state state)
{
  const double up = params->score_hysteresis;
  const double lost = params->lost_score + (state == ET_STATE_COASTING ? up : 0);
  const double weak = params->weak_score + (state != ET_STATE_TRACKING ? up : 0);

  if (look->best.score < lost)
    return GONE;
  return look->best.score < weak || et_look_has_rival(look, params) ? DOUBTFUL : GOOD;
}

/* The search region of a coasting target grows with the time since it was seen, up to twice its
 * side. */
static double zoom_of(const struct et_target *t, int64_t time_ns)
{
  if (t->state != ET_STATE_COASTING)
    return 1;
  return fmin(1 + seconds(t->coasting_since_ns, time_ns), 2);
}

/* The target was seen. A doubtful box tells its place, but not its size. */
static void take_measure(const struct et_eye *eye, const struct et_look *look, const struct et_image *image, bool adapt_size,
                         int64_t time_ns, struct et_target *t)
{
  struct et_place place = t->place;

  et_procedure_update(&eye->procedure, &look->best, look->side, image->width, image->height, &place);
  if (!adapt_size) {
    place.w = t->place.w;
    place.h = t->place.h;
  }
  if (t->state == ET_STATE_COASTING)
    et_target_found(t, &place, time_ns);
  else
    et_target_measured(t, &place, time_ns);
}

static enum et_event coast_on(const struct et_params *params, int64_t time_ns, struct et_target *t)
{
  if (t->state != ET_STATE_COASTING) {
    t->state = ET_STATE_COASTING;
    t->coasting_since_ns = time_ns;
    return ET_EVENT_COASTING;
  }
  if (seconds(t->coasting_since_ns, time_ns) < params->coast_s)
    return ET_EVENT_NONE;
  et_target_lost(t, time_ns);
  return ET_EVENT_LOST;
}

static enum et_event enter(struct et_target *t, enum et_state state)
{
  if (t->state == state)
    return ET_EVENT_NONE;
  t->state = state;
  return state == ET_STATE_TRACKING ? ET_EVENT_RECOVERED : ET_EVENT_UNCERTAIN;
}

static enum et_event follow_seen(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns,
                                 struct et_target *t)
{
  struct et_target before = *t;
  struct et_look look;
  enum verdict verdict;

  if (t->state == ET_STATE_COASTING)
    et_target_predicted(t, image->width, image->height, time_ns);
  look = et_eye_look(eye, image, &t->place, zoom_of(t, time_ns), ET_AFTER_DONE);
  t->score = look.best.score;
  t->rival = look.rival;
  verdict = judge(&look, params, t->state);
  if (verdict != GONE) {
    take_measure(eye, &look, image, verdict == GOOD, time_ns, t);
    return enter(t, verdict == GOOD ? ET_STATE_TRACKING : ET_STATE_UNCERTAIN);
  }
  if (before.state != ET_STATE_COASTING)
    et_target_predicted(t, image->width, image->height, time_ns);
  return coast_on(params, time_ns, t);
}

enum et_event et_follow(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns,
                        struct et_target *t)
{
  enum et_event event;

  if (t->state == ET_STATE_LOST)
    event = et_search(eye, params, image, time_ns, t);
  else
    event = follow_seen(eye, params, image, time_ns, t);
  et_target_end_frame(t, time_ns);
  return event;
}
