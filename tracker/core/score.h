/* SPDX-License-Identifier: MIT */
/* The reported score: how likely it is that the box is right. */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H

/* The share of right boxes among those with this raw score (0..1) and likeness to the target's
 * first frames. Right means an overlap (IoU) of more than 0.3. RT-safe. */
double et_score(double raw_score, double likeness);

#endif
