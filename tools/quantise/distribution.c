/* SPDX-License-Identifier: MIT */
/* A histogram of unknown range. If a value lies outside, the range doubles and bins merge in
 * pairs, so one pass over the values is enough. */
#include "quantise/distribution.h"

#include <math.h>
#include <string.h>

enum { MIDDLE = DISTRIBUTION_BINS / 2 };

static void widen(struct distribution *d)
{
  uint32_t merged[DISTRIBUTION_BINS] = {0};

  for (int b = 0; b < DISTRIBUTION_BINS; b++)
    merged[MIDDLE / 2 + b / 2] += d->bin[b];
  memcpy(d->bin, merged, sizeof merged);
  d->half *= 2;
}

static void open_range(struct distribution *d, float value)
{
  int exponent;

  frexpf(value, &exponent);
  d->half = ldexpf(1, exponent);
}

void distribution_add(struct distribution *d, float value)
{
  d->count++;
  d->sum += (double)value;
  d->square += (double)value * (double)value;
  if (value == 0) {
    d->zeros++;
    return;
  }
  if (d->half == 0)
    open_range(d, value);
  while (fabsf(value) >= d->half)
    widen(d);
  d->lowest = value < d->lowest ? value : d->lowest;
  d->highest = value > d->highest ? value : d->highest;
  d->bin[(int)((value / d->half + 1) * MIDDLE)]++;
}

double distribution_middle(const struct distribution *d, int bin)
{
  return (bin + 0.5 - MIDDLE) / MIDDLE * (double)d->half;
}

double distribution_mean(const struct distribution *d)
{
  return d->count ? d->sum / (double)d->count : 0;
}

double distribution_variance(const struct distribution *d)
{
  const double mean = distribution_mean(d);

  return d->count ? fmax(d->square / (double)d->count - mean * mean, 0) : 0;
}
