/* SPDX-License-Identifier: MIT */
/* The backbone `lighttrack`: a strided stem and a row of inverted residuals. */
#ifndef NET_BACKBONE_H
#define NET_BACKBONE_H

#include "net/inverted_residual.h"
#include "net/model.h"
#include "net/stage.h"

/* A backbone for crops of one size. Thread-safety: one thread at a time. */
struct et_backbone {
  const struct et_model *model;
  int size;
  struct et_tensor pixels; /* normalised crop, margin 1, three floats per pixel */
  struct et_tensor stem;
  struct et_block_scratch scratch;
  struct et_inverted_residual block[ET_MAX_BLOCKS];
  struct et_tensor out[ET_MAX_BLOCKS]; /* of each block, in two buffers that take turns */
};

/* Reserves all its memory. The caller checks arena->failed. */
void et_backbone_init(struct et_backbone *backbone, const struct et_model *model, int size, struct et_arena *arena);

/* `rgb`: size x size x 3 floats in 0..255. The features are valid until the next run. RT-safe. */
struct et_tensor et_backbone_run(struct et_backbone *backbone, const struct et_ops *ops, const float *rgb,
                                 const struct et_stage_observer *observer);

#endif
