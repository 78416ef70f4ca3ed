/* SPDX-License-Identifier: MIT */
/* The live parameters of the target states: one struct, and one table that describes it.
 * The field here, the element's property (with - for _), the configuration key and the name on the
 * wire are the same word. */
#ifndef ETRACK_PARAMS_H
#define ETRACK_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "etrack/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Read during the call only. Fill it with et_params_default() first, so that new fields keep their
 * defaults. */
struct et_params {
  /* score, 0..1, default 0.45: below it a tracked target is uncertain */
  double weak_score;
  /* score, 0..1, default 0.10: below it the target is coasting */
  double lost_score;
  /* score, 0..1, default 0.90: a searched target is taken back from this score on;
   * found_score > weak_score > lost_score */
  double found_score;
  /* score, 0..0.5, default 0.05: added to a threshold to leave uncertain or coasting again */
  double score_hysteresis;
  /* ratio, 0..1, default 0.8: another candidate with at least this share of the target's score is a
   * rival; 1 = never */
  double rival_ratio;
  /* seconds, 0..60, default 1: longest coasting before the target is lost */
  double coast_s;
  /* seconds, 0..86400, default 30: longest search for a lost target; 0 = for ever */
  double search_s;
  /* share, 0..1, default 0.5: how much of a frame time the search for a lost target may take */
  double search_cost;
};

/* One row of the table. */
struct et_param_info {
  const char *name; /* as in struct et_params, the configuration and the protocol */
  const char *unit; /* "score", "ratio", "s" or "share" */
  double minimum;
  double maximum;
  double fallback; /* the default */
  size_t offset;   /* of the double in struct et_params */
  const char *blurb;
};

/* Returns the table, in the order of the struct, and sets `*count` to its rows. Static storage.
 * Thread-safety: any thread. RT-safe. */
ET_API const struct et_param_info *et_param_table(size_t *count);

/* The row with the name `name`, or NULL. Thread-safety: any thread. RT-safe. */
ET_API const struct et_param_info *et_param_find(const char *name);

/* The row's value in `params`, to read or to set. Thread-safety: the parameters are the caller's.
 * RT-safe. */
ET_API double *et_param_value(struct et_params *params, const struct et_param_info *info);

/* Thread-safety: any thread. RT-safe. */
ET_API void et_params_default(struct et_params *params);

/* Checks every range and found_score > weak_score > lost_score.
 * Errors: ET_ERR_ARGUMENT (the words name the parameter, its value and its range).
 * Thread-safety: any thread. RT-safe. */
ET_API enum et_error et_params_check(const struct et_params *params, struct et_error_detail *detail) ET_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
