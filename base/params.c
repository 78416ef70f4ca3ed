/* SPDX-License-Identifier: MIT */
/* The table of live parameters, and the checks on their values. */
#include "etrack/params.h"

#include <string.h>

#define ROW(field, unit, minimum, maximum, fallback, blurb)                                                                                \
  {                                                                                                                                        \
#field, unit, minimum, maximum, fallback, offsetof(struct et_params, field), blurb                                                     \
  }

static const struct et_param_info table[] = {
  ROW(weak_score, "score", 0, 1, 0.45, "below it a tracked target is uncertain"),
  ROW(lost_score, "score", 0, 1, 0.10, "below it the target is coasting"),
  ROW(found_score, "score", 0, 1, 0.90, "a searched target is taken back from this score on"),
  ROW(score_hysteresis, "score", 0, 0.5, 0.05, "added to a threshold to leave uncertain or coasting again"),
  ROW(rival_ratio, "ratio", 0, 1, 0.8, "another candidate with at least this share of the score is a rival; 1 = never"),
  ROW(coast_s, "s", 0, 60, 1.0, "longest coasting before the target is lost"),
  ROW(search_s, "s", 0, 86400, 30, "longest search for a lost target; 0 = for ever"),
  ROW(search_cost, "share", 0, 1, 0.5, "how much of a frame time the search for a lost target may take"),
};

const struct et_param_info *et_param_table(size_t *count)
{
  *count = sizeof table / sizeof *table;
  return table;
}

const struct et_param_info *et_param_find(const char *name)
{
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (strcmp(table[i].name, name) == 0)
      return &table[i];
  return NULL;
}

double *et_param_value(struct et_params *params, const struct et_param_info *info)
{
  return (double *)((char *)params + info->offset);
}

void et_params_default(struct et_params *params)
{
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    *et_param_value(params, &table[i]) = table[i].fallback;
}

enum et_error et_params_check(const struct et_params *params, struct et_error_detail *detail)
{
  struct et_params copy = *params;

  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    double v = *et_param_value(&copy, &table[i]);

    if (!(v >= table[i].minimum && v <= table[i].maximum))
      return et_fail(detail, ET_ERR_ARGUMENT, "%s is %g; it must lie in %g..%g", table[i].name, v, table[i].minimum, table[i].maximum);
  }
  if (!(params->found_score > params->weak_score && params->weak_score > params->lost_score))
    return et_fail(detail, ET_ERR_ARGUMENT, "found_score %g, weak_score %g, lost_score %g: they must fall in this order",
                   params->found_score, params->weak_score, params->lost_score);
  return ET_OK;
}
