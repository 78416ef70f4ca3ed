/* SPDX-License-Identifier: MIT */
/* The search for a lost target: around its last place with a growing region, then over the whole
 * frame.
 *
 * Design notes. A look costs as much as a tracked frame. So each frame gets as many looks as fit
 * into search_cost of its time, at least one, and hunt.step keeps the search's place from frame to
 * frame. A match is only a candidate. It must be there, and strong, on the frames that follow,
 * looked at straight and then from four sides. The network favours the middle of its crop, so that
 * one of two equals hides the other when it is looked at straight. From the side of its double it
 * does not, and the ambiguous pair shows. */
#include "core/search.h"

#include <math.h>

#include "base/clock.h"

enum {
  MOST_LOOKS = 8, /* per frame */
  NEAR_LOOKS = 3, /* around the last place, before the grid begins */
  NEAR_EVERY = 6, /* one look there among so many */
  CHECKS = 5,     /* of a candidate: straight, and from four sides */
  MOST_FINE = 16, /* crops of a fine grid; the coarse one is for a target that is smaller yet */
};

/* A candidate may be this much smaller or larger than the target was. */
static const double size_factor = 2;
/* Side of a grid crop, in search regions. In a larger crop the target would be too small. In a
 * coarse one it gives a hint only, which a straight look confirms. */
static const double fine_zoom = 1.5, coarse_zoom = 2, hint_score = 0.15;
/* At 1 crops would only touch. */
static const double crops_per_side = 1.6;

/* How far a candidate is moved from the crop's middle to see it from one side, in search
 * regions. */
static const double side_step = 0.2;

/* The place of the hunt's next look. */
struct spot {
  struct et_place place;
  double zoom;
  bool coarse; /* a weak answer is a hint */
};

/* Crops of `side` in a row along `frame` pixels. Neighbours overlap, because the network does not
 * see a target that is near the edge of its crop. */
static int along(double frame, double side)
{
  return (int)fmax(ceil(crops_per_side * frame / side), 1);
}

struct grid {
  double zoom; /* of a crop */
  int columns, rows;
};

static struct grid grid_of(const struct et_eye *eye, const struct et_image *image, const struct et_place *last, double zoom)
{
  const double side = et_search_side(&eye->procedure, last) * zoom;

  return (struct grid){.zoom = zoom, .columns = along(image->width, side), .rows = along(image->height, side)};
}

static struct spot grid_spot(const struct et_eye *eye, const struct et_image *image, const struct et_place *last, int step)
{
  const struct grid fine = grid_of(eye, image, last, fine_zoom), coarse = grid_of(eye, image, last, coarse_zoom);
  const struct grid *g = fine.columns * fine.rows <= MOST_FINE ? &fine : &coarse;
  const int cell = step % (g->columns * g->rows), row = cell / g->columns;
  struct spot s = {.place = *last, .zoom = g->zoom, .coarse = g == &coarse};

  s.place.cx = (cell % g->columns + 0.5) * image->width / g->columns;
  s.place.cy = (row + 0.5) * image->height / g->rows;
  return s;
}

/* The first looks are around the last place. Then one look there follows every five on the grid.
 * Those at the last place are 1, 1.5 and 2 regions wide in turn. */
static struct spot next_spot(const struct et_eye *eye, const struct et_image *image, const struct et_target *t)
{
  const int step = t->hunt.step - NEAR_LOOKS;

  if (step < 0)
    return (struct spot){.place = t->place, .zoom = 1 + 0.5 * t->hunt.step};
  if (step % NEAR_EVERY == NEAR_EVERY - 1)
    return (struct spot){.place = t->place, .zoom = 1 + 0.5 * (step / NEAR_EVERY % NEAR_LOOKS)};
  return grid_spot(eye, image, &t->place, step - step / NEAR_EVERY);
}

static bool size_fits(const struct et_place *a, const struct et_place *b)
{
  const double ratio = et_track_size(a) / et_track_size(b);

  return ratio < size_factor && ratio > 1 / size_factor;
}

static bool inside(const struct et_place *p, const struct et_image *image)
{
  return p->cx >= 0 && p->cy >= 0 && p->cx <= image->width && p->cy <= image->height;
}

static bool is_strong(const struct et_candidate *c, const struct et_params *params)
{
  return c->choice.score >= params->found_score;
}

static struct et_place seen_from(const struct et_eye *eye, const struct et_place *candidate, int check)
{
  static const int x[CHECKS] = {0, 1, -1, 0, 0}, y[CHECKS] = {0, 0, 0, 1, -1};
  const double step = et_search_side(&eye->procedure, candidate) * side_step;
  struct et_place p = *candidate;

  p.cx += x[check] * step;
  p.cy += y[check] * step;
  return p;
}

/* By the size and not by the sides: seen from one side, the box of a thin target is not exact. */
static bool same_place(const struct et_place *a, const struct et_place *b)
{
  const double near = et_track_size(b) / 2;

  return fabs(a->cx - b->cx) < near && fabs(a->cy - b->cy) < near;
}

/* The frame's result tells the best of all its looks. */
static void note(const struct et_look *look, const struct et_candidate *c, struct et_target *t)
{
  if (c->choice.score > t->raw_score) {
    et_target_scored(t, c->choice.score, et_company_likeness(&t->company, c));
    t->rival = et_candidates_rival(&look->candidates, c);
  }
}

static enum et_event tell_rival(struct et_target *t)
{
  const bool told = t->hunt.told_rival;

  t->hunt.has_candidate = false;
  t->hunt.told_rival = true;
  return told ? ET_EVENT_NONE : ET_EVENT_RIVAL;
}

/* The straight look. True if the candidate is still there, and looks and is as large as the target.
 * Then its place is where this frame shows it. */
static bool still_there(const struct et_candidate *c, const struct et_params *params, const struct et_image *image,
                        const struct et_target *t)
{
  return is_strong(c, params) && size_fits(&c->place, &t->place) && inside(&c->place, image) && same_place(&c->place, &t->hunt.candidate) &&
         et_company_recognises(&t->company, c);
}

/* Checks the candidate once. After the last check it becomes the target. */
static enum et_event check_candidate(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns,
                                     enum et_after after, struct et_target *t)
{
  const struct et_place centre = seen_from(eye, &t->hunt.candidate, t->hunt.checks);
  const struct et_look look = et_eye_look(eye, image, &centre, 1, after);
  const struct et_candidate *c = &look.candidates.of[0];
  const bool elsewhere = t->hunt.checks > 0 && !same_place(&c->place, &t->hunt.candidate);

  note(&look, c, t);
  if (is_strong(c, params) && (elsewhere || et_candidates_have_rival(&look.candidates, c, params)))
    return tell_rival(t);
  if (t->hunt.checks == 0) {
    if (!still_there(c, params, image, t)) {
      t->hunt.has_candidate = false;
      return ET_EVENT_NONE;
    }
    t->hunt.found = c->place;
  }
  if (is_strong(c, params)) { /* it may move while it is being checked */
    t->hunt.found.cx = t->hunt.candidate.cx = c->place.cx;
    t->hunt.found.cy = t->hunt.candidate.cy = c->place.cy;
  }
  if (++t->hunt.checks < CHECKS)
    return ET_EVENT_NONE;
  t->state = ET_STATE_TRACKING;
  et_target_found(t, &t->hunt.found, time_ns);
  return ET_EVENT_REACQUIRED;
}

/* The candidate with the highest score. Where it is in the crop tells nothing: the crop's place is
 * the grid's. */
static const struct et_candidate *strongest(const struct et_candidates *candidates)
{
  const struct et_candidate *best = &candidates->of[0];

  for (int i = 1; i < candidates->count; i++)
    if (candidates->of[i].choice.score > best->choice.score)
      best = &candidates->of[i];
  return best;
}

/* True for a strong match that is something else, or one of two. */
static bool refuses(const struct et_look *look, const struct et_candidate *best, const struct et_params *params, const struct et_target *t)
{
  return is_strong(best, params) &&
         (!et_company_recognises(&t->company, best) || et_candidates_have_rival(&look->candidates, best, params));
}

/* Looks once. Returns true if this frame's search ends with it. */
static bool look_at(struct et_eye *eye, const struct et_params *params, const struct et_image *image, enum et_after after,
                    struct et_target *t, enum et_event *event)
{
  struct spot spot = next_spot(eye, image, t);
  struct et_look look = et_eye_look(eye, image, &spot.place, spot.zoom, after);
  const struct et_candidate *best = strongest(&look.candidates);

  t->hunt.step++;
  note(&look, best, t);
  if (best->choice.score < (spot.coarse ? hint_score : params->found_score) || !size_fits(&best->place, &t->place) ||
      !inside(&best->place, image))
    return false;
  if (refuses(&look, best, params, t)) {
    *event = tell_rival(t);
    return true;
  }
  if (!et_company_knows(&t->company, best))
    return false;
  t->hunt.has_candidate = true;
  t->hunt.checks = 0;
  t->hunt.candidate = best->place;
  t->hunt.candidate.w = t->place.w; /* the next looks are ranked by the size that the target had */
  t->hunt.candidate.h = t->place.h;
  return true;
}

static bool time_for_another(const struct et_params *params, int looks, int64_t each_ns, double frame_s)
{
  return looks < MOST_LOOKS && (looks + 1) * (double)each_ns / ET_SECOND_NS <= params->search_cost * frame_s;
}

/* Looks once, at the candidate or for one. Returns true if this frame's search ends with it. */
static bool look_once(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns,
                      enum et_after after, struct et_target *t, enum et_event *event)
{
  if (!t->hunt.has_candidate)
    return look_at(eye, params, image, after, t, event); /* checks begin on the next frame */
  *event = check_candidate(eye, params, image, time_ns, after, t);
  return t->state != ET_STATE_LOST || *event != ET_EVENT_NONE;
}

enum et_event et_search(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns,
                        struct et_target *t)
{
  /* A gap gives no extra time: the next frame is due as usual. */
  const double frame_s = fmin(et_target_elapsed_s(t, time_ns), t->frame_s);
  enum et_event event = ET_EVENT_NONE;
  int64_t spent_ns = 0;

  if (params->search_s > 0 && (double)(time_ns - t->lost_since_ns) / ET_SECOND_NS >= params->search_s) {
    t->state = ET_STATE_IDLE;
    return ET_EVENT_STOPPED;
  }
  et_target_scored(t, 0, 0);
  t->rival = 0;
  /* The look before decides whether there is time for another, so that the image can go if there is
   * none. The time spent so far decides too. */
  for (int looks = 1;; looks++) {
    const enum et_after after = time_for_another(params, looks, eye->look_ns, frame_s) ? ET_AFTER_MORE : ET_AFTER_DONE;

    if (look_once(eye, params, image, time_ns, after, t, &event) || after == ET_AFTER_DONE)
      return event;
    spent_ns += eye->look_ns;
    if (!time_for_another(params, looks, spent_ns / looks, frame_s))
      return event;
  }
}
