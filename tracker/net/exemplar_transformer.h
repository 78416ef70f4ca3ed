/* SPDX-License-Identifier: MIT */
/* The Exemplar Transformer layer (Blatter, Kanakis, Danelljan, Van Gool, WACV 2023): attention of one global query over a few learned exemplars
 * whose values are convolution kernels. */
#ifndef NET_EXEMPLAR_TRANSFORMER_H
#define NET_EXEMPLAR_TRANSFORMER_H

#include "net/stage.h"
#include "net/tensor.h"

/* Scratch for any layer of a head; each part as large as the largest layer needs. */
struct et_exemplar_scratch {
  struct et_tensor y, hidden; /* of C and of feed-forward channels, the head's picture size, no margin */
  float *g, *q, *attention;   /* vectors of C, d and E values */
  float *squeeze, *gate;
  float *dw, *pw; /* the mixed kernels */
};

/* x becomes the layer's output; it has a margin of at least (k - 1) / 2. `name` is the layer's, for the observer. RT-safe. */
void et_exemplar_transformer_run(const struct et_ops *ops, const struct et_exemplar_weights *weights, int exemplars,
                                 const struct et_exemplar_scratch *scratch, const struct et_tensor *x,
                                 const struct et_stage_observer *observer, const char *branch, int layer);

#endif
