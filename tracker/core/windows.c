/* SPDX-License-Identifier: MIT */
/* Windows of four samples.
 *
 * Design notes. Four pixels take four loads. Each brings all taps of one pixel if they lie within
 * four samples. Up to steps of 4 the cost therefore does not depend on their number. A sum fits
 * into 16 bits: four rows of four samples of a byte. Two components (U and V) are the same with
 * windows of sixteen bytes. */
#include "core/windows.h"

#include <stdlib.h>
#include <string.h>

#include "ops/lanes.h"

enum { FOUR = 4, MOST_COMPONENTS = 2 };

bool et_windows_init(struct et_windows *w, int largest_n)
{
  const size_t most = ((size_t)largest_n + FOUR) * ET_MOST_TAPS;

  w->offset = calloc(most, sizeof *w->offset);
  w->weight = calloc(most * FOUR * MOST_COMPONENTS, sizeof *w->weight);
  return w->offset && w->weight;
}

void et_windows_fini(struct et_windows *w)
{
  free(w->offset);
  free(w->weight);
  *w = (struct et_windows){0};
}

/* The first of four samples in which all of these taps lie; -1 if they do not fit. If no tap lies
 * inside, any start will do. */
static int window_start(const struct et_axis *a, const int *index, int taps)
{
  int first = a->last, last = -1;

  for (int t = 0; t < taps; t++) {
    if (index[t] >= 0 && index[t] < first)
      first = index[t];
    if (index[t] > last)
      last = index[t];
  }
  return last - first < FOUR ? first : -1;
}

static bool aim_window(struct et_windows *w, const struct et_axis *a, const int *index, int taps, int at)
{
  const int start = window_start(a, index, taps);

  if (start < 0)
    return false;
  w->offset[at] = (start - a->first) * w->components;
  for (int t = 0; t < taps; t++)
    for (int c = 0; c < w->components && index[t] >= 0; c++)
      w->weight[(at * FOUR + index[t] - start) * w->components + c]++;
  return true;
}

/* False if the taps lie too far apart for so few windows. */
static bool aim_windows(struct et_windows *w, const struct et_axis *a, int count)
{
  const int share = (a->taps + count - 1) / count;

  memset(w->offset, 0, (size_t)(count * w->n) * sizeof *w->offset);
  memset(w->weight, 0, (size_t)(count * w->n * FOUR * w->components) * sizeof *w->weight);
  w->count = count;
  for (int u = 0; u < a->n; u++)
    for (int i = 0, done = 0; done < a->taps; i++, done += share)
      if (!aim_window(w, a, &a->index[u * a->taps + done], a->taps - done < share ? a->taps - done : share, i * w->n + u))
        return false;
  return true;
}

void et_windows_aim(struct et_windows *w, const struct et_axis *axis, int components)
{
  w->n = (axis->n + FOUR - 1) / FOUR * FOUR;
  w->components = components;
  if (!aim_windows(w, axis, 1) && !aim_windows(w, axis, 2))
    (void)aim_windows(w, axis, axis->taps);
}

/* Four values from each place. */
ET_INLINE et_short8 load_two(const uint16_t *p, const uint16_t *q)
{
  double a, b;

  memcpy(&a, p, sizeof a);
  memcpy(&b, q, sizeof b);
  return (et_short8)(et_double2){a, b};
}

/* Values 0 and 2, or 1 and 3, of each. */
ET_INLINE et_int4 even(et_int4 a, et_int4 b)
{
  return __builtin_shufflevector(a, b, 0, 2, 4, 6);
}

ET_INLINE et_int4 odd(et_int4 a, et_int4 b)
{
  return __builtin_shufflevector(a, b, 1, 3, 5, 7);
}

/* The weighted samples of two pixels, 4 each, summed over all windows. */
ET_INLINE et_short8 weigh_two(const struct et_windows *w, const uint16_t *line, int count, int u)
{
  et_short8 sum = {0};

  for (int i = 0; i < count; i++) {
    const int at = i * w->n + u;

    sum += load_two(line + w->offset[at], line + w->offset[at + 1]) * et_load_shorts(&w->weight[FOUR * at]);
  }
  return sum;
}

ET_INLINE et_int4 add_neighbours(et_short8 v)
{
  typedef uint32_t uint4 __attribute__((vector_size(16)));

  return (et_int4)(((uint4)v & 0xffff) + ((uint4)v >> 16));
}

ET_INLINE void sum_single(const struct et_windows *w, const uint16_t *line, int count, float share, float *out)
{
  for (int u = 0; u < w->n; u += FOUR) {
    const et_int4 low = add_neighbours(weigh_two(w, line, count, u)), high = add_neighbours(weigh_two(w, line, count, u + 2));

    et_store_floats(out + u, __builtin_convertvector(even(low, high) + odd(low, high), et_float4) * share);
  }
}

/* The weighted pairs of a pixel, 4 of them, summed over all windows. */
ET_INLINE et_int4 weigh_pairs(const struct et_windows *w, const uint16_t *line, int count, int u)
{
  et_short8 sum = {0};

  for (int i = 0; i < count; i++) {
    const int at = i * w->n + u;

    sum += et_load_shorts(line + w->offset[at]) * et_load_shorts(&w->weight[2 * FOUR * at]);
  }
  return (et_int4)sum;
}

/* Folds two pixels of four pairs into two of two. */
ET_INLINE et_int4 fold_pairs(et_int4 a, et_int4 b)
{
  return (et_int4)((et_short8)__builtin_shufflevector(a, b, 0, 1, 4, 5) + (et_short8)__builtin_shufflevector(a, b, 2, 3, 6, 7));
}

ET_INLINE void sum_pairs(const struct et_windows *w, const uint16_t *line, int count, float share, float *out)
{
  for (int u = 0; u < w->n; u += FOUR, out += 2 * FOUR) {
    const et_int4 low = fold_pairs(weigh_pairs(w, line, count, u), weigh_pairs(w, line, count, u + 1));
    const et_int4 high = fold_pairs(weigh_pairs(w, line, count, u + 2), weigh_pairs(w, line, count, u + 3));
    const et_short8 sum = (et_short8)even(low, high) + (et_short8)odd(low, high);

    et_store_floats(out, et_shorts_to_floats(sum) * share);
    et_store_floats(out + FOUR, et_shorts_to_floats(__builtin_shufflevector(sum, sum, 4, 5, 6, 7, 4, 5, 6, 7)) * share);
  }
}

/* The number of windows is constant at every call, so that the compiler makes a function for
 * each. */
ET_INLINE void sum_windows(const struct et_windows *w, const uint16_t *line, int count, float share, float *out)
{
  if (w->components == 1)
    sum_single(w, line, count, share, out);
  else
    sum_pairs(w, line, count, share, out);
}

void et_windows_sum(const struct et_windows *w, const uint16_t *line, float share, float *out)
{
  switch (w->count) {
  case 1:
    return sum_windows(w, line, 1, share, out);
  case 2:
    return sum_windows(w, line, 2, share, out);
  case 3:
    return sum_windows(w, line, 3, share, out);
  default:
    return sum_windows(w, line, 4, share, out);
  }
}
