/* SPDX-License-Identifier: MIT */
/* The target states tracking, uncertain and coasting; search.c handles a lost target. */
#include "core/follow.h"

#include <math.h>

#include "base/clock.h"
#include "core/search.h"

/* What one look says, before a state is entered. */
enum verdict { GOOD, DOUBTFUL, GONE };

/* One look for a target that is not lost, and what it means. */
struct sight {
  struct et_place centre;
  struct et_look look;
  struct et_assignment assignment;
  enum verdict verdict;
};

static double seconds(int64_t from_ns, int64_t to_ns)
{
  return (double)(to_ns - from_ns) / ET_SECOND_NS;
}

/* The target's candidate; NULL if nothing was seen. */
static const struct et_candidate *seen(const struct sight *s)
{
  return s->assignment.target >= 0 ? &s->look.candidates.of[s->assignment.target] : NULL;
}

/* The thresholds for leaving a worse state are higher than those for entering it. */
static enum verdict judge(const struct sight *s, const struct et_params *params, const struct et_target *t)
{
  const struct et_candidate *c = seen(s);
  const double up = params->score_hysteresis;
  const double lost = params->lost_score + (t->state == ET_STATE_COASTING ? up : 0);
  const double weak = params->weak_score + (t->state != ET_STATE_TRACKING ? up : 0);

  if (!c || c->choice.score < lost || et_company_rules_out(&t->company, c))
    return GONE;
  if (c->choice.score < weak || !et_company_knows(&t->company, c))
    return DOUBTFUL;
  return et_company_is_unclear(&t->company, et_candidates_have_rival(&s->look.candidates, c, params)) ? DOUBTFUL : GOOD;
}

/* The search region of a coasting target grows with the time since it was seen, up to twice its
 * side. */
static double zoom_of(const struct et_target *t, int64_t time_ns)
{
  if (t->state != ET_STATE_COASTING)
    return 1;
  return fmin(1 + seconds(t->coasting_since_ns, time_ns), 2);
}

/* The target was seen. A weak box tells its place, but not its size, and neither does the box of
 * two objects that met. The look was centred on `centre`. */
static void take_measure(const struct et_eye *eye, const struct et_params *params, const struct et_look *look,
                         const struct et_place *centre, const struct et_image *image, int64_t time_ns, struct et_target *t)
{
  struct et_place place = *centre;

  et_procedure_update(&eye->procedure, &look->best, look->side, image->width, image->height, &place);
  if (look->best.score < params->weak_score || t->company.meeting.on) {
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

/* Where to look: a coasting target is already moved on. */
static struct et_place place_to_look(const struct et_target *t, const struct et_image *image, int64_t time_ns)
{
  return t->state == ET_STATE_COASTING ? t->place : et_target_expected(t, image->width, image->height, time_ns);
}

/* Makes the target's candidate the best of the look; without one, nothing was seen. */
static void choose(struct sight *s, struct et_target *t)
{
  const struct et_candidate *c = seen(s);

  t->rival = et_candidates_rival(&s->look.candidates, c);
  if (c) {
    s->look.best = c->choice;
    et_target_scored(t, c->choice.score, et_company_likeness(&t->company, c));
  } else {
    s->look.best.score = 0;
    et_target_scored(t, 0, 0);
  }
}

static void see(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns, struct et_target *t,
                struct sight *s)
{
  const double elapsed_s = et_target_elapsed_s(t, time_ns);

  s->centre = place_to_look(t, image, time_ns);
  s->look = et_eye_look(eye, image, &s->centre, zoom_of(t, time_ns), ET_AFTER_DONE);
  et_company_expect(&t->company, &s->centre, t->vx_px_s, t->vy_px_s, elapsed_s);
  s->assignment = et_company_assign(&t->company, &s->look.candidates);
  choose(s, t);
  s->verdict = judge(s, params, t);
  if (s->verdict == GONE)
    s->assignment.target = -1;
  et_company_follow(&t->company, &s->assignment, &s->look.candidates, s->verdict == GOOD, elapsed_s);
}

/* An unclear parting is told even though the state stays as it is. */
static enum et_event measured(const struct sight *s, struct et_target *t)
{
  const enum et_event event = enter(t, s->verdict == GOOD ? ET_STATE_TRACKING : ET_STATE_UNCERTAIN);

  return event == ET_EVENT_NONE && et_company_parted_unclearly(&s->assignment) ? ET_EVENT_RIVAL : event;
}

static enum et_event follow_seen(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns,
                                 struct et_target *t)
{
  const bool coasting = t->state == ET_STATE_COASTING;
  struct sight s;

  if (coasting)
    et_target_predicted(t, image->width, image->height, time_ns);
  see(eye, params, image, time_ns, t, &s);
  if (s.verdict != GONE) {
    take_measure(eye, params, &s.look, &s.centre, image, time_ns, t);
    return measured(&s, t);
  }
  if (!coasting)
    et_target_predicted(t, image->width, image->height, time_ns);
  return coast_on(params, time_ns, t);
}

/* Everything that is known of a place moves with the picture. */
static void follow_camera(struct et_eye *eye, const struct et_image *image, int64_t time_ns, struct et_target *t)
{
  struct et_place movers[1 + ET_MOST_OTHERS] = {t->place};
  double x_px, y_px;
  bool known;

  for (int i = 0; i < t->company.count; i++)
    movers[1 + i] = t->company.other[i].place;
  known = et_camera_motion_measure(eye->camera, image, &eye->stretch, movers, 1 + t->company.count, &x_px, &y_px);
  et_target_shift(t, image->width, image->height, known, x_px, y_px, time_ns);
}

enum et_event et_follow(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns,
                        struct et_target *t)
{
  enum et_event event;

  follow_camera(eye, image, time_ns, t);
  if (t->state == ET_STATE_LOST)
    event = et_search(eye, params, image, time_ns, t);
  else
    event = follow_seen(eye, params, image, time_ns, t);
  et_target_end_frame(t, time_ns);
  return event;
}
