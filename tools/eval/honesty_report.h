/* SPDX-License-Identifier: MIT */
/* How truthful runs are and what that costs, as figures and as JSON. */
#ifndef EVAL_HONESTY_REPORT_H
#define EVAL_HONESTY_REPORT_H

#include <jansson.h>

#include "eval/run.h"

/* Sums over the runs. Ownership: the caller's, for eval_honesty_clear(). */
void honesty_of(struct eval_run *const *runs, guint count, struct eval_honesty *honesty);

/* The time that frames took which were not told as lost, divided by the raw procedure's for the
 * same frames; 0 if there is none. */
struct cost_ratio {
  double mean, p99;
};

struct cost_ratio cost_ratio_of(struct eval_run *const *runs, guint count);

/* Ownership: a new reference. */
json_t *honesty_json(const struct eval_honesty *honesty, const struct cost_ratio *cost);

#endif
