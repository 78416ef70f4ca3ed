/* SPDX-License-Identifier: MIT */
/* Calibrates the score: a logistic map, fitted by tools/eval/fit_score.py (docs/evaluation.md). */
#include "core/score.h"

#include <math.h>

static const double of_raw_score = 0.295, of_likeness = 15.12, constant = -11.959;
/* The map does not look closer at a raw score near 0 or 1. */
static const double least_odds = 0.005;

static double log_odds(double p)
{
  const double within = fmin(fmax(p, least_odds), 1 - least_odds);

  return log(within / (1 - within));
}

double et_score(double raw_score, double likeness)
{
  return 1 / (1 + exp(-(of_raw_score * log_odds(raw_score) + of_likeness * likeness + constant)));
}
