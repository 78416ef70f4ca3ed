/* SPDX-License-Identifier: MIT */
/* A picture of floats between two layers, channels last, and the layers' calls into the kernels. */
#ifndef NET_TENSOR_H
#define NET_TENSOR_H

#include "net/arena.h"
#include "net/weights.h"
#include "ops/ops.h"

/* `data` is pixel (0, 0). Around the picture lies a margin of zeros that convolutions read and
 * nothing writes. */
struct et_tensor {
  float *data;
  int width, height, channels, blocks;
  ptrdiff_t pixel, row; /* floats */
};

/* Reserves a picture of zeros with a margin of `margin` pixels all round. */
struct et_tensor et_tensor_reserve(struct et_arena *arena, int width, int height, int channels, int margin);

/* The same pixels without a margin. Width, height and channels may be smaller than what was
 * reserved. */
struct et_tensor et_tensor_packed(float *data, int width, int height, int channels);

/* out = activation(dense(in)) + residual at every pixel. `b` replaces the layer's own weights
 * unless it is NULL. `residual` may be NULL or `out`. */
void et_dense_run(const struct et_ops *ops, const struct et_dense *dense, const float *b, const struct et_tensor *in,
                  enum et_activation activation, const struct et_tensor *residual, const struct et_tensor *out);

/* The same for one vector of padded length. */
void et_dense_vector(const struct et_ops *ops, const struct et_dense *dense, const float *in, enum et_activation activation, float *out);

/* A k x k convolution with the same padding; `in` needs a margin of (k - 1) / 2. */
void et_conv_run(const struct et_ops *ops, const struct et_conv *conv, const struct et_tensor *in, int stride,
                 enum et_activation activation, const struct et_tensor *out);

/* A depthwise convolution of stride 1 with the same padding; `in` needs a margin of (k - 1) / 2.
 * `weights` replaces the layer's own unless it is NULL. `sums` (may be NULL) gets the sum of each
 * channel over the pixels. */
void et_depthwise_run(const struct et_ops *ops, const struct et_depthwise_weights *dw, const float *weights, const struct et_tensor *in,
                      enum et_activation activation, const struct et_tensor *out, float *sums);

/* mean[c] over all pixels. */
void et_mean_run(const struct et_ops *ops, const struct et_tensor *in, float *mean);

/* sums -> means, in place. */
void et_mean_of_sums(float *sums, int blocks, int pixels);

void et_norm_run(const struct et_ops *ops, const struct et_norm_weights *norm, const struct et_tensor *x);

#endif
