/* SPDX-License-Identifier: MIT */
/* The rule of sampling, as tables of taps. */
#include "core/axis.h"

#include <stdlib.h>

enum { NOWHERE = 1 << 30 };

bool et_axis_init(struct et_axis *a, int largest_n)
{
  const size_t n = (size_t)largest_n;

  a->index = calloc(n * ET_MOST_TAPS, sizeof *a->index);
  a->weight[0] = calloc(n, sizeof(float));
  a->weight[1] = calloc(n, sizeof(float));
  a->inside = calloc(n, sizeof(float));
  return a->index && a->weight[0] && a->weight[1] && a->inside;
}

void et_axis_fini(struct et_axis *a)
{
  free(a->index);
  free(a->weight[0]);
  free(a->weight[1]);
  free(a->inside);
}

/* NaN becomes `low`, because the result is made into an index. */
static double clamp(double v, double low, double high)
{
  return !(v > low) ? low : v > high ? high : v;
}

/* floor() without a call, for values that an int holds. */
static int floor_int(double v)
{
  const int i = (int)v;

  return i - (v < i);
}

static void note_index(struct et_axis *a, int index)
{
  if (index < a->first)
    a->first = index;
  if (index > a->last)
    a->last = index;
}

/* Chroma may have no sample beyond the outermost one. Pixels of the frame that lie there take that
 * one. */
static void aim_bilinear(struct et_axis *a, const struct et_extent *e, int u, double at)
{
  const double inside = clamp(at + 1 < e->frame - at ? at + 1 : e->frame - at, 0, 1);
  const double place = clamp((at - e->origin) * e->scale, 0, e->samples - 1);
  const int low = (int)place;

  a->index[2 * u] = low;
  a->index[2 * u + 1] = low + 1 < e->samples ? low + 1 : low;
  a->weight[0][u] = (float)((1 - (place - low)) * inside);
  a->weight[1][u] = (float)((place - low) * inside);
  a->inside[u] = (float)inside;
  note_index(a, a->index[2 * u]);
  note_index(a, a->index[2 * u + 1]);
}

/* `tap`: where the taps lie, in pixels of the crop from its middle. */
static void aim_box(struct et_axis *a, const struct et_extent *e, int u, const double *tap, double centre, double step)
{
  const double offset = a->n / 2.0, beyond = e->frame + 1, last = e->samples - 1;
  const int taps = a->taps, frame = e->frame;
  int *const index = &a->index[u * taps];
  int inside = 0;

  for (int i = 0; i < taps; i++) {
    const double at = clamp(centre + (u + tap[i] - offset) * step, -2, beyond);
    const int pixel = floor_int(at + 0.5);

    index[i] = -1;
    if (pixel < 0 || pixel >= frame)
      continue;
    index[i] = (int)clamp((at - e->origin) * e->scale + 0.5, 0, last);
    note_index(a, index[i]);
    inside++;
  }
  a->inside[u] = (float)inside / (float)taps;
}

void et_axis_aim(struct et_axis *a, const struct et_extent *e, double centre, double step, int n)
{
  double tap[ET_MOST_TAPS];

  a->n = n;
  a->taps = (int)clamp(step * e->scale + 0.5, 1, ET_MOST_TAPS);
  a->first = NOWHERE;
  a->last = -1;
  a->whole = true;
  for (int i = 0; i < a->taps; i++)
    tap[i] = (i + 0.5) / a->taps - 0.5;
  for (int u = 0; u < n; u++) {
    if (a->taps == 1)
      aim_bilinear(a, e, u, centre + (u - n / 2.0) * step);
    else
      aim_box(a, e, u, tap, centre, step);
    a->whole = a->whole && a->inside[u] == 1;
  }
}
