/* SPDX-License-Identifier: MIT */
/* Tells what quantised layers do to boxes and scores, group by group. */
#ifndef QUANTISE_SENSITIVITY_H
#define QUANTISE_SENSITIVITY_H

#include "net/safetensors.h"
#include "quantise/damage.h"
#include "quantise/group.h"

/* A float network and the groups of it that are quantised. */
struct sensitivity {
  struct et_network *network; /* of the float model */
  const struct et_architecture *architecture;
  struct et_safetensors *file; /* the float model's */
  GPtrArray *groups;
  const GPtrArray *pairs; /* not those of the calibration */
};

/* Prints a table: all chosen groups together, then each alone, the worst first. What is chosen is
 * the same afterwards. Errors: a temporary file. */
gboolean sensitivity_print(const struct sensitivity *sensitivity, GError **error);

#endif
