/* SPDX-License-Identifier: MIT */
/* Dense layers in 8 bits: the one-line calls into their kernels. */
#ifndef NET_DENSE_INT8_H
#define NET_DENSE_INT8_H

#include "net/tensor.h"

/* Turns a picture of floats into the layer's bytes, dense->pixel per pixel, without gaps.
 * RT-safe. */
void et_dense_int8_quantise(const struct et_ops *ops, const struct et_dense_int8 *dense, const struct et_tensor *in, uint8_t *bytes);

/* out = dense(bytes), or its relu, + residual at every pixel of `out`. `residual` may be NULL or
 * `out`. RT-safe. */
void et_dense_int8_run(const struct et_ops *ops, const struct et_dense_int8 *dense, const uint8_t *bytes, bool relu,
                       const struct et_tensor *residual, const struct et_tensor *out);

/* to = relu(dense(bytes)), as the bytes of the next layer. RT-safe. */
void et_dense_int8_chain(const struct et_ops *ops, const struct et_dense_int8 *dense, const uint8_t *bytes, int pixels, uint8_t *to);

#endif
