/* SPDX-License-Identifier: MIT */
/* The procedure of docs/tracker.md, section 4. Training used the same one. */
#include "core/procedure.h"

#include <math.h>
#include <stdlib.h>

static const double penalty_k = 0.007;
static const double window_influence = 0.225;
static const double size_rate = 0.616;
static const double smallest_side_px = 10;

/* Outer product of two symmetric Hann windows. */
static void fill_window(double *window, int n)
{
  for (int y = 0; y < n; y++)
    for (int x = 0; x < n; x++)
      window[y * n + x] = (0.5 - 0.5 * cos(2 * M_PI * y / (n - 1))) * (0.5 - 0.5 * cos(2 * M_PI * x / (n - 1)));
}

enum et_error et_procedure_init(struct et_procedure *p, const struct et_architecture *a, struct et_error_detail *detail)
{
  const int cells = a->search_size / a->stride;
  const size_t count = (size_t)cells * (size_t)cells;
  double *values = calloc(2 * count, sizeof *values);

  if (!values)
    return et_fail(detail, ET_ERR_NO_MEMORY, "out of memory for the procedure");
  *p = (struct et_procedure){a->template_size, a->search_size, cells, values, values + count};
  fill_window(p->window, cells);
  return ET_OK;
}

void et_procedure_fini(struct et_procedure *p)
{
  free(p->window);
  *p = (struct et_procedure){0};
}

struct et_place et_place_of_box(const struct et_box *box)
{
  return (struct et_place){box->x + box->w / 2, box->y + box->h / 2, box->w, box->h};
}

struct et_box et_box_of_place(const struct et_place *place)
{
  return (struct et_box){place->cx - place->w / 2, place->cy - place->h / 2, place->w, place->h};
}

/* The size of a w x h box with its context, as one number. */
static double size_of(double w, double h)
{
  const double p = (w + h) / 2;

  return sqrt((w + p) * (h + p));
}

double et_template_side(const struct et_place *place)
{
  return size_of(place->w, place->h);
}

double et_search_side(const struct et_procedure *p, const struct et_place *place)
{
  return et_template_side(place) * p->search_size / 127 * p->template_size / 128;
}

static double change(double ratio)
{
  return fmax(ratio, 1 / ratio);
}

static struct et_choice cell_at(const struct et_scores *s, int i)
{
  return (struct et_choice){.cell = i, .score = s->score[i], .x1 = s->x1[i], .y1 = s->y1[i], .x2 = s->x2[i], .y2 = s->y2[i]};
}

static double width_of(const struct et_choice *c)
{
  return fmax(c->x2 - c->x1, 1);
}

static double height_of(const struct et_choice *c)
{
  return fmax(c->y2 - c->y1, 1);
}

static double penalty_of(const struct et_choice *c, const struct et_place *place, double k)
{
  const double w = width_of(c), h = height_of(c);
  const double size_change = change(size_of(w, h) / size_of(place->w * k, place->h * k));
  const double shape_change = change((place->w / place->h) / (w / h));

  return exp(-(size_change * shape_change - 1) * penalty_k);
}

bool et_choice_covers(const struct et_choice *c, double x, double y)
{
  return x >= c->x1 && x <= c->x2 && y >= c->y1 && y <= c->y2;
}

struct et_choice et_procedure_cell(const struct et_procedure *p, const struct et_scores *scores, int cell, const struct et_place *place,
                                   double side)
{
  struct et_choice c = cell_at(scores, cell);

  c.penalty = penalty_of(&c, place, p->search_size / side);
  return c;
}

struct et_choice et_procedure_choose(const struct et_procedure *p, const struct et_scores *scores, const struct et_place *place,
                                     double side)
{
  struct et_choice best = {0};

  for (int i = 0; i < p->cells * p->cells; i++) {
    struct et_choice c = et_procedure_cell(p, scores, i, place, side);

    p->rank[i] = c.penalty * c.score * (1 - window_influence) + p->window[i] * window_influence;
    if (i == 0 || p->rank[i] > p->rank[best.cell])
      best = c;
  }
  return best;
}

struct et_place et_procedure_place(const struct et_procedure *p, const struct et_choice *c, const struct et_place *centre, double side)
{
  const double k = p->search_size / side, half = p->search_size / 2.0;

  return (struct et_place){
    .cx = centre->cx + ((c->x1 + c->x2) / 2 - half) / k,
    .cy = centre->cy + ((c->y1 + c->y2) / 2 - half) / k,
    .w = width_of(c) / k,
    .h = height_of(c) / k,
  };
}

static double between(double low, double v, double high)
{
  return fmin(fmax(v, low), high);
}

void et_procedure_update(const struct et_procedure *p, const struct et_choice *c, double side, int width, int height,
                         struct et_place *place)
{
  const struct et_place seen = et_procedure_place(p, c, place, side);
  /* squared: the size is smoothed twice in the original */
  const double a = pow(c->penalty * c->score * size_rate, 2);

  place->w = fmin(fmax(place->w + a * (seen.w - place->w), smallest_side_px), width);
  place->h = fmin(fmax(place->h + a * (seen.h - place->h), smallest_side_px), height);
  place->cx = between(0, seen.cx, width);
  place->cy = between(0, seen.cy, height);
}
