/* SPDX-License-Identifier: MIT */
/* How truthful a run is: what it said of right and of wrong boxes, how soon it told a loss, whether
 * it found the target again, and what its score is worth. */
#ifndef EVAL_HONESTY_H
#define EVAL_HONESTY_H

#include <glib.h>

#include "eval/scores.h"

enum { EVAL_SCORE_BINS = 10 }; /* of 0.1 each */

/* Frames by the state that they were told as. A target that was given up counts as lost. */
struct eval_told {
  size_t frames;
  size_t as[ET_STATE_LOST + 1];
};

/* Frames with a measured box and a score within one bin. */
struct eval_bin {
  size_t frames;
  size_t right;     /* IoU > 0.3 */
  double score_sum; /* over `frames` */
};

/* Sums over runs. The box of a frame without one is the last box before it. */
struct eval_honesty {
  struct eval_told right; /* IoU > 0.3 */
  struct eval_told wrong; /* IoU < 0.1, or there is no target */
  GArray *to_lost_ns;     /* of int64_t: from the first frame without the target to `lost` */
  size_t returns;         /* of a target that was away */
  size_t found;           /* of them: tracked with IoU > 0.3 within 2 s */
  size_t reacquired;      /* events */
  size_t wrongly;         /* of them: IoU < 0.1, or there is no target */
  struct eval_bin bins[EVAL_SCORE_BINS];
};

void eval_honesty_init(struct eval_honesty *honesty);
void eval_honesty_clear(struct eval_honesty *honesty);

/* Adds a run. `truth` and `records` hold `count` frames each; the first one is the start and does
 * not count.
 * A time to `lost` is taken if the box was right before the target vanished. If the target was
 * never told as lost, the time counts to the target's return or the end; less than 1.5 s of
 * absence then do not count. */
void eval_honesty_add(struct eval_honesty *honesty, const struct eval_truth *truth, const struct eval_record *records, size_t count);

/* The share of `told` that was told as `state`, 0..1; 0 if there are no frames. */
double eval_told_share(const struct eval_told *told, enum et_state state);

/* The quantile `share` (0..1) of the times to `lost`, in seconds; -1 if there are none. */
double eval_to_lost_s(const struct eval_honesty *honesty, double share);

#endif
