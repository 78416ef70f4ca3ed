/* SPDX-License-Identifier: MIT */
/* Rounds weights under the rule of pairs, and searches the scale of the least error. */
#include "quantise/rounding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int clamp(double value)
{
  return (int)fmin(fmax(rint(value), -ROUNDING_LARGEST), ROUNDING_LARGEST);
}

/* Splits the sum of two neighbours of equal sign so that the error is least: the excess goes where
 * it costs less. `a` and `b` are positive and not yet rounded. */
static int split(double a, double b, double cost_a, double cost_b)
{
  const double total = cost_a + cost_b;
  const double best = total > 0 ? (cost_a * a + cost_b * (ET_PAIR_LIMIT - b)) / total : a / (a + b) * ET_PAIR_LIMIT;

  return (int)fmin(fmax(rint(best), ET_PAIR_LIMIT - ROUNDING_LARGEST), ROUNDING_LARGEST);
}

static void round_pair(const struct rounding *r, double scale, int i, int j, int8_t *q)
{
  const double a = (double)r->weight[i] / scale, b = (double)r->weight[j] / scale, sign = a < 0 ? -1 : 1;
  int x = clamp(a), y = clamp(b);

  if (a * b > 0 && abs(x) + abs(y) > ET_PAIR_LIMIT) {
    const int share = split(fabs(a), fabs(b), r->importance[i], r->importance[j]);

    x = (int)sign * share;
    y = (int)sign * (ET_PAIR_LIMIT - share);
  }
  q[i] = (int8_t)x;
  q[j] = (int8_t)y;
}

static void round_all(const struct rounding *r, double scale, int8_t *q)
{
  for (int i = 0; i + 1 < r->count; i += 2)
    round_pair(r, scale, i, i + 1, q);
  if (r->count % 2)
    q[r->count - 1] = (int8_t)clamp((double)r->weight[r->count - 1] / scale);
}

static double error_of(const struct rounding *r, double scale, const int8_t *q)
{
  double error = 0;

  for (int i = 0; i < r->count; i++) {
    const double difference = scale * q[i] - (double)r->weight[i];

    error += r->importance[i] * difference * difference;
  }
  return error;
}

/* The best scale for given integers. */
static double fit_scale(const struct rounding *r, double scale, const int8_t *q)
{
  double product = 0, square = 0;

  for (int i = 0; i < r->count; i++) {
    product += r->importance[i] * (double)r->weight[i] * q[i];
    square += r->importance[i] * q[i] * q[i];
  }
  return square > 0 && product > 0 ? fmax(product / square, (double)r->least_scale) : scale;
}

/* Keeps the scale and the integers if they are better. */
static void try_scale(const struct rounding *r, double scale, int8_t *q, int8_t *best_q, double *best_scale, double *least)
{
  double error;

  round_all(r, scale, q);
  scale = (double)(float)fit_scale(r, scale, q);
  error = error_of(r, scale, q);
  if (error >= *least)
    return;
  *least = error;
  *best_scale = scale;
  memcpy(best_q, q, (size_t)r->count);
}

/* From half to twice the scale at which the largest weight just fits. Two large neighbours of equal
 * sign need twice that scale. */
float rounding_find(const struct rounding *r, int8_t *q, double *error)
{
  double largest = 0, least = INFINITY, best = (double)r->least_scale;
  int8_t *scratch = malloc((size_t)r->count + 1);

  for (int i = 0; i < r->count; i++)
    largest = fmax(largest, fabs((double)r->weight[i]));
  if (!scratch)
    abort();
  for (int step = 0; step <= r->steps; step++)
    try_scale(r, fmax(largest / ROUNDING_LARGEST * exp2((double)step * 2 / r->steps - 1), (double)r->least_scale), scratch, q, &best,
              &least);
  free(scratch);
  *error = least;
  return (float)best;
}
