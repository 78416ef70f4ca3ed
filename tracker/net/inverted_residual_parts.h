/* SPDX-License-Identifier: MIT */
/* What the inverted residual in floats and the one in 8 bits share. */
#ifndef NET_INVERTED_RESIDUAL_PARTS_H
#define NET_INVERTED_RESIDUAL_PARTS_H

#include "net/inverted_residual.h"
#include "net/ring.h"

static inline int et_block_out_width(const struct et_inverted_residual *b)
{
  return (b->in_width + b->stride - 1) / b->stride;
}

static inline int et_block_out_height(const struct et_inverted_residual *b)
{
  return (b->in_height + b->stride - 1) / b->stride;
}

/* Channels between expand and project, padded. */
static inline size_t et_block_mid(const struct et_inverted_residual *b)
{
  return et_padded((size_t)b->mid_channels);
}

/* Rows of the picture that lie above the first output. */
static inline int et_block_pad(const struct et_inverted_residual *b)
{
  return (b->kernel - 1) / 2;
}

/* The ring of expanded rows. */
struct et_ring et_block_ring(const struct et_inverted_residual *block, size_t pixel_bytes);

/* scratch->gate = hardsigmoid(excite(relu(squeeze(scratch->mean)))). */
void et_block_gate(const struct et_ops *ops, const struct et_inverted_residual *block);

/* The block in 8 bits. */
void et_block_int8_run(const struct et_ops *ops, const struct et_inverted_residual *block, const struct et_tensor *in,
                       const struct et_tensor *out);

#endif
