/* SPDX-License-Identifier: MIT */
/* A network's weights, packed for the kernels when the model is opened; all trackers share them. */
#ifndef NET_WEIGHTS_H
#define NET_WEIGHTS_H

#include <stddef.h>

#include "net/architecture.h"
#include "ops/int8.h"

/* A 1x1 convolution, or a linear layer.
 * b: [block of outputs][in][ET_LANES]; bias: [blocks * ET_LANES]. */
struct et_dense {
  int in, out, blocks;
  const float *b, *bias;
};

/* A k x k convolution over pixels of `pixel` floats. b: [block][k][k * pixel][ET_LANES]. */
struct et_conv {
  int out, blocks, k, pixel;
  const float *b, *bias;
};

/* A depthwise convolution. weights: [block][k * k][ET_LANES]; bias: zeros if the layer has none. */
struct et_depthwise_weights {
  int channels, blocks, k;
  const float *weights, *bias;
};

/* A dense layer in 8 bits. `per_unit` (1 / the scale) and `zero`, per input channel, turn floats
 * into its bytes. */
struct et_dense_int8 {
  int blocks;
  int k;     /* inputs, rounded up to ET_TAPS */
  int pixel; /* bytes per pixel: inputs, rounded up to whole blocks */
  struct et_weights_int8 w;
  const float *per_unit;
  const int16_t *zero;
};

/* Expand, depthwise and project of a block in 8 and 16 bits. */
struct et_block_int8 {
  struct et_dense_int8 expand;
  struct et_swish expand_swish;
  const int16_t *most, *gain; /* of the depthwise input */
  struct {
    const int16_t *weights, *bias;
    struct et_swish swish;
    const float *unit; /* what 1 in its output means */
  } dw;
  struct et_dense_int8 project;
  const float *project_multiplier; /* depthwise output -> project's bytes, without the gate */
};

struct et_block_weights {
  struct et_dense expand; /* in = 0: there is none */
  struct et_depthwise_weights dw;
  struct et_dense squeeze, excite, project;
  const struct et_block_int8 *int8; /* in place of expand, dw and project; NULL = there is none */
};

struct et_gate_weights {
  struct et_dense fc1, fc2;
};

/* Scale and shift per channel. */
struct et_affine {
  const float *scale, *shift; /* [C] */
};

struct et_norm_weights {
  const float *weight, *bias; /* padded with zeros */
};

/* A feed-forward network in 8 bits. fc1 gives the bytes of fc2. */
struct et_ffn_int8 {
  struct et_dense_int8 fc1, fc2;
};

/* An Exemplar Transformer layer: E depthwise and E pointwise kernels.
 * `*_step`: floats from one exemplar to the next. */
struct et_exemplar_weights {
  struct et_dense query, keys;
  struct et_depthwise_weights dw; /* of exemplar 0 */
  struct et_dense pw;             /* of exemplar 0 */
  size_t dw_step, pw_step;
  struct et_gate_weights gate;
  struct et_norm_weights ln1, ln2;
  struct et_dense fc1, fc2;
  const struct et_ffn_int8 *ffn_int8; /* in place of fc1 and fc2; NULL = there is none */
};

struct et_separable_weights {
  struct et_depthwise_weights dw;
  struct et_dense pw;
  const struct et_dense_int8 *pw_int8; /* in place of pw; NULL = there is none */
};

struct et_branch_weights {
  int layers;
  struct et_separable_weights first, last;
  struct et_exemplar_weights layer[ET_MAX_LAYERS];
  struct et_conv pred;
};

struct et_weights {
  struct et_conv stem;
  struct et_block_weights block[ET_MAX_BLOCKS];
  struct et_affine z, x;
  struct et_gate_weights gate;
  struct et_dense adjust;
  struct et_branch_weights cls, reg;
};

#endif
