/* SPDX-License-Identifier: MIT */
/* Resamples one plane of a frame.
 *
 * Design notes. The rule is separable, so each axis has a table of taps. Bilinear in y: the two source rows of an output are resampled across once
 * and kept, for when the crop is finer than the frame most outputs share them. Box in y: the few source rows of an output are summed first, bytes into
 * 16 bits over the whole span (exact, and the compiler makes vectors of it), and only the sum is gathered from. Taps outside are taken out of the
 * weights (bilinear) or of the count (box), so no inner loop asks where it is. */
#include "core/sampler.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_SIDE = 32768, LARGEST_STEP = 4 };

static bool axis_init(struct et_axis *a, int n)
{
  a->index = calloc((size_t)n * ET_MOST_TAPS, sizeof *a->index);
  a->fraction = calloc((size_t)n, sizeof *a->fraction);
  return a->index && a->fraction;
}

static void axis_fini(struct et_axis *a)
{
  free(a->index);
  free(a->fraction);
}

bool et_sampler_init(struct et_sampler *s, int largest_n)
{
  const size_t n = (size_t)largest_n;
  bool done = axis_init(&s->x, largest_n) && axis_init(&s->y, largest_n);

  s->offset = calloc(n * ET_MOST_TAPS, sizeof *s->offset);
  s->inside = calloc(n, sizeof *s->inside);
  s->sums = calloc((size_t)LARGEST_SIDE * LARGEST_STEP + 64, sizeof *s->sums);
  for (int i = 0; i < 3; i++)
    done = (s->weight[i] = calloc(n, sizeof(float))) && done;
  for (int i = 0; i < 2; i++)
    done = (s->row[i] = calloc(n * 3, sizeof(float))) && done;
  return done && s->offset && s->inside && s->sums;
}

void et_sampler_fini(struct et_sampler *s)
{
  axis_fini(&s->x);
  axis_fini(&s->y);
  free(s->offset);
  free(s->inside);
  free(s->sums);
  for (int i = 0; i < 3; i++)
    free(s->weight[i]);
  for (int i = 0; i < 2; i++)
    free(s->row[i]);
  *s = (struct et_sampler){0};
}

/* The sample number of a coordinate, -1 where the plane has none. */
static int index_at(double coordinate, int size)
{
  return coordinate >= 0 && coordinate < size ? (int)coordinate : -1;
}

static void note_index(struct et_axis *a, int at, int index)
{
  a->index[at] = index;
  if (index < 0)
    return;
  if (index < a->first)
    a->first = index;
  if (index > a->last)
    a->last = index;
}

static void aim_axis(struct et_axis *a, double centre, double step, int n, int size)
{
  const double rounded = floor(step + 0.5);

  a->n = n;
  a->taps = rounded < 1 ? 1 : rounded > ET_MOST_TAPS ? ET_MOST_TAPS : (int)rounded;
  a->bilinear = a->taps == 1;
  a->first = INT_MAX;
  a->last = -1;
  for (int u = 0; u < n; u++) {
    const double at = centre + (u - n / 2.0) * step, low = floor(at);

    if (a->bilinear) {
      note_index(a, 2 * u, index_at(low, size));
      note_index(a, 2 * u + 1, index_at(low + 1, size));
      a->fraction[u] = (float)(at - low);
      continue;
    }
    for (int i = 0; i < a->taps; i++)
      note_index(a, u * a->taps + i, index_at(floor(centre + (u + ((i + 0.5) / a->taps - 0.5) - n / 2.0) * step + 0.5), size));
  }
}

/* Outside taps get no weight and a harmless place; their weight is the fill's. */
static void prepare_bilinear(struct et_sampler *s)
{
  for (int u = 0; u < s->x.n; u++) {
    const int *index = &s->x.index[2 * u];
    const float weight[2] = {1 - s->x.fraction[u], s->x.fraction[u]};

    s->weight[2][u] = 0;
    for (int t = 0; t < 2; t++) {
      s->offset[2 * u + t] = index[t] < 0 ? 0 : index[t] * s->plane.step;
      s->weight[t][u] = index[t] < 0 ? 0 : weight[t];
      s->weight[2][u] += index[t] < 0 ? weight[t] : 0;
    }
  }
}

/* Offsets into the sums, whose first sample is x.first; outside taps read zeros that stand behind them. */
static void prepare_box(struct et_sampler *s)
{
  const int span = s->x.last >= s->x.first ? (s->x.last - s->x.first + 1) * s->plane.step : 0;

  memset(s->sums + span, 0, LARGEST_STEP * sizeof *s->sums);
  for (int u = 0; u < s->x.n; u++) {
    s->inside[u] = 0;
    for (int t = 0; t < s->x.taps; t++) {
      const int index = s->x.index[u * s->x.taps + t];

      s->offset[u * s->x.taps + t] = index < 0 ? span : (index - s->x.first) * s->plane.step;
      s->inside[u] += index >= 0;
    }
  }
}

void et_sampler_aim(struct et_sampler *s, const struct et_plane *plane, double cx, double cy, double step_x, double step_y, int n,
                    const float *fill)
{
  s->plane = *plane;
  memcpy(s->fill, fill, (size_t)plane->components * sizeof *fill);
  aim_axis(&s->x, cx, step_x, n, plane->width);
  aim_axis(&s->y, cy, step_y, n, plane->height);
  s->row_y[0] = s->row_y[1] = INT_MIN;
  if (s->x.bilinear)
    prepare_bilinear(s);
  else
    prepare_box(s);
}

static const uint8_t *source_row(const struct et_sampler *s, int y)
{
  return s->plane.data + y * s->plane.stride;
}

static void fill_row(const struct et_sampler *s, float *out)
{
  for (int u = 0; u < s->x.n; u++)
    for (int c = 0; c < s->plane.components; c++)
      *out++ = s->fill[c];
}

/* The loops below are written for a constant number of components and taps, and instantiated for each. */
#define INLINE static inline __attribute__((always_inline))

INLINE void lerp_across(const struct et_sampler *s, const uint8_t *row, int components, float *out)
{
  const int *const offset = s->offset;

  for (int u = 0; u < s->x.n; u++) {
    const float a = s->weight[0][u], b = s->weight[1][u], f = s->weight[2][u];

    for (int c = 0; c < components; c++) {
      const uint8_t *p = row + s->plane.offset[c];

      out[u * components + c] = a * p[offset[2 * u]] + b * p[offset[2 * u + 1]] + f * s->fill[c];
    }
  }
}

static void lerp_row(const struct et_sampler *s, int y, float *out)
{
  switch (s->plane.components) {
  case 1:
    return lerp_across(s, source_row(s, y), 1, out);
  case 2:
    return lerp_across(s, source_row(s, y), 2, out);
  default:
    return lerp_across(s, source_row(s, y), 3, out);
  }
}

static void add_row(uint16_t *restrict sums, const uint8_t *restrict row, int bytes)
{
  for (int i = 0; i < bytes; i++)
    sums[i] = (uint16_t)(sums[i] + row[i]);
}

static void copy_row(uint16_t *restrict sums, const uint8_t *restrict row, int bytes)
{
  for (int i = 0; i < bytes; i++)
    sums[i] = row[i];
}

/* Sums the rows that lie inside over the columns that are needed; returns how many did. */
static int sum_rows(struct et_sampler *s, const int *rows, int count)
{
  const int bytes = (s->x.last - s->x.first + 1) * s->plane.step;
  int inside = 0;

  for (int r = 0; r < count; r++) {
    if (rows[r] < 0)
      continue;
    (inside ? add_row : copy_row)(s->sums, source_row(s, rows[r]) + (ptrdiff_t)s->x.first * s->plane.step, bytes);
    inside++;
  }
  return inside;
}

INLINE void gather(const struct et_sampler *s, int rows, int rows_inside, int components, int taps, float *out)
{
  const float share = 1.0f / (float)(rows * taps);

  for (int u = 0; u < s->x.n; u++) {
    const int *offset = &s->offset[u * taps];
    const float outside = (float)(rows * taps - rows_inside * s->inside[u]);

    for (int c = 0; c < components; c++) {
      const uint16_t *p = s->sums + s->plane.offset[c];
      unsigned sum = 0;

      for (int t = 0; t < taps; t++)
        sum += p[offset[t]];
      out[u * components + c] = ((float)sum + outside * s->fill[c]) * share;
    }
  }
}

INLINE void gather_components(const struct et_sampler *s, int rows, int rows_inside, int taps, float *out)
{
  switch (s->plane.components) {
  case 1:
    return gather(s, rows, rows_inside, 1, taps, out);
  case 2:
    return gather(s, rows, rows_inside, 2, taps, out);
  default:
    return gather(s, rows, rows_inside, 3, taps, out);
  }
}

static void box_row(struct et_sampler *s, const int *rows, int count, float *out)
{
  const int inside = s->x.last >= s->x.first ? sum_rows(s, rows, count) : 0;

  if (!inside)
    fill_row(s, out);
  else if (s->x.taps == 2)
    gather_components(s, count, inside, 2, out);
  else if (s->x.taps == 3)
    gather_components(s, count, inside, 3, out);
  else
    gather_components(s, count, inside, 4, out);
}

static const float *kept_row(struct et_sampler *s, int slot, int y)
{
  if (s->row_y[slot] == y)
    return s->row[slot];
  if (y < 0)
    fill_row(s, s->row[slot]);
  else if (s->x.bilinear)
    lerp_row(s, y, s->row[slot]);
  else
    box_row(s, &y, 1, s->row[slot]);
  s->row_y[slot] = y;
  return s->row[slot];
}

/* The row that was below is above now: most outputs move by one row at most. */
static void swap_rows(struct et_sampler *s)
{
  float *row = s->row[0];
  const int y = s->row_y[0];

  s->row[0] = s->row[1];
  s->row[1] = row;
  s->row_y[0] = s->row_y[1];
  s->row_y[1] = y;
}

static void lerp_down(struct et_sampler *s, int v, float *out)
{
  const int *index = &s->y.index[2 * v];
  const float below = s->y.fraction[v], above = 1 - below;
  const float *a, *b;

  if (s->row_y[0] != index[0] && s->row_y[1] == index[0])
    swap_rows(s);
  a = kept_row(s, 0, index[0]);
  b = kept_row(s, 1, index[1]);
  for (int i = 0; i < s->x.n * s->plane.components; i++)
    out[i] = a[i] * above + b[i] * below;
}

/* Bilinear across, the mean of rows down: chroma that is halved one way only. */
static void mean_of_lerped_rows(struct et_sampler *s, const int *rows, float *out)
{
  const int count = s->x.n * s->plane.components;

  memset(out, 0, (size_t)count * sizeof *out);
  for (int r = 0; r < s->y.taps; r++) {
    const float *row = kept_row(s, 0, rows[r]);

    for (int i = 0; i < count; i++)
      out[i] += row[i] / (float)s->y.taps;
  }
}

void et_sampler_row(struct et_sampler *s, int v, float *out)
{
  if (s->y.bilinear)
    lerp_down(s, v, out);
  else if (s->x.bilinear)
    mean_of_lerped_rows(s, &s->y.index[v * s->y.taps], out);
  else
    box_row(s, &s->y.index[v * s->y.taps], s->y.taps, out);
}
