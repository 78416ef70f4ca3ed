/* SPDX-License-Identifier: MIT */
/* Pictures of floats, and the layers' one-line calls into the kernels. */
#include "net/tensor.h"

#include <assert.h>
#include <string.h>

enum { MAX_TAPS = 16 };

struct et_tensor et_tensor_packed(float *data, int width, int height, int channels)
{
  const ptrdiff_t pixel = (ptrdiff_t)et_padded((size_t)channels);

  return (struct et_tensor){
    .data = data,
    .width = width,
    .height = height,
    .channels = channels,
    .blocks = (int)(pixel / ET_LANES),
    .pixel = pixel,
    .row = width * pixel,
  };
}

struct et_tensor et_tensor_reserve(struct et_arena *arena, int width, int height, int channels, int margin)
{
  struct et_tensor t = et_tensor_packed(NULL, width, height, channels);
  float *p;

  t.row = (width + 2 * margin) * t.pixel;
  p = et_arena_floats(arena, (size_t)t.row * (size_t)(height + 2 * margin));
  t.data = p ? p + margin * (t.row + t.pixel) : NULL;
  return t;
}

/* Makes one long row of all if neither side has gaps: fewer, fuller tiles. */
static void flatten(struct et_gemm *g)
{
  if (g->a_row != g->width * g->a_pixel || g->c_row != g->width * g->c_pixel)
    return;
  g->width *= g->height;
  g->height = 1;
}

void et_dense_run(const struct et_ops *ops, const struct et_dense *dense, const float *b, const struct et_tensor *in,
                  enum et_activation activation, const struct et_tensor *residual, const struct et_tensor *out)
{
  struct et_gemm g = {
    .a = in->data,
    .a_pixel = in->pixel,
    .a_row = in->row,
    .width = out->width,
    .height = out->height,
    .k = dense->in,
    .segments = 1,
    .b = b ? b : dense->b,
    .bias = dense->bias,
    .outputs = dense->out,
    .activation = activation,
    .residual = residual ? residual->data : NULL,
    .c = out->data,
    .c_pixel = out->pixel,
    .c_row = out->row,
  };

  assert(!residual || (residual->pixel == out->pixel && residual->row == out->row));
  flatten(&g);
  ops->gemm(&g);
}

void et_dense_vector(const struct et_ops *ops, const struct et_dense *dense, const float *in, enum et_activation activation, float *out)
{
  struct et_gemm g = {
    .a = in,
    .width = 1,
    .height = 1,
    .k = dense->in,
    .segments = 1,
    .b = dense->b,
    .bias = dense->bias,
    .outputs = dense->out,
    .activation = activation,
    .c = out,
  };

  ops->gemm(&g);
}

void et_conv_run(const struct et_ops *ops, const struct et_conv *conv, const struct et_tensor *in, int stride,
                 enum et_activation activation, const struct et_tensor *out)
{
  const int pad = (conv->k - 1) / 2;
  struct et_gemm g = {
    .a = in->data - pad * (in->row + in->pixel),
    .a_pixel = stride * in->pixel,
    .a_row = stride * in->row,
    .a_segment = in->row,
    .width = out->width,
    .height = out->height,
    .k = conv->k * conv->pixel,
    .segments = conv->k,
    .b = conv->b,
    .bias = conv->bias,
    .outputs = conv->out,
    .activation = activation,
    .c = out->data,
    .c_pixel = out->pixel,
    .c_row = out->row,
  };

  assert(in->pixel == conv->pixel);
  ops->gemm(&g);
}

void et_depthwise_run(const struct et_ops *ops, const struct et_depthwise_weights *dw, const float *weights, const struct et_tensor *in,
                      enum et_activation activation, const struct et_tensor *out, float *sums)
{
  const int pad = (dw->k - 1) / 2;
  const float *rows[MAX_TAPS];
  struct et_depthwise d = {
    .rows = rows,
    .pixel = in->pixel,
    .width = out->width,
    .k = dw->k,
    .stride = 1,
    .blocks = dw->blocks,
    .weights = weights ? weights : dw->weights,
    .bias = dw->bias,
    .activation = activation,
    .out_pixel = out->pixel,
    .sums = sums,
  };

  assert(dw->k < MAX_TAPS);
  if (sums)
    memset(sums, 0, (size_t)dw->blocks * ET_LANES * sizeof *sums);
  for (int y = 0; y < out->height; y++) {
    for (int t = 0; t < dw->k; t++)
      rows[t] = in->data + (y + t - pad) * in->row - pad * in->pixel;
    d.out = out->data + y * out->row;
    ops->depthwise(&d);
  }
}

void et_mean_of_sums(float *sums, int blocks, int pixels)
{
  for (int c = 0; c < blocks * ET_LANES; c++)
    sums[c] /= (float)pixels;
}

void et_mean_run(const struct et_ops *ops, const struct et_tensor *in, float *mean)
{
  ops->sum_pixels(in->data, in->pixel, in->row, in->width, in->height, in->blocks, mean);
  et_mean_of_sums(mean, in->blocks, in->width * in->height);
}

void et_norm_run(const struct et_ops *ops, const struct et_norm_weights *norm, const struct et_tensor *x)
{
  struct et_layer_norm n = {
    .data = x->data,
    .pixel = x->pixel,
    .row = x->row,
    .width = x->width,
    .height = x->height,
    .channels = x->channels,
    .weight = norm->weight,
    .bias = norm->bias,
  };

  ops->layer_norm(&n);
}
