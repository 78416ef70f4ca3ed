/* SPDX-License-Identifier: MIT */
/* The range of 16-bit grey by percentiles.
 *
 * Design notes. A grid of samples over the whole frame gives the 1st and the 99th percentile, which
 * neither a dead pixel nor a small hot spot moves. A margin beyond them keeps most of the rest. A
 * wide margin would cost contrast, which the network needs more. The work is bounded: a few
 * thousand samples for any frame size, counted by their high byte, then those with one high byte by
 * their low byte. */
#include "core/stretch.h"

#include <math.h>
#include <string.h>

#include "core/plane.h"

enum { COLUMNS = 64, ROWS = 32, SAMPLES = COLUMNS * ROWS, WHOLE = 65535 };

static const double low_rank = 0.01, high_rank = 0.99;
static const double margin = 0.05;     /* beyond either percentile, as a share of their distance */
static const double least_range = 128; /* a smaller range would show noise */
/* From the first of these shares of the scale on, a picture is stretched less and less; from the
 * second on it is left as it is. */
static const double wide_range = 0.5 * WHOLE, whole_range = 0.75 * WHOLE;
/* How far the range moves per frame, as a share of the distance. */
static const double pace = 1.0 / 16;

static void take_samples(const struct et_plane *p, uint16_t samples[SAMPLES])
{
  for (int r = 0; r < ROWS; r++) {
    const uint8_t *row = p->data + (2 * r + 1) * (ptrdiff_t)p->height / (2 * ROWS) * p->stride;

    for (int c = 0; c < COLUMNS; c++)
      samples[r * COLUMNS + c] = et_plane_deep(p, row, (int)((2 * c + 1) * (ptrdiff_t)p->width / (2 * COLUMNS)));
  }
}

/* The bin in which the count passes `rank`. `rank` becomes the rank within it. */
static int find_bin(const int count[256], int *rank)
{
  int bin = 0;

  while (bin < 255 && *rank >= count[bin])
    *rank -= count[bin++];
  return bin;
}

static int value_at(const uint16_t samples[SAMPLES], double share)
{
  int count[256] = {0}, rank = (int)(share * (SAMPLES - 1)), high;

  for (int i = 0; i < SAMPLES; i++)
    count[samples[i] >> 8]++;
  high = find_bin(count, &rank);
  memset(count, 0, sizeof count);
  for (int i = 0; i < SAMPLES; i++)
    count[samples[i] & 255] += samples[i] >> 8 == high;
  return high << 8 | find_bin(count, &rank);
}

static double clamp(double v, double low, double high)
{
  return fmin(fmax(v, low), high);
}

static struct et_stretch widen(int low, int high)
{
  const double range = fmax((high - low) * (1 + 2 * margin), least_range), middle = (low + high) / 2.0;
  struct et_stretch s = {clamp(middle - range / 2, 0, WHOLE - least_range), clamp(middle + range / 2, least_range, WHOLE)};
  const double whole = clamp((s.high - s.low - wide_range) / (whole_range - wide_range), 0, 1);

  s.low -= s.low * whole;
  s.high += (WHOLE - s.high) * whole;
  return s;
}

static struct et_stretch measure(const struct et_image *image)
{
  uint16_t samples[SAMPLES];
  struct et_plane planes[3];

  (void)et_image_planes(image, planes);
  if (!planes[0].deep)
    return (struct et_stretch){0, WHOLE};
  take_samples(&planes[0], samples);
  return widen(value_at(samples, low_rank), value_at(samples, high_rank));
}

/* True if the ranges share less than half of the smaller one. */
static bool apart(const struct et_stretch *a, const struct et_stretch *b)
{
  const double shared = fmin(a->high, b->high) - fmax(a->low, b->low);

  return shared < fmin(a->high - a->low, b->high - b->low) / 2;
}

void et_stretch_start(struct et_stretch *s, const struct et_image *image)
{
  *s = measure(image);
}

void et_stretch_follow(struct et_stretch *s, const struct et_image *image)
{
  const struct et_stretch now = measure(image);

  if (apart(s, &now)) {
    *s = now;
    return;
  }
  s->low += pace * (now.low - s->low);
  s->high += pace * (now.high - s->high);
}

float et_stretch_grey(const struct et_stretch *s, double value)
{
  return (float)clamp((value - s->low) / (s->high - s->low) * 255, 0, 255);
}
