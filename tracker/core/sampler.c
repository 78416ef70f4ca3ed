/* SPDX-License-Identifier: MIT */
/* Resamples one plane of a frame.
 *
 * Design notes. The rule is separable. Each axis has a table of taps with weights. What lies
 * outside the frame has no tap, only a share that is missing. So a row is made of samples alone,
 * and the fill is added once at the end as fill * (1 - inside_x * inside_y).
 *
 * Rows of 16-bit grey become bytes first, in the columns that are needed, so that all later steps
 * handle bytes only. The network learned from 8 bits.
 *
 * A source row becomes a line of 16-bit values over the columns that are needed. If an output is
 * the mean of several rows, they are summed into the line; this is exact, and the compiler makes
 * vectors of it. Then the line is resampled across. Bilinear in y keeps the last two rows that were
 * made, because most outputs share them if the crop is finer than the frame.
 *
 * Samples of several values are handled in four lanes at once, whatever their number. Loads read
 * into the next sample (lines end in spare room). Stores write into the next output, which is
 * written later. */
#include "core/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "ops/lanes.h"

enum { LARGEST_SIDE = 32768, MOST_LANES = 4, SPARE = 16, LARGEST_BILINEAR = 2 };

bool et_sampler_init(struct et_sampler *s, int largest_n)
{
  const size_t n = (size_t)largest_n;
  const bool axes = et_axis_init(&s->x, largest_n), both = et_axis_init(&s->y, largest_n) && axes;

  s->fill = calloc(n * 3, sizeof(float));
  s->fill_inside = calloc(n * 3, sizeof(float));
  s->offset = calloc(n * ET_MOST_TAPS, sizeof *s->offset);
  s->line = calloc((size_t)LARGEST_SIDE * MOST_LANES + SPARE, sizeof *s->line);
  s->smooth_line = calloc((n + 2) * LARGEST_BILINEAR * MOST_LANES + SPARE, sizeof(float));
  for (int i = 0; i < 2; i++)
    s->row[i] = calloc(n * 3 + SPARE, sizeof(float));
  s->narrow[0] = calloc(ET_MOST_TAPS, LARGEST_SIDE);
  for (int i = 1; i < ET_MOST_TAPS && s->narrow[0]; i++)
    s->narrow[i] = s->narrow[0] + (ptrdiff_t)i * LARGEST_SIDE;
  return et_windows_init(&s->windows, largest_n) && both && s->narrow[0] && s->fill && s->fill_inside && s->offset && s->line &&
         s->smooth_line && s->row[0] && s->row[1];
}

void et_sampler_fini(struct et_sampler *s)
{
  et_axis_fini(&s->x);
  et_axis_fini(&s->y);
  et_windows_fini(&s->windows);
  free(s->narrow[0]);
  free(s->fill);
  free(s->fill_inside);
  free(s->offset);
  free(s->line);
  free(s->smooth_line);
  for (int i = 0; i < 2; i++)
    free(s->row[i]);
  *s = (struct et_sampler){0};
}

/* Packed 4:2:2 has luma and chroma in turns. The other formats are contiguous, some with an unused
 * byte at the end of each sample. */
static struct et_lanes lanes_of(const struct et_plane *p)
{
  const bool paired = p->step == 2 * p->components && !p->deep;

  return (struct et_lanes){
    .count = paired || p->deep ? p->components : p->step, .paired = paired, .reversed = p->components == 3 && p->offset[0] == 2};
}

/* Bilinear: the first neighbour. Otherwise each tap. Taps outside read zeros that lie after the
 * line. */
static void aim_offsets(struct et_sampler *s)
{
  const int end = (s->x.last - s->x.first + 1) * s->lanes.count;

  memset(s->line + end, 0, SPARE * sizeof *s->line);
  if (s->x.taps == 1)
    for (int u = 0; u < s->x.n; u++)
      s->offset[u] = (s->x.index[2 * u] - s->x.first) * s->lanes.count;
  else
    for (int i = 0; i < s->x.n * s->x.taps; i++)
      s->offset[i] = s->x.index[i] < 0 ? end : (s->x.index[i] - s->x.first) * s->lanes.count;
}

static void aim_line(struct et_sampler *s)
{
  if (s->x.last < s->x.first)
    return;
  if (s->x.taps > 1 && s->plane.components < 3)
    et_windows_aim(&s->windows, &s->x, s->plane.components);
  else
    aim_offsets(s);
}

static struct et_narrowing narrowing_of(const struct et_stretch *stretch)
{
  const int low = (int)(stretch->low + 0.5), high = (int)(stretch->high + 0.5), range = high > low ? high - low : 1;

  return (struct et_narrowing){low, range, (255 * 65536 + range / 2) / range};
}

void et_sampler_aim(struct et_sampler *s, const struct et_plane *p, const struct et_stretch *stretch, int width, int height,
                    const struct et_view *view, const float *fill)
{
  const struct et_extent x = {width, p->width, 1.0 / (1 << p->shift_x), p->origin_x};
  const struct et_extent y = {height, p->height, 1.0 / (1 << p->shift_y), p->origin_y};

  s->plane = *p;
  s->lanes = lanes_of(p);
  if (p->deep)
    s->narrowing = narrowing_of(stretch);
  et_axis_aim(&s->x, &x, view->cx, view->step, view->n);
  et_axis_aim(&s->y, &y, view->cy, view->step, view->n);
  aim_line(s);
  for (int u = 0; u < view->n; u++)
    for (int c = 0; c < p->components; c++) {
      s->fill[u * p->components + c] = fill[c];
      s->fill_inside[u * p->components + c] = fill[c] * s->x.inside[u];
    }
  s->row_y[0] = s->row_y[1] = -1;
}

/* `upper` is constant at every call, so that the compiler makes a function for each. The loops
 * below work likewise. */
ET_INLINE void narrow_row(const uint8_t *row, int upper, struct et_narrowing k, int values, uint8_t *restrict out)
{
  for (int i = 0; i < values; i++) {
    const int v = (row[2 * i + upper] << 8 | row[2 * i + (upper ^ 1)]) - k.low, inside = v < 0 ? 0 : v > k.range ? k.range : v;

    out[i] = (uint8_t)((inside * k.gain + 32768) >> 16);
  }
}

/* The first byte of the row that is needed. Up to ET_MOST_TAPS rows are read at a time, each in its
 * own slot. */
static const uint8_t *source_row(const struct et_sampler *s, int y, int slot)
{
  const uint8_t *row = s->plane.data + y * s->plane.stride + (ptrdiff_t)s->x.first * s->plane.step;
  const int values = s->x.last - s->x.first + 1;

  if (!s->plane.deep)
    return row + (s->lanes.paired ? s->plane.offset[0] : 0);
  if (s->plane.offset[0])
    narrow_row(row, 1, s->narrowing, values, s->narrow[slot]);
  else
    narrow_row(row, 0, s->narrowing, values, s->narrow[slot]);
  return s->narrow[slot];
}

/* The numbers of lanes, rows and taps are constant at every call of the functions below. */
ET_INLINE void sum_bytes(uint16_t *restrict line, const uint8_t *const row[], int count, int values, int stride)
{
  const uint8_t *const a = row[0], *const b = row[1], *const c = row[2], *const d = row[3];

  for (int i = 0; i < values; i++) {
    unsigned sum = a[i * stride];

    if (count > 1)
      sum += b[i * stride];
    if (count > 2)
      sum += c[i * stride];
    if (count > 3)
      sum += d[i * stride];
    line[i] = (uint16_t)sum;
  }
}

ET_INLINE void sum_counted(uint16_t *line, const uint8_t *const row[], int count, int values, int stride)
{
  if (count == 1)
    sum_bytes(line, row, 1, values, stride);
  else if (count == 2)
    sum_bytes(line, row, 2, values, stride);
  else if (count == 3)
    sum_bytes(line, row, 3, values, stride);
  else
    sum_bytes(line, row, 4, values, stride);
}

/* Sums those of the rows that lie inside the frame. Returns false if there are none. */
static bool sum_rows(struct et_sampler *s, const int *rows, int count)
{
  const int values = (s->x.last - s->x.first + 1) * s->lanes.count;
  const uint8_t *row[ET_MOST_TAPS] = {0};
  int inside = 0;

  for (int r = 0; r < count; r++)
    if (rows[r] >= 0 && s->x.last >= s->x.first) {
      row[inside] = source_row(s, rows[r], inside);
      inside++;
    }
  if (!inside)
    return false;
  if (s->lanes.paired)
    sum_counted(s->line, row, inside, values, 2);
  else
    sum_counted(s->line, row, inside, values, 1);
  return true;
}

ET_INLINE et_float4 reverse_if(bool reversed, et_float4 v)
{
  return reversed ? __builtin_shufflevector(v, v, 2, 1, 0, 3) : v;
}

/* Every sample but the last is stored with four lanes. There may be no room after the last one, so
 * that only its components are stored. */
ET_INLINE void lerp_lanes(const struct et_sampler *s, int lanes, int components, bool reversed, float *restrict out)
{
  const float *const line = s->smooth_line, *const low = s->x.weight[0], *const high = s->x.weight[1];
  const int *const offset = s->offset;
  const int n = s->x.n;
  et_float4 v = {0};

  for (int u = 0; u < n; u++) {
    const float *p = line + offset[u];

    v = reverse_if(reversed, et_load_floats(p) * low[u] + et_load_floats(p + lanes) * high[u]);
    if (u < n - 1)
      memcpy(out + (ptrdiff_t)u * components, &v, sizeof v);
  }
  memcpy(out + (ptrdiff_t)(n - 1) * components, &v, (size_t)components * sizeof *out);
}

/* Two weights, each of them twice. */
ET_INLINE et_float4 two_weights(const float *weight)
{
  const et_float4 v = et_load_pairs(weight, weight);

  return __builtin_shufflevector(v, v, 0, 0, 1, 1);
}

/* Samples of two values: one load brings both neighbours of an output, one store writes two
 * outputs. */
static void lerp_pairs(const struct et_sampler *s, float *restrict out)
{
  const float *const line = s->smooth_line, *const low = s->x.weight[0], *const high = s->x.weight[1];
  const int *const offset = s->offset;
  const int n = s->x.n;

  for (int u = 0; u + 2 <= n; u += 2) {
    const et_float4 a = et_load_floats(line + offset[u]), b = et_load_floats(line + offset[u + 1]);
    const et_float4 v =
      __builtin_shufflevector(a, b, 0, 1, 4, 5) * two_weights(low + u) + __builtin_shufflevector(a, b, 2, 3, 6, 7) * two_weights(high + u);

    memcpy(out + (ptrdiff_t)2 * u, &v, sizeof v);
  }
  for (int i = n & ~1; i < n; i++)
    for (int c = 0; c < 2; c++)
      out[2 * i + c] = line[offset[i] + c] * low[i] + line[offset[i] + 2 + c] * high[i];
}

/* One load brings both neighbours of an output. */
ET_INLINE et_float4 lerp_four(const float *line, const int *offset, const float *low, const float *high)
{
  const et_float4 a = et_load_pairs(line + offset[0], line + offset[1]), b = et_load_pairs(line + offset[2], line + offset[3]);

  return __builtin_shufflevector(a, b, 0, 2, 4, 6) * et_load_floats(low) + __builtin_shufflevector(a, b, 1, 3, 5, 7) * et_load_floats(high);
}

static void lerp_single(const struct et_sampler *s, float *restrict out)
{
  const float *const line = s->smooth_line, *const low = s->x.weight[0], *const high = s->x.weight[1];
  const int *const offset = s->offset;
  const int n = s->x.n;
  int u = 0;

  for (; u + 4 <= n; u += 4) {
    const et_float4 v = lerp_four(line, offset + u, low + u, high + u);

    memcpy(out + u, &v, sizeof v);
  }
  for (; u < n; u++)
    out[u] = line[offset[u]] * low[u] + line[offset[u] + 1] * high[u];
}

static void lerp_across(const struct et_sampler *s, float *out)
{
  if (s->lanes.count == 1)
    lerp_single(s, out);
  else if (s->lanes.count == 2)
    lerp_pairs(s, out);
  else if (s->lanes.count == 3 && s->lanes.reversed)
    lerp_lanes(s, 3, 3, true, out);
  else if (s->lanes.count == 3)
    lerp_lanes(s, 3, 3, false, out);
  else if (s->lanes.reversed)
    lerp_lanes(s, 4, 3, true, out);
  else
    lerp_lanes(s, 4, 3, false, out);
}

ET_INLINE void gather_pixels(const struct et_sampler *s, int taps, bool reversed, float share, float *restrict out)
{
  const uint16_t *const line = s->line;
  const int *const offset = s->offset;
  const int n = s->x.n;
  et_float4 v = {0};

  for (int u = 0; u < n; u++) {
    et_short8 sum = et_load_shorts(line + offset[u * taps]);

    for (int t = 1; t < taps; t++)
      sum += et_load_shorts(line + offset[u * taps + t]);
    v = reverse_if(reversed, et_shorts_to_floats(sum) * share);
    if (u < n - 1)
      et_store_floats(out + (ptrdiff_t)3 * u, v);
  }
  memcpy(out + (ptrdiff_t)3 * (n - 1), &v, 3 * sizeof *out);
}

ET_INLINE void gather_ordered(const struct et_sampler *s, int taps, float share, float *out)
{
  if (s->lanes.reversed)
    gather_pixels(s, taps, true, share, out);
  else
    gather_pixels(s, taps, false, share, out);
}

static void gather(const struct et_sampler *s, float share, float *out)
{
  if (s->plane.components < 3)
    et_windows_sum(&s->windows, s->line, share, out);
  else if (s->x.taps == 2)
    gather_ordered(s, 2, share, out);
  else if (s->x.taps == 3)
    gather_ordered(s, 3, share, out);
  else
    gather_ordered(s, 4, share, out);
}

/* The mean of `count` rows, resampled across. Rows outside the frame add nothing. */
static void across(struct et_sampler *s, const int *rows, int count, float *out)
{
  const float share = 1.0f / (float)(count * s->x.taps);
  const int values = (s->x.last - s->x.first + 1) * s->lanes.count;

  if (!sum_rows(s, rows, count)) {
    memset(out, 0, (size_t)(s->x.n * s->plane.components) * sizeof *out);
    return;
  }
  if (s->x.taps > 1) {
    gather(s, share, out);
    return;
  }
  for (int i = 0; i < values; i++)
    s->smooth_line[i] = (float)s->line[i] * share;
  memset(s->smooth_line + values, 0, SPARE * sizeof(float));
  lerp_across(s, out);
}

static const float *kept_row(struct et_sampler *s, int slot, int y)
{
  if (s->row_y[slot] != y)
    across(s, &y, 1, s->row[slot]);
  s->row_y[slot] = y;
  return s->row[slot];
}

/* The lower row becomes the upper one: most outputs move by at most one row. */
static void swap_rows(struct et_sampler *s)
{
  float *row = s->row[0];
  const int y = s->row_y[0];

  s->row[0] = s->row[1];
  s->row[1] = row;
  s->row_y[0] = s->row_y[1];
  s->row_y[1] = y;
}

static void lerp_kept_rows(struct et_sampler *s, int v, float *restrict out)
{
  const int *index = &s->y.index[2 * v], count = s->x.n * s->plane.components;
  const float above = s->y.weight[0][v], below = s->y.weight[1][v];
  const float *a, *b;

  if (s->row_y[0] != index[0] && s->row_y[1] == index[0])
    swap_rows(s);
  a = kept_row(s, 0, index[0]);
  b = kept_row(s, 1, index[1]);
  for (int i = 0; i < count; i++)
    out[i] = a[i] * above + b[i] * below;
}

ET_INLINE void blend_bytes(const uint8_t *a, const uint8_t *b, int stride, float above, float below, int values, float *restrict line)
{
  for (int i = 0; i < values; i++)
    line[i] = a[i * stride] * above + b[i * stride] * below;
}

static void lerp_source_rows(struct et_sampler *s, int v, float *out)
{
  const uint8_t *const a = source_row(s, s->y.index[2 * v], 0), *const b = source_row(s, s->y.index[2 * v + 1], 1);
  const int values = (s->x.last - s->x.first + 1) * s->lanes.count;

  if (s->lanes.paired)
    blend_bytes(a, b, 2, s->y.weight[0][v], s->y.weight[1][v], values, s->smooth_line);
  else
    blend_bytes(a, b, 1, s->y.weight[0][v], s->y.weight[1][v], values, s->smooth_line);
  memset(s->smooth_line + values, 0, SPARE * sizeof(float));
  lerp_across(s, out);
}

/* Resampling a row across is the costly part. So either the crop's rows or the frame's are
 * resampled, whichever are fewer. */
static void lerp_down(struct et_sampler *s, int v, float *out)
{
  if (s->y.last - s->y.first < s->y.n)
    lerp_kept_rows(s, v, out);
  else
    lerp_source_rows(s, v, out);
}

static void add_fill(const struct et_sampler *s, float inside, float *restrict out)
{
  const float *const whole = s->fill, *const part = s->fill_inside;
  const int count = s->x.n * s->plane.components;

  for (int i = 0; i < count; i++)
    out[i] += whole[i] - part[i] * inside;
}

void et_sampler_row(struct et_sampler *s, int v, float *out)
{
  const float inside = s->y.inside[v];

  if (inside == 0)
    memset(out, 0, (size_t)(s->x.n * s->plane.components) * sizeof *out);
  else if (s->y.taps == 1)
    lerp_down(s, v, out);
  else
    across(s, &s->y.index[v * s->y.taps], s->y.taps, out);
  if (!s->x.whole || inside < 1)
    add_fill(s, inside, out);
}
