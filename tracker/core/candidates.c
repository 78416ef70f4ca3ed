/* SPDX-License-Identifier: MIT */
/* The peaks of the score map. */
#include "core/candidates.h"

#include <math.h>

/* Below this score a peak is background. */
static const double least_score = 0.05;

static bool is_peak(const struct et_scores *s, int cell)
{
  const int n = s->cells, x = cell % n, y = cell / n;

  for (int v = y > 0 ? y - 1 : 0; v <= y + 1 && v < n; v++)
    for (int u = x > 0 ? x - 1 : 0; u <= x + 1 && u < n; u++)
      if (s->score[v * n + u] > s->score[cell])
        return false;
  return true;
}

static bool is_covered(const struct et_candidates *all, const struct et_choice *choice)
{
  const double x = (choice->x1 + choice->x2) / 2, y = (choice->y1 + choice->y2) / 2;

  for (int i = 0; i < all->count; i++)
    if (et_choice_covers(&all->of[i].choice, x, y))
      return true;
  return false;
}

static bool ranks_before(const struct et_procedure *p, int a, int b)
{
  const double difference = p->rank[a] - p->rank[b];

  return difference > 0 || (difference == 0 && a < b);
}

/* The peak with the highest rank after that of `cell`. -1 = there is none. */
static int next_peak(const struct et_procedure *p, const struct et_scores *s, int cell)
{
  int next = -1;

  for (int i = 0; i < s->cells * s->cells; i++)
    if (s->score[i] >= least_score && ranks_before(p, cell, i) && (next < 0 || ranks_before(p, i, next)) && is_peak(s, i))
      next = i;
  return next;
}

static void add(const struct et_procedure *p, const struct et_scores *s, const struct et_choice *c, const struct et_place *centre,
                double side, struct et_candidates *all)
{
  all->of[all->count++] = (struct et_candidate){
    .choice = *c,
    .place = et_procedure_place(p, c, centre, side),
    .appearance = et_appearance_in(s, p->search_size / p->cells, c->x1, c->y1, c->x2, c->y2),
  };
}

void et_candidates_find(const struct et_procedure *p, const struct et_scores *s, const struct et_choice *best,
                        const struct et_place *centre, double side, struct et_candidates *all)
{
  all->count = 0;
  add(p, s, best, centre, side, all);
  for (int i = next_peak(p, s, best->cell); i >= 0 && all->count < ET_MOST_CANDIDATES; i = next_peak(p, s, i)) {
    struct et_choice c = et_procedure_cell(p, s, i, centre, side);

    if (!is_covered(all, &c))
      add(p, s, &c, centre, side, all);
  }
}

double et_candidates_rival(const struct et_candidates *all, const struct et_candidate *one)
{
  double rival = 0;

  for (int i = 0; i < all->count; i++)
    if (&all->of[i] != one)
      rival = fmax(rival, all->of[i].choice.score);
  return rival;
}

bool et_candidates_have_rival(const struct et_candidates *all, const struct et_candidate *one, const struct et_params *params)
{
  const double rival = et_candidates_rival(all, one);

  return params->rival_ratio < 1 && rival > 0 && rival >= params->rival_ratio * one->choice.score;
}
