/* SPDX-License-Identifier: MIT */
/* Overlap, success and precision as docs/tracker.md defines them. */
#include "eval/scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double precision_px = 20;

double eval_overlap(const struct et_box *a, const struct et_box *b)
{
  double w = fmin(a->x + a->w, b->x + b->w) - fmax(a->x, b->x);
  double h = fmin(a->y + a->h, b->y + b->h) - fmax(a->y, b->y);
  double common = w > 0 && h > 0 ? w * h : 0;
  double all = a->w * a->h + b->w * b->h - common;

  return all > 0 ? common / all : 0;
}

static double centre_distance(const struct et_box *a, const struct et_box *b)
{
  return hypot(a->x + a->w / 2 - b->x - b->w / 2, a->y + a->h / 2 - b->y - b->h / 2);
}

static void count_frame(const struct eval_truth *truth, const struct eval_record *record, struct eval_scores *scores)
{
  double overlap = record->has_box ? eval_overlap(&truth->box, &record->box) : 0;

  scores->counted++;
  for (int i = 0; i < EVAL_SUCCESS_STEPS; i++)
    scores->success[i] += overlap > i / (double)(EVAL_SUCCESS_STEPS - 1);
  scores->precision += record->has_box && centre_distance(&truth->box, &record->box) <= precision_px;
}

static void divide(struct eval_scores *scores, double by)
{
  for (int i = 0; i < EVAL_SUCCESS_STEPS; i++) {
    scores->success[i] /= by;
    scores->auc += scores->success[i] / EVAL_SUCCESS_STEPS;
  }
  scores->precision /= by;
}

void eval_score(const struct eval_truth *truth, const struct eval_record *records, size_t count, struct eval_scores *scores)
{
  memset(scores, 0, sizeof *scores);
  for (size_t i = 1; i < count; i++)
    if (truth[i].present)
      count_frame(&truth[i], &records[i], scores);
  if (scores->counted > 0)
    divide(scores, (double)scores->counted);
}

void eval_scores_mean(const struct eval_scores *scores, size_t count, struct eval_scores *mean)
{
  size_t sequences = 0;

  memset(mean, 0, sizeof *mean);
  for (size_t i = 0; i < count; i++) {
    if (scores[i].counted == 0)
      continue;
    sequences++;
    mean->counted += scores[i].counted;
    for (int j = 0; j < EVAL_SUCCESS_STEPS; j++)
      mean->success[j] += scores[i].success[j];
    mean->precision += scores[i].precision;
  }
  if (sequences > 0)
    divide(mean, (double)sequences);
}

static int by_duration(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

  return (x > y) - (x < y);
}

int64_t eval_quantile_ns(int64_t *durations_ns, size_t count, double share)
{
  double rank = ceil(share * (double)count);

  if (count == 0)
    return 0;
  qsort(durations_ns, count, sizeof *durations_ns, by_duration);
  return durations_ns[rank < 1 ? 0 : (size_t)rank - 1];
}
