/* SPDX-License-Identifier: MIT */
/* The backbone's block: expand, depthwise, squeeze-and-excite, project.
 * From Yan et al., "LightTrack", CVPR 2021, after MobileNetV3. */
#ifndef NET_INVERTED_RESIDUAL_H
#define NET_INVERTED_RESIDUAL_H

#include "net/stage.h"
#include "net/tensor.h"

/* Scratch that the blocks of a backbone use in turn. Each part is as large as the largest block
 * needs. A block in 8 bits has values of 16 bits in `rows` and `mid`. */
struct et_block_scratch {
  void *rows;     /* ring of expanded rows, with margins */
  void *mid;      /* depthwise output, the whole picture */
  int32_t *sums;  /* sums of `mid` per channel, for a block in 8 bits */
  float *mean;    /* of `mid` per channel */
  float *squeeze; /* inner vector of the gate */
  float *gate;
  void *project;  /* the projection's weights, or its inputs' factors, with the gate in them */
  uint8_t *bytes; /* one row of inputs in 8 bits */
};

/* Bytes of each part of the scratch. */
struct et_block_need {
  size_t rows, mid, sums, mean, squeeze, gate, project, bytes;
};

/* One block at one picture size. */
struct et_inverted_residual {
  const struct et_block_weights *weights;
  const struct et_block_scratch *scratch;
  int index; /* its place in the backbone, for the observer */
  int kernel, stride, in_width, in_height, in_channels, mid_channels;
  bool residual; /* the input is added to the output */
};

/* Raises `need` to what the block needs. */
void et_inverted_residual_need(const struct et_inverted_residual *block, struct et_block_need *need);

/* Neither tensor has a margin. RT-safe. */
void et_inverted_residual_run(const struct et_ops *ops, const struct et_inverted_residual *block, const struct et_tensor *in,
                              const struct et_tensor *out, const struct et_stage_observer *observer);

#endif
