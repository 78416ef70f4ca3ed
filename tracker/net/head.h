/* SPDX-License-Identifier: MIT */
/* A head branch: separable, a row of Exemplar Transformer layers, separable, prediction. */
#ifndef NET_HEAD_H
#define NET_HEAD_H

#include "net/exemplar_transformer.h"
#include "net/model.h"

/* Thread-safety: one thread at a time. */
struct et_head {
  const char *name; /* "cls" or "reg" */
  const struct et_branch_weights *weights;
  int exemplars;
  enum et_activation activation; /* of the prediction: sigmoid for scores, relu for distances */
  const struct et_exemplar_scratch *scratch;
  struct et_tensor x;   /* what the layers pass on, with a margin */
  struct et_tensor out; /* the prediction */
};

/* The margin that a picture needs so that every kernel of the branch can read beyond its edge. */
int et_head_margin(const struct et_branch_shape *shape);

/* Reserves x and out. The caller checks arena->failed. */
void et_head_init(struct et_head *head, const struct et_branch_shape *shape, int cells, int outputs, struct et_arena *arena);

/* `in` has a margin of at least et_head_margin(). The prediction is written to head->out.
 * RT-safe. */
void et_head_run(const struct et_head *head, const struct et_ops *ops, const struct et_tensor *in,
                 const struct et_stage_observer *observer);

#endif
