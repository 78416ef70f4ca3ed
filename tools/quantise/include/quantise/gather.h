/* SPDX-License-Identifier: MIT */
/* Measures what the layers of the running float network read. */
#ifndef QUANTISE_GATHER_H
#define QUANTISE_GATHER_H

#include "net/network.h"
#include "quantise/group.h"
#include "quantise/pairs.h"

/* Runs the network over the pairs and adds what every layer of `groups` reads to its input. The
 * network's observer is replaced, and removed at the end. */
void gather_inputs(struct et_network *network, const struct et_architecture *architecture, const GPtrArray *pairs, GPtrArray *groups);

#endif
