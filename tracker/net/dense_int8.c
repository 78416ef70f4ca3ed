/* SPDX-License-Identifier: MIT */
/* Dense layers in 8 bits. */
#include "net/dense_int8.h"

#include <assert.h>

void et_dense_int8_quantise(const struct et_ops *ops, const struct et_dense_int8 *dense, const struct et_tensor *in, uint8_t *bytes)
{
  assert(in->pixel == dense->pixel);
  for (int y = 0; y < in->height; y++)
    ops->int8.quantise(in->data + y * in->row, (size_t)in->width, in->blocks, dense->per_unit, dense->zero,
                       bytes + (ptrdiff_t)y * in->width * dense->pixel);
}

void et_dense_int8_run(const struct et_ops *ops, const struct et_dense_int8 *dense, const uint8_t *bytes, bool relu,
                       const struct et_tensor *residual, const struct et_tensor *out)
{
  const struct et_gemm_int8 g = {
    .a = bytes,
    .a_pixel = dense->pixel,
    .a_row = (ptrdiff_t)out->width * dense->pixel,
    .width = out->width,
    .height = out->height,
    .k = dense->k,
    .w = dense->w,
    .blocks = dense->blocks,
    .relu = relu,
    .floats = out->data,
    .out_pixel = out->pixel,
    .out_row = out->row,
    .residual = residual ? residual->data : NULL,
  };

  assert(!residual || (residual->pixel == out->pixel && residual->row == out->row));
  ops->int8.gemm(&g);
}

void et_dense_int8_chain(const struct et_ops *ops, const struct et_dense_int8 *dense, const uint8_t *bytes, int pixels, uint8_t *to)
{
  const struct et_gemm_int8 g = {
    .a = bytes,
    .a_pixel = dense->pixel,
    .width = pixels,
    .height = 1,
    .k = dense->k,
    .w = dense->w,
    .blocks = dense->blocks,
    .bytes = to,
    .out_pixel = (ptrdiff_t)dense->blocks * ET_LANES,
  };

  ops->int8.gemm(&g);
}
