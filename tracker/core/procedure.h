/* SPDX-License-Identifier: MIT */
/* The procedure of docs/tracker.md, section 4: where to look, which cell is best, and where the
 * target is then. */
#ifndef CORE_PROCEDURE_H
#define CORE_PROCEDURE_H

#include "etrack/image.h"
#include "net/network.h"

/* Place and size of a target in frame pixels. */
struct et_place {
  double cx, cy, w, h;
};

/* Constants of a network's geometry, and room for the ranks of a frame.
 * Thread-safety: one thread at a time. */
struct et_procedure {
  int template_size, search_size, cells;
  double *window; /* cells^2 */
  double *rank;   /* cells^2, of the last choice */
};

/* The best cell of one search. */
struct et_choice {
  int cell;
  double score;          /* raw, 0..1 */
  double penalty;        /* 0..1, for change of size and shape */
  double x1, y1, x2, y2; /* crop pixels */
};

/* Errors: ET_ERR_NO_MEMORY. */
enum et_error et_procedure_init(struct et_procedure *procedure, const struct et_architecture *architecture,
                                struct et_error_detail *detail) ET_MUST_CHECK;
void et_procedure_fini(struct et_procedure *procedure);

struct et_place et_place_of_box(const struct et_box *box);
struct et_box et_box_of_place(const struct et_place *place);

/* Sides of the squares that become the template crop and the search crop, in frame pixels.
 * RT-safe. */
double et_template_side(const struct et_place *place);
double et_search_side(const struct et_procedure *procedure, const struct et_place *place);

/* Ranks every cell for a target at `place`, seen in a search crop of `side` frame pixels. Returns
 * the cell with the highest rank; among equals the first. RT-safe. */
struct et_choice et_procedure_choose(const struct et_procedure *procedure, const struct et_scores *scores, const struct et_place *place,
                                     double side);

/* True if a point of the crop lies in the choice's box. RT-safe. */
bool et_choice_covers(const struct et_choice *choice, double x, double y);

/* One cell as a choice. RT-safe. */
struct et_choice et_procedure_cell(const struct et_procedure *procedure, const struct et_scores *scores, int cell,
                                   const struct et_place *place, double side);

/* The place of a choice's own box, not smoothed, in a search crop of `side` frame pixels around
 * `centre`. RT-safe. */
struct et_place et_procedure_place(const struct et_procedure *procedure, const struct et_choice *choice, const struct et_place *centre,
                                   double side);

/* Moves the place to the chosen box. The size follows smoothly. The crop was centred on the place.
 * RT-safe. */
void et_procedure_update(const struct et_procedure *procedure, const struct et_choice *choice, double side, int width, int height,
                         struct et_place *place);

#endif
