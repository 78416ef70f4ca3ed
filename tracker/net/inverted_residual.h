/* SPDX-License-Identifier: MIT */
/* The backbone's block: expand, depthwise, squeeze-and-excite, project.
 * From Yan et al., "LightTrack", CVPR 2021, after MobileNetV3. */
#ifndef NET_INVERTED_RESIDUAL_H
#define NET_INVERTED_RESIDUAL_H

#include "net/tensor.h"

/* Scratch that the blocks of a backbone use in turn. Each part is as large as the largest block
 * needs. */
struct et_block_scratch {
  float *rows;    /* ring of expanded rows, with margins */
  float *mid;     /* depthwise output, the whole picture */
  float *sums;    /* sums of `mid` per channel, then its mean */
  float *squeeze; /* inner vector of the gate */
  float *gate;
  float *project; /* the projection's weights, scaled by the gate */
};

/* One block at one picture size. */
struct et_inverted_residual {
  const struct et_block_weights *weights;
  const struct et_block_scratch *scratch;
  int kernel, stride, in_width, in_height, mid_channels;
  bool residual; /* the input is added to the output */
};

/* Raises `floats` to what the block needs of each part of the scratch, in the order of the
 * struct. */
void et_inverted_residual_need(const struct et_inverted_residual *block, size_t floats[6]);

/* Neither tensor has a margin. RT-safe. */
void et_inverted_residual_run(const struct et_ops *ops, const struct et_inverted_residual *block, const struct et_tensor *in,
                              const struct et_tensor *out);

#endif
