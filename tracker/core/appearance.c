/* SPDX-License-Identifier: MIT */
/* The mean of the backbone's features in a box. */
#include "core/appearance.h"

#include <math.h>

/* Cells from `first` to `last`. */
struct range {
  int first, last;
};

static int within(double v, int high)
{
  return (int)fmin(fmax(v, 0), high);
}

/* The cells whose places lie between two edges; at least the nearest one. */
static struct range cells_between(double low, double high, int stride, int cells)
{
  struct range r = {within(ceil(low / stride), cells - 1), within(floor(high / stride), cells - 1)};

  if (r.last < r.first)
    r.first = r.last = within(round((low + high) / 2 / stride), cells - 1);
  return r;
}

/* A vector of zeros tells nothing. */
static void normalise(struct et_appearance *a)
{
  double sum = 0;

  for (int i = 0; i < a->channels; i++)
    sum += (double)a->of[i] * a->of[i];
  if (sum <= 0)
    a->channels = 0;
  for (int i = 0; i < a->channels; i++)
    a->of[i] /= (float)sqrt(sum);
}

struct et_appearance et_appearance_in(const struct et_scores *s, int stride, double x1, double y1, double x2, double y2)
{
  const struct et_tensor *f = s->features;
  const struct range columns = cells_between(x1, x2, stride, s->cells), rows = cells_between(y1, y2, stride, s->cells);
  struct et_appearance a = {.channels = f->channels < ET_MOST_CHANNELS ? f->channels : ET_MOST_CHANNELS};

  for (int y = rows.first; y <= rows.last; y++)
    for (int x = columns.first; x <= columns.last; x++)
      for (int i = 0; i < a.channels; i++)
        a.of[i] += f->data[y * f->row + x * f->pixel + i];
  normalise(&a);
  return a;
}

double et_appearance_likeness(const struct et_appearance *a, const struct et_appearance *b)
{
  double sum = 0;

  if (a->channels == 0 || b->channels == 0)
    return 1;
  for (int i = 0; i < a->channels; i++)
    sum += (double)a->of[i] * b->of[i];
  return sum;
}

void et_appearance_follow(struct et_appearance *a, const struct et_appearance *seen, double share)
{
  if (a->channels == 0)
    *a = *seen;
  if (seen->channels == 0)
    return;
  for (int i = 0; i < a->channels; i++)
    a->of[i] += (float)share * (seen->of[i] - a->of[i]);
  normalise(a);
}
