/* SPDX-License-Identifier: MIT */
/* The objects that a look shows: the peaks of the score map, each with its box and appearance. */
#ifndef CORE_CANDIDATES_H
#define CORE_CANDIDATES_H

#include "core/appearance.h"
#include "core/procedure.h"
#include "etrack/params.h"

enum { ET_MOST_CANDIDATES = 6 };

struct et_candidate {
  struct et_choice choice;
  struct et_place place; /* of the box itself, not smoothed */
  struct et_appearance appearance;
};

/* In the order of their ranks: [0] is the procedure's choice. No centre lies in the box of one
 * before it. There is at least one. */
struct et_candidates {
  int count;
  struct et_candidate of[ET_MOST_CANDIDATES];
};

/* The score of the best of the others; 0 = there is none. RT-safe. */
double et_candidates_rival(const struct et_candidates *candidates, const struct et_candidate *one);

/* True if another is so strong that `one` may be the wrong object. RT-safe. */
bool et_candidates_have_rival(const struct et_candidates *candidates, const struct et_candidate *one, const struct et_params *params);

/* Finds the candidates of a search in a crop of `side` frame pixels around `centre`. Call it after
 * et_procedure_choose(), which ranks the cells. RT-safe. */
void et_candidates_find(const struct et_procedure *procedure, const struct et_scores *scores, const struct et_choice *best,
                        const struct et_place *centre, double side, struct et_candidates *candidates);

#endif
