/* SPDX-License-Identifier: MIT */
/* Associates the candidates of a frame with the target and with the others.
 *
 * Design notes. Each pair of a track and a candidate has a gain: less for distance from the
 * expected place, for another appearance and for another size. The assignment with the largest sum
 * of gains wins; to assign nothing gains nothing. All assignments are tried: there are few
 * candidates, and most pairs gain nothing. */
#include "core/company.h"

#include <math.h>
#include <string.h>

/* Usual distance from the expected place, in sizes: at once, and what is added per second without
 * being seen. */
static const double spread = 0.35, spread_per_s = 0.7;
static const double appearance_weight = 15, size_weight = 1;
/* What a perfect pair gains. A target with a high score is taken back from far away. */
static const double target_gain = 2.5, target_gain_of_score = 4, other_gain = 3, other_loss_per_s = 1;
/* In company, a target that was missed is taken back within so many sizes. */
static const double reach = 1, reach_per_s = 4;
/* A target that was missed may not take the candidate of another that has been seen for so long and
 * gains so much. No target may take it from so many sizes away. */
static const double known_s = 0.1, claim = 0.5, claimed_from = 0.75;

static const double other_move = 0.7; /* share of an other's velocity that is believed */
static const double least_new_score = 0.1;
/* How long an other may be missed: at least, and at most; between, as long as it was seen. */
static const double shortest_miss_s = 0.1, longest_miss_s = 1;
static const double hidden_s = 0.15; /* after so long under the target, it was never another */
/* An other with a lower score cannot be taken for the target. One that was missed for longer did
 * not vanish at the target. */
static const double meeting_score = 0.4, vanished_s = 0.5;
static const double parting_score = 0.4, parting_sizes = 2.5;
static const double doubt_memory_s = 0.4, in_doubt = 0.5, in_doubt_with_rival = 0.1;
static const double target_share = 0.2; /* of what is new, per frame */

/* Half a second or less, in which a target has not changed yet. */
enum { FIRST_FRAMES = 10 };
/* Hardly a right box looks less like the target did at first, and none less than the lowest. After
 * a miss, none looks less like the target did when it was last trusted. What is found elsewhere has
 * no motion to speak for it, so it must look more alike. */
static const double lowest_likeness = 0.7, lowest_likeness_missed = 0.75, least_likeness = 0.78, least_likeness_found = 0.82;

void et_company_leave(struct et_company *m)
{
  *m = (struct et_company){.first = m->first, .first_frames = m->first_frames};
}

double et_company_likeness(const struct et_company *m, const struct et_candidate *c)
{
  return fmin(fmax(et_appearance_likeness(&m->first, &c->appearance), 0), 1);
}

bool et_company_rules_out(const struct et_company *m, const struct et_candidate *c)
{
  if (m->target.missed_s > 0 && et_appearance_likeness(&m->target.appearance, &c->appearance) < lowest_likeness_missed)
    return true;
  return et_company_likeness(m, c) < lowest_likeness;
}

bool et_company_knows(const struct et_company *m, const struct et_candidate *c)
{
  return et_company_likeness(m, c) >= least_likeness;
}

bool et_company_recognises(const struct et_company *m, const struct et_candidate *c)
{
  return et_company_likeness(m, c) >= least_likeness_found;
}

/* --- what is expected --- */

void et_company_shift(struct et_company *m, double x_px, double y_px)
{
  et_track_shift(&m->target, x_px, y_px);
  et_track_shift(&m->meeting.target, x_px, y_px);
  et_track_shift(&m->meeting.other, x_px, y_px);
  for (int i = 0; i < m->count; i++)
    et_track_shift(&m->other[i], x_px, y_px);
}

static void expect_other(struct et_track *t, double elapsed_s)
{
  const double decay = pow(0.1, elapsed_s);

  et_track_move(t, other_move, elapsed_s);
  if (t->missed_s > 0) {
    t->vx_px_s *= decay;
    t->vy_px_s *= decay;
  }
}

void et_company_expect(struct et_company *m, const struct et_place *place, double vx_px_s, double vy_px_s, double elapsed_s)
{
  m->target.place = *place;
  if (m->meeting.on) {
    et_meeting_move(&m->meeting, elapsed_s);
  } else {
    m->target.vx_px_s = vx_px_s;
    m->target.vy_px_s = vy_px_s;
  }
  for (int i = 0; i < m->count; i++)
    expect_other(&m->other[i], elapsed_s);
}

/* --- the assignment --- */

enum { MOST_TRACKS = ET_MOST_OTHERS + 1 }; /* [0] is the target */

struct trial {
  int tracks, candidates;
  double gain[MOST_TRACKS][ET_MOST_CANDIDATES]; /* 0 or less: not a pair */
  bool used[ET_MOST_CANDIDATES];
  int now[MOST_TRACKS], best[MOST_TRACKS];
  double best_sum;
};

static double misfit(const struct et_track *t, const struct et_candidate *c)
{
  return et_track_misfit(et_track_distance(&t->place, &c->place), spread + spread_per_s * t->missed_s) +
         appearance_weight * (1 - et_appearance_likeness(&t->appearance, &c->appearance)) +
         size_weight * fabs(log(et_track_size(&c->place) / et_track_size(&t->place)));
}

static double gain_of_target(const struct et_company *m, const struct et_candidate *c)
{
  const struct et_track *t = &m->target;

  if (m->count > 0 && t->missed_s > 0 && et_track_distance(&t->place, &c->place) > reach + reach_per_s * t->missed_s)
    return 0;
  return target_gain + target_gain_of_score * c->choice.score - misfit(t, c);
}

static bool is_met(const struct et_company *m, int other)
{
  return m->meeting.on && other == m->met;
}

/* An other that the target hides has no candidate. */
static double gain_of_other(const struct et_company *m, int other, const struct et_candidate *c)
{
  const struct et_track *t = &m->other[other];

  return is_met(m, other) ? 0 : other_gain - other_loss_per_s * t->missed_s - misfit(t, c);
}

static bool is_claimed(const struct et_company *m, const struct trial *t, int candidate)
{
  for (int i = 0; i < m->count; i++)
    if (m->other[i].seen_s > known_s && t->gain[i + 1][candidate] > claim)
      return true;
  return false;
}

static bool may_take(const struct et_company *m, const struct trial *t, int candidate, const struct et_place *place)
{
  const bool near = m->target.missed_s <= 0 && et_track_distance(&m->target.place, place) < claimed_from;

  return near || !is_claimed(m, t, candidate);
}

static void fill_gains(const struct et_company *m, const struct et_candidates *candidates, struct trial *t)
{
  for (int c = 0; c < candidates->count; c++) {
    for (int i = 0; i < m->count; i++)
      t->gain[i + 1][c] = gain_of_other(m, i, &candidates->of[c]);
    if (may_take(m, t, c, &candidates->of[c].place))
      t->gain[0][c] = gain_of_target(m, &candidates->of[c]);
  }
}

/* Tries all that the tracks from `track` on can be assigned. */
static void try_from(struct trial *t, int track, double sum)
{
  if (track == t->tracks) {
    if (sum > t->best_sum) {
      t->best_sum = sum;
      memcpy(t->best, t->now, sizeof t->best);
    }
    return;
  }
  t->now[track] = -1;
  try_from(t, track + 1, sum);
  for (int c = 0; c < t->candidates; c++)
    if (!t->used[c] && t->gain[track][c] > 0) {
      t->used[c] = true;
      t->now[track] = c;
      try_from(t, track + 1, sum + t->gain[track][c]);
      t->used[c] = false;
    }
}

static bool is_assigned(const struct et_company *m, const struct et_assignment *a, int candidate)
{
  for (int i = 0; i < m->count; i++)
    if (a->other[i] == candidate)
      return true;
  return a->target == candidate;
}

/* The strong candidate nearest to the target's that nobody else has: the second object of a
 * meeting. -1 = none. */
static int find_second(const struct et_company *m, const struct et_assignment *a, const struct et_candidates *candidates)
{
  const struct et_place *target = &candidates->of[a->target].place;
  double nearest = parting_sizes * et_track_size(&m->target.place);
  int second = -1;

  for (int c = 0; c < candidates->count; c++) {
    const struct et_candidate *one = &candidates->of[c];
    const double distance = hypot(one->place.cx - target->cx, one->place.cy - target->cy);

    if (!is_assigned(m, a, c) && one->choice.score > parting_score && distance < nearest) {
      nearest = distance;
      second = c;
    }
  }
  return second;
}

static void part(const struct et_company *m, const struct et_candidates *candidates, struct et_assignment *a)
{
  const int second = find_second(m, a, candidates);

  if (second < 0)
    return;
  a->parted = second;
  a->preference = et_meeting_prefers(&m->meeting, &candidates->of[a->target], &candidates->of[second]);
  if (a->preference < 0) {
    a->parted = a->target;
    a->target = second;
  }
}

struct et_assignment et_company_assign(const struct et_company *m, const struct et_candidates *candidates)
{
  struct trial t = {.tracks = m->count + 1, .candidates = candidates->count, .best_sum = -1};
  struct et_assignment a = {.parted = -1};

  fill_gains(m, candidates, &t);
  try_from(&t, 0, 0);
  a.target = t.best[0];
  for (int i = 0; i < m->count; i++)
    a.other[i] = t.best[i + 1];
  if (m->meeting.on && a.target >= 0)
    part(m, candidates, &a);
  return a;
}

/* --- what was seen --- */

static void follow_target(struct et_company *m, const struct et_candidate *c, bool trusted, double elapsed_s)
{
  m->doubt *= exp(-elapsed_s / doubt_memory_s);
  m->target.missed_s = 0;
  if (!trusted && m->target.appearance.channels > 0)
    return;
  et_appearance_follow(&m->target.appearance, &c->appearance, target_share);
  if (m->first_frames < FIRST_FRAMES)
    et_appearance_follow(&m->first, &c->appearance, 1.0 / ++m->first_frames);
}

static void miss_other(struct et_company *m, int other, bool target_seen, double elapsed_s)
{
  struct et_track *t = &m->other[other];

  if (target_seen && !m->meeting.on && t->seen_s >= known_s && t->missed_s < vanished_s && t->score > meeting_score &&
      et_meeting_touches(&m->target.place, &t->place)) {
    et_meeting_begin(&m->meeting, &m->target, t);
    m->met = other;
  }
  t->missed_s += elapsed_s;
}

static void follow_others(struct et_company *m, const struct et_assignment *a, const struct et_candidates *candidates, double elapsed_s)
{
  for (int i = 0; i < m->count; i++) {
    struct et_track before = m->other[i];

    et_track_move(&before, -other_move, elapsed_s);
    if (a->other[i] >= 0)
      et_track_see(&m->other[i], &candidates->of[a->other[i]], &before.place, elapsed_s);
    else
      miss_other(m, i, a->target >= 0, elapsed_s);
  }
}

static void end_meeting(struct et_company *m, const struct et_assignment *a, const struct et_candidates *candidates, double elapsed_s)
{
  struct et_track *other = &m->other[m->met];

  if (!et_meeting_is_clear(a->preference))
    m->doubt = 1;
  other->place = m->meeting.other.place;
  other->vx_px_s = m->meeting.other.vx_px_s;
  other->vy_px_s = m->meeting.other.vy_px_s;
  et_track_see(other, &candidates->of[a->parted], &m->meeting.other.place, elapsed_s);
  m->meeting.on = false;
}

static bool covers(const struct et_place *a, const struct et_place *b, double share)
{
  return fabs(a->cx - b->cx) < a->w * share && fabs(a->cy - b->cy) < a->h * share;
}

static bool is_kept(const struct et_company *m, int other)
{
  const struct et_track *t = &m->other[other];

  if (is_met(m, other))
    return true;
  if (t->missed_s > hidden_s && covers(&m->target.place, &t->place, 0.25))
    return false;
  return t->missed_s < fmin(longest_miss_s, shortest_miss_s + t->seen_s);
}

static void drop_missed(struct et_company *m)
{
  int kept = 0;

  for (int i = 0; i < m->count; i++) {
    if (!is_kept(m, i))
      continue;
    if (m->met == i)
      m->met = kept;
    if (kept != i)
      m->other[kept] = m->other[i];
    kept++;
  }
  m->count = kept;
}

static void add_new(struct et_company *m, const struct et_assignment *a, const bool *used, const struct et_candidates *candidates)
{
  const struct et_place *target = a->target >= 0 ? &candidates->of[a->target].place : &m->target.place;

  for (int c = 0; c < candidates->count && m->count < ET_MOST_OTHERS; c++) {
    const struct et_candidate *one = &candidates->of[c];

    if (!used[c] && one->choice.score >= least_new_score && !covers(target, &one->place, 0.5))
      m->other[m->count++] = (struct et_track){.place = one->place, .appearance = one->appearance, .score = one->choice.score};
  }
}

void et_company_follow(struct et_company *m, const struct et_assignment *a, const struct et_candidates *candidates, bool trusted,
                       double elapsed_s)
{
  bool used[ET_MOST_CANDIDATES];

  for (int c = 0; c < candidates->count; c++)
    used[c] = is_assigned(m, a, c) || c == a->parted;
  if (a->target >= 0)
    follow_target(m, &candidates->of[a->target], trusted, elapsed_s);
  else
    m->target.missed_s += elapsed_s;
  follow_others(m, a, candidates, elapsed_s);
  if (m->meeting.on && a->parted >= 0)
    end_meeting(m, a, candidates, elapsed_s);
  drop_missed(m);
  add_new(m, a, used, candidates);
}

bool et_company_is_unclear(const struct et_company *m, bool rival)
{
  return m->meeting.on || m->doubt > (rival ? in_doubt_with_rival : in_doubt);
}

bool et_company_parted_unclearly(const struct et_assignment *a)
{
  return a->parted >= 0 && !et_meeting_is_clear(a->preference);
}
