/* SPDX-License-Identifier: MIT */
/* Tries many ends and keeps those with the least squared error: rounding costs scale^2 / 12 per
 * value, and a value outside of the range costs its squared distance. */
#include "quantise/range.h"

#include <math.h>

enum { STEPS_HIGH = 56, STEPS_LOW = 12, GRID = 64 };

double range_error(const struct distribution *d, struct range r)
{
  const double scale = (double)r.scale, low = -r.zero * scale, high = (255 - r.zero) * scale, rounding = scale * scale / 12;
  double error = 0;

  for (int b = 0; b < DISTRIBUTION_BINS; b++) {
    const double x = distribution_middle(d, b), outside = x < low ? low - x : x > high ? x - high : 0;

    error += d->bin[b] * (outside > scale / 2 ? outside * outside : rounding);
  }
  return d->count ? error / (double)d->count : 0;
}

static double error_between(const struct distribution *d, struct ends e)
{
  const double scale = (e.high - e.low) / 255;

  return range_error(d, (struct range){(float)scale, (int)lrint(-e.low / scale)});
}

struct ends range_ends(const struct distribution *d, bool positive)
{
  const struct ends all = {positive ? 0 : (double)d->lowest, (double)d->highest};
  struct ends best = all;
  double least = INFINITY;

  if (all.low == all.high)
    return all;
  for (int h = 0; h < (all.high > 0 ? STEPS_HIGH : 1); h++)
    for (int l = 0; l < (all.low < 0 ? STEPS_LOW : 1); l++) {
      const struct ends e = {all.low * (1 - (double)l / STEPS_LOW), all.high * (1 - (double)h / GRID)};
      const double error = error_between(d, e);

      if (error < least) {
        least = error;
        best = e;
      }
    }
  return best;
}
