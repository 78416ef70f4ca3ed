/* SPDX-License-Identifier: MIT */
/* Windows of eight values.
 *
 * Design notes. A window is one load. It brings all taps of a pixel if they lie close enough
 * together, so up to a step of 8 the cost does not depend on their number. A sum fits into 16 bits:
 * four rows of four samples of a byte. Four pixels are summed together: two folds make one pair of
 * values of each pixel's eight. With two components (U and V) that pair is the result; with one it
 * is added up. */
#include "core/windows.h"

#include <stdlib.h>
#include <string.h>

#include "ops/lanes.h"

enum { FOUR = 4, WINDOW = 8 };

bool et_windows_init(struct et_windows *w, int largest_n)
{
  const size_t most = ((size_t)largest_n + FOUR) * ET_MOST_TAPS;

  w->offset = calloc(most, sizeof *w->offset);
  w->weight = calloc(most * WINDOW, sizeof *w->weight);
  return w->offset && w->weight;
}

void et_windows_fini(struct et_windows *w)
{
  free(w->offset);
  free(w->weight);
  *w = (struct et_windows){0};
}

/* The first of `samples` in which all of these taps lie; -1 if they do not fit. If no tap lies
 * inside, any start will do. */
static int window_start(const struct et_axis *a, const int *index, int taps, int samples)
{
  int first = a->last, last = -1;

  for (int t = 0; t < taps; t++) {
    if (index[t] >= 0 && index[t] < first)
      first = index[t];
    if (index[t] > last)
      last = index[t];
  }
  return last - first < samples ? first : -1;
}

static bool aim_window(struct et_windows *w, const struct et_axis *a, const int *index, int taps, int at)
{
  const int start = window_start(a, index, taps, WINDOW / w->components);

  if (start < 0)
    return false;
  w->offset[at] = (start - a->first) * w->components;
  for (int t = 0; t < taps; t++)
    for (int c = 0; c < w->components && index[t] >= 0; c++)
      w->weight[at * WINDOW + (index[t] - start) * w->components + c]++;
  return true;
}

/* False if the taps lie too far apart for so few windows. */
static bool aim_windows(struct et_windows *w, const struct et_axis *a, int count)
{
  const int share = (a->taps + count - 1) / count;

  memset(w->offset, 0, (size_t)(count * w->n) * sizeof *w->offset);
  memset(w->weight, 0, (size_t)(count * w->n * WINDOW) * sizeof *w->weight);
  w->count = count;
  for (int u = 0; u < a->n; u++)
    for (int i = 0, done = 0; done < a->taps; i++, done += share)
      if (!aim_window(w, a, &a->index[u * a->taps + done], a->taps - done < share ? a->taps - done : share, u * count + i))
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

/* The weighted samples of a pixel, summed over all windows. */
ET_INLINE et_short8 weigh(const uint16_t *line, const int *offset, const uint16_t *weight, int count)
{
  et_short8 sum = {0};

  for (int i = 0; i < count; i++)
    sum += et_load_shorts(line + offset[i]) * et_load_shorts(weight + WINDOW * i);
  return sum;
}

/* Adds every second pair of values to the one before it. */
ET_INLINE et_short8 fold(et_short8 a, et_short8 b)
{
  const et_int4 first = __builtin_shufflevector((et_int4)a, (et_int4)b, 0, 2, 4, 6);
  const et_int4 second = __builtin_shufflevector((et_int4)a, (et_int4)b, 1, 3, 5, 7);

  return (et_short8)first + (et_short8)second;
}

ET_INLINE et_int4 add_neighbours(et_short8 v)
{
  typedef uint32_t uint4 __attribute__((vector_size(16)));

  return (et_int4)(((uint4)v & 0xffff) + ((uint4)v >> 16));
}

/* The pair of values of each of four pixels. */
ET_INLINE et_short8 sum_four(const uint16_t *line, const int *offset, const uint16_t *weight, int count)
{
  et_short8 pixel[FOUR];

  for (int i = 0; i < FOUR; i++)
    pixel[i] = weigh(line, offset + i * count, weight + i * count * WINDOW, count);
  return fold(fold(pixel[0], pixel[1]), fold(pixel[2], pixel[3]));
}

/* The numbers of components and windows are constant at every call, so that the compiler makes a
 * function for each. */
ET_INLINE void sum_windows(const struct et_windows *w, const uint16_t *line, int components, int count, float share, float *restrict out)
{
  const int *offset = w->offset;
  const uint16_t *weight = w->weight;
  const int n = w->n;

  for (int u = 0; u < n; u += FOUR) {
    const et_short8 sum = sum_four(line, offset, weight, count);

    if (components == 1) {
      et_store_floats(out, __builtin_convertvector(add_neighbours(sum), et_float4) * share);
    } else {
      et_store_floats(out, et_shorts_to_floats(sum) * share);
      et_store_floats(out + FOUR, et_shorts_to_floats(__builtin_shufflevector(sum, sum, 4, 5, 6, 7, 4, 5, 6, 7)) * share);
    }
    offset += FOUR * count;
    weight += FOUR * count * WINDOW;
    out += FOUR * components;
  }
}

ET_INLINE void sum_counted(const struct et_windows *w, const uint16_t *line, int components, float share, float *out)
{
  if (w->count == 1)
    sum_windows(w, line, components, 1, share, out);
  else if (w->count == 2)
    sum_windows(w, line, components, 2, share, out);
  else if (w->count == 3)
    sum_windows(w, line, components, 3, share, out);
  else
    sum_windows(w, line, components, 4, share, out);
}

void et_windows_sum(const struct et_windows *w, const uint16_t *line, float share, float *out)
{
  if (w->components == 1)
    sum_counted(w, line, 1, share, out);
  else
    sum_counted(w, line, 2, share, out);
}
