/* SPDX-License-Identifier: MIT */
/* How far the results of one network are from those of another. */
#ifndef QUANTISE_DAMAGE_H
#define QUANTISE_DAMAGE_H

#include "core/procedure.h"
#include "quantise/pairs.h"

/* What a network says of one pair. */
struct verdict {
  struct et_choice best;
  float *score; /* of each cell */
};

/* Over all pairs. */
struct damage {
  double overlap, overlap_p5; /* IoU of the best boxes: the mean, and what 5 % fall short of */
  double score;               /* mean |difference| of all cells' scores */
  double peak;                /* mean |difference| of the best scores */
  double moved;               /* share of pairs in which another cell is best */
};

/* Runs the network over the pairs. Returns an array of struct verdict, for verdicts_free(). */
GArray *verdicts_of(struct et_network *network, const struct et_architecture *architecture, const GPtrArray *pairs);

struct damage damage_between(const GArray *verdicts, const GArray *reference, int cells);

#endif
