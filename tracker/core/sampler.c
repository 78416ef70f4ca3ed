/* SPDX-License-Identifier: MIT */
/* Resamples one plane of a frame.
 *
 * Design notes. The rule is separable. Each axis has a table of taps with weights. What lies
 * outside the frame has no tap, only a share that is missing. So a row is made of samples alone,
 * and the fill is added once at the end as fill * (1 - inside_x * inside_y).
 *
 * Values are bytes. Those of 16-bit grey become bytes as they are read, because the network learned
 * from 8 bits.
 *
 * A source row becomes a line of 16-bit values over the columns that are needed. If an output is
 * the mean of several rows, they are summed into the line; this is exact, and the compiler makes
 * vectors of it. Then the line is resampled across. Bilinear in y keeps the last two rows that were
 * made, because most outputs share them if the crop is finer than the frame.
 *
 * Samples of several values are handled in four lanes at once, whatever their number. Loads read
 * into the next sample (lines end in spare room). Stores write into the next output, which is
 * written later.
 *
 * A new frame is in no cache. The processor reads ahead along a row by itself, but it does not know
 * where the next one begins. So each row of the crop asks for the rows of a later one. */
#include "core/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/ahead.h"
#include "ops/lanes.h"

enum { LARGEST_SIDE = 32768, MOST_LANES = 4, SPARE = 16, LARGEST_BILINEAR = 2 };
enum { AHEAD = 2 }; /* rows of the crop: so far ahead are the frame's rows asked for */

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
  return et_windows_init(&s->windows, largest_n) && both && s->fill && s->fill_inside && s->offset && s->line && s->smooth_line &&
         s->row[0] && s->row[1];
}

void et_sampler_fini(struct et_sampler *s)
{
  et_axis_fini(&s->x);
  et_axis_fini(&s->y);
  et_windows_fini(&s->windows);
  free(s->fill);
  free(s->fill_inside);
  free(s->offset);
  free(s->line);
  free(s->smooth_line);
  for (int i = 0; i < 2; i++)
    free(s->row[i]);
  *s = (struct et_sampler){0};
}

static enum et_packing packing_of(const struct et_plane *p)
{
  if (p->deep)
    return p->offset[0] ? ET_PACKING_UPPER_LAST : ET_PACKING_UPPER_FIRST;
  if (p->step == 2 * p->components)
    return p->offset[0] ? ET_PACKING_SECOND : ET_PACKING_FIRST;
  return ET_PACKING_BYTES;
}

/* Contiguous samples of three components may have an unused byte at their end. */
static struct et_lanes lanes_of(const struct et_plane *p)
{
  const enum et_packing packing = packing_of(p);

  return (struct et_lanes){.count = packing == ET_PACKING_BYTES ? p->step : p->components,
                           .packing = packing,
                           .reversed = p->components == 3 && p->offset[0] == 2};
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

/* All 16 bits of both factors are used, because the product is that of 16-bit vectors: its lower
 * half is lost. The gain is rounded up, so that a grey in the middle between two becomes the upper
 * one. */
static struct et_narrowing narrowing_of(const struct et_stretch *stretch)
{
  const int whole = 65535, low = (int)fmin(stretch->low + 0.5, whole - 1), high = (int)fmin(fmax(stretch->high + 0.5, low + 1), whole);
  struct et_narrowing k = {.low = (uint16_t)low, .high = (uint16_t)high, .down = 8};
  int64_t range = high - low;

  for (; range < 32768; range *= 2)
    k.up++;
  while (((int64_t)255 << (k.down + 16)) > 65535 * range)
    k.down--;
  k.gain = (uint16_t)((((int64_t)255 << (k.down + 16)) + range - 1) / range);
  k.half = (uint16_t)(1 << k.down >> 1);
  return k;
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
  s->row_y[0] = s->row_y[1] = s->prefetched = -1;
}

/* --- values of a row --- */

static const uint8_t *source_row(const struct et_sampler *s, int y)
{
  return s->plane.data + y * s->plane.stride + (ptrdiff_t)s->x.first * s->plane.step;
}

/* Value i of a row of bytes. The packing is constant at every call, so that the compiler makes
 * vectors of the loops below. The numbers of lanes, rows and taps are constant likewise. */
ET_INLINE uint16_t value_at(const uint8_t *row, int i, enum et_packing packing)
{
  const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  uint16_t pair;

  if (packing == ET_PACKING_BYTES)
    return row[i];
  memcpy(&pair, row + (ptrdiff_t)2 * i, sizeof pair);
  return (packing == ET_PACKING_FIRST) == little ? pair & 0xff : pair >> 8;
}

/* Eight values of 16-bit grey. */
ET_INLINE et_short8 narrow(const uint8_t *row, enum et_packing packing, struct et_narrowing k)
{
  const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  et_short8 v;

  memcpy(&v, row, sizeof v);
  if ((packing == ET_PACKING_UPPER_FIRST) == little)
    v = v << 8 | v >> 8;
  v = (et_clamp_shorts(v, k.low, k.high) - k.low) << k.up;
  return (et_upper_product(v, k.gain) + k.half) >> k.down;
}

/* The same of fewer values, whatever the others become. Nothing may be read beyond them. */
ET_INLINE et_short8 narrow_last(const uint8_t *row, int values, enum et_packing packing, struct et_narrowing k)
{
  uint8_t bytes[sizeof(et_short8)] = {0};

  memcpy(bytes, row, (size_t)values * 2);
  return narrow(bytes, packing, k);
}

/* --- the mean of rows --- */

ET_INLINE void sum_values(uint16_t *restrict line, const uint8_t *const row[], int count, int values, enum et_packing packing)
{
  const uint8_t *const a = row[0], *const b = row[1], *const c = row[2], *const d = row[3];

  for (int i = 0; i < values; i++) {
    unsigned sum = value_at(a, i, packing);

    if (count > 1)
      sum += value_at(b, i, packing);
    if (count > 2)
      sum += value_at(c, i, packing);
    if (count > 3)
      sum += value_at(d, i, packing);
    line[i] = (uint16_t)sum;
  }
}

ET_INLINE void sum_counted(uint16_t *line, const uint8_t *const row[], int count, int values, enum et_packing packing)
{
  if (count == 1)
    sum_values(line, row, 1, values, packing);
  else if (count == 2)
    sum_values(line, row, 2, values, packing);
  else if (count == 3)
    sum_values(line, row, 3, values, packing);
  else
    sum_values(line, row, 4, values, packing);
}

/* Writes whole blocks of eight. */
ET_INLINE void sum_deep(uint16_t *restrict line, const uint8_t *const row[], int count, int values, enum et_packing packing,
                        struct et_narrowing k)
{
  int i = 0;
  et_short8 sum;

  for (; i + 8 <= values; i += 8) {
    sum = (et_short8){0};
    for (int r = 0; r < count; r++)
      sum += narrow(row[r] + (ptrdiff_t)2 * i, packing, k);
    memcpy(line + i, &sum, sizeof sum);
  }
  sum = (et_short8){0};
  for (int r = 0; r < count; r++)
    sum += narrow_last(row[r] + (ptrdiff_t)2 * i, values - i, packing, k);
  memcpy(line + i, &sum, sizeof sum);
}

ET_INLINE void sum_deep_counted(uint16_t *line, const uint8_t *const row[], int count, int values, enum et_packing packing,
                                struct et_narrowing k)
{
  if (count == 1)
    sum_deep(line, row, 1, values, packing, k);
  else if (count == 2)
    sum_deep(line, row, 2, values, packing, k);
  else if (count == 3)
    sum_deep(line, row, 3, values, packing, k);
  else
    sum_deep(line, row, 4, values, packing, k);
}

static void sum_packed(const struct et_sampler *s, const uint8_t *const row[], int count, int values, uint16_t *line)
{
  switch (s->lanes.packing) {
  case ET_PACKING_BYTES:
    return sum_counted(line, row, count, values, ET_PACKING_BYTES);
  case ET_PACKING_FIRST:
    return sum_counted(line, row, count, values, ET_PACKING_FIRST);
  case ET_PACKING_SECOND:
    return sum_counted(line, row, count, values, ET_PACKING_SECOND);
  case ET_PACKING_UPPER_FIRST:
    return sum_deep_counted(line, row, count, values, ET_PACKING_UPPER_FIRST, s->narrowing);
  case ET_PACKING_UPPER_LAST:
    return sum_deep_counted(line, row, count, values, ET_PACKING_UPPER_LAST, s->narrowing);
  }
}

/* Sums those of the rows that lie inside the frame. Returns false if there are none. */
static bool sum_rows(struct et_sampler *s, const int *rows, int count)
{
  const int values = (s->x.last - s->x.first + 1) * s->lanes.count;
  const uint8_t *row[ET_MOST_TAPS] = {0};
  int inside = 0;

  for (int r = 0; r < count; r++)
    if (rows[r] >= 0 && s->x.last >= s->x.first)
      row[inside++] = source_row(s, rows[r]);
  if (!inside)
    return false;
  sum_packed(s, row, inside, values, s->line);
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

ET_INLINE void blend(const uint8_t *a, const uint8_t *b, enum et_packing packing, float above, float below, int values,
                     float *restrict line)
{
  for (int i = 0; i < values; i++)
    line[i] = value_at(a, i, packing) * above + value_at(b, i, packing) * below;
}

/* Two rows as bytes first, each in a half of the line, which has room for rows of more lanes. */
static void blend_deep(struct et_sampler *s, const uint8_t *a, const uint8_t *b, float above, float below, int values)
{
  uint16_t *restrict first = s->line, *restrict second = s->line + LARGEST_SIDE;
  float *restrict line = s->smooth_line;

  sum_packed(s, (const uint8_t *const[ET_MOST_TAPS]){a}, 1, values, first);
  sum_packed(s, (const uint8_t *const[ET_MOST_TAPS]){b}, 1, values, second);
  for (int i = 0; i < values; i++)
    line[i] = first[i] * above + second[i] * below;
}

static void blend_packed(struct et_sampler *s, const uint8_t *a, const uint8_t *b, float above, float below)
{
  const int values = (s->x.last - s->x.first + 1) * s->lanes.count;

  switch (s->lanes.packing) {
  case ET_PACKING_BYTES:
    blend(a, b, ET_PACKING_BYTES, above, below, values, s->smooth_line);
    break;
  case ET_PACKING_FIRST:
    blend(a, b, ET_PACKING_FIRST, above, below, values, s->smooth_line);
    break;
  case ET_PACKING_SECOND:
    blend(a, b, ET_PACKING_SECOND, above, below, values, s->smooth_line);
    break;
  default:
    blend_deep(s, a, b, above, below, values);
  }
  memset(s->smooth_line + values, 0, SPARE * sizeof *s->smooth_line);
}

static void lerp_source_rows(struct et_sampler *s, int v, float *out)
{
  const int *index = &s->y.index[2 * v];

  blend_packed(s, source_row(s, index[0]), source_row(s, index[1]), s->y.weight[0][v], s->y.weight[1][v]);
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

/* --- the rows of the crop --- */

/* Asks for the rows that row v of the crop needs. */
ET_INLINE void prefetch(struct et_sampler *s, int v)
{
  const int taps = s->y.taps == 1 ? 2 : s->y.taps;

  for (int i = 0; i < taps && v < s->y.n; i++) {
    const int y = s->y.index[v * taps + i];

    if (y <= s->prefetched)
      continue;
    et_prefetch_row(source_row(s, y), (ptrdiff_t)(s->x.last - s->x.first + 1) * s->plane.step);
    s->prefetched = y;
  }
}

void et_sampler_row(struct et_sampler *s, int v, float *out)
{
  const float inside = s->y.inside[v];

  if (s->x.first <= s->x.last)
    prefetch(s, v + AHEAD);
  if (inside == 0)
    memset(out, 0, (size_t)(s->x.n * s->plane.components) * sizeof *out);
  else if (s->y.taps == 1)
    lerp_down(s, v, out);
  else
    across(s, &s->y.index[v * s->y.taps], s->y.taps, out);
  if (!s->x.whole || inside < 1)
    add_fill(s, inside, out);
}
