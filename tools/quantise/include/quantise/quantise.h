/* SPDX-License-Identifier: MIT */
/* Quantises groups of layers, from their float weights and from what they read. */
#ifndef QUANTISE_QUANTISE_H
#define QUANTISE_QUANTISE_H

#include "net/safetensors.h"
#include "quantise/group.h"

/* Fills the results of every layer of the group. The file has the layers' float tensors. Errors: as
 * in middle_quantise(). */
gboolean quantise_group(struct group *group, struct et_safetensors *file, GError **error);

/* Prints what was chosen for the group: a line for each of its layers. */
void quantise_print_heading(void);
void quantise_print(const struct group *group, struct et_safetensors *file);

#endif
