/* SPDX-License-Identifier: MIT */
/* Compares a tracker's boxes with the ground truth: overlap, success, precision; and quantiles. */
#ifndef EVAL_SCORES_H
#define EVAL_SCORES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etrack/record.h"

enum { EVAL_SUCCESS_STEPS = 21 }; /* overlap thresholds 0, 0.05, ..., 1 */

/* The ground truth of one frame. */
struct eval_truth {
  bool present; /* false: the target is not in this frame, which then does not count */
  struct et_box box;
};

/* What the tracker said about one frame. */
struct eval_record {
  bool has_box; /* false: it reported no box, which is overlap 0 if there is a target */
  struct et_box box;
  double score, raw_score, likeness;
  enum et_state state; /* always ET_STATE_TRACKING without target states */
  enum et_event event;
  int64_t time_ns; /* of the frame */
  int64_t cost_ns; /* crop, network and procedure, without decoding */
};

/* Success and precision over the frames that count. */
struct eval_scores {
  size_t counted;                     /* frames after the first that have a target */
  double success[EVAL_SUCCESS_STEPS]; /* share of them with an overlap above the threshold */
  double auc;                         /* the mean of `success` */
  double precision;                   /* share of them with at most 20 px between the centres */
};

/* Intersection over union of two boxes without half pixels added; 0 if they do not overlap. */
double eval_overlap(const struct et_box *a, const struct et_box *b);

/* `truth` and `records` hold `count` frames each; the first one is the start and does not count.
 * All zeros if none counts. */
void eval_score(const struct eval_truth *truth, const struct eval_record *records, size_t count, struct eval_scores *scores);

/* Several sequences as one. Every sequence has the same weight, however long it is. Those in which
 * no frame counts are left out. */
void eval_scores_mean(const struct eval_scores *scores, size_t count, struct eval_scores *mean);

/* The smallest of the durations that `share` (0..1) of them do not exceed; 0 if there are none.
 * Sorts `durations_ns`. */
int64_t eval_quantile_ns(int64_t *durations_ns, size_t count, double share);

#endif
