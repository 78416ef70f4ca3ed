/* SPDX-License-Identifier: MIT */
/* The Exemplar Transformer layer: attention of one global query over a few learned exemplars.
 * The values of the exemplars are convolution kernels (Blatter, Kanakis, Danelljan, Van Gool, WACV
 * 2023). */
#ifndef NET_EXEMPLAR_TRANSFORMER_H
#define NET_EXEMPLAR_TRANSFORMER_H

#include "net/stage.h"
#include "net/tensor.h"

/* Scratch for any layer of a head. Each part is as large as the largest layer needs. */
struct et_exemplar_scratch {
  /* C and feed-forward channels, of the size of the head's picture, without margin */
  struct et_tensor y, hidden;
  float *g, *q, *attention; /* vectors of C, d and E values */
  float *squeeze, *gate;
  float *dw, *pw;                /* the mixed kernels */
  uint8_t *bytes, *hidden_bytes; /* a picture of C and one of feed-forward channels, in 8 bits */
};

/* Replaces x by the layer's output. x has a margin of at least (k - 1) / 2. `branch` and `layer`
 * name the layer for the observer. RT-safe. */
void et_exemplar_transformer_run(const struct et_ops *ops, const struct et_exemplar_weights *weights, int exemplars,
                                 const struct et_exemplar_scratch *scratch, const struct et_tensor *x,
                                 const struct et_stage_observer *observer, const char *branch, int layer);

#endif
