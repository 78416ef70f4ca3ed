/* SPDX-License-Identifier: MIT */
/* The inverted residual in 8 and 16 bits: inverted_residual.c with other kernels. The gate goes
 * into the factors that turn the depthwise output into the projection's bytes, row by row, so that
 * these bytes stay in the first-level cache. */
#include <math.h>
#include <string.h>

#include "net/dense_int8.h"
#include "net/inverted_residual_parts.h"

/* Expands row y of the input. */
static void expand_row(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *in, int y, int16_t *to)
{
  const struct et_block_int8 *w = b->weights->int8;
  const struct et_tensor from = et_tensor_packed(in->data + y * in->row, b->in_width, 1, in->channels);
  const struct et_gemm_int8 g = {
    .a = b->scratch->bytes,
    .a_pixel = w->expand.pixel,
    .width = b->in_width,
    .height = 1,
    .k = w->expand.k,
    .w = w->expand.w,
    .blocks = w->expand.blocks,
    .shorts = to,
    .out_pixel = (ptrdiff_t)et_block_mid(b),
    .swish = w->expand_swish,
    .most = w->most,
    .gain = w->gain,
  };

  et_dense_int8_quantise(ops, &w->expand, &from, b->scratch->bytes);
  ops->int8.gemm(&g);
}

static void convolve_row(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_ring *ring, int y, int16_t *out)
{
  const struct et_block_int8 *w = b->weights->int8;
  const void *rows[ET_RING_MOST];
  const struct et_depthwise16 d = {
    .rows = (const int16_t *const *)rows,
    .pixel = (ptrdiff_t)et_block_mid(b),
    .width = et_block_out_width(b),
    .k = b->kernel,
    .stride = b->stride,
    .blocks = w->expand.blocks,
    .weights = w->dw.weights,
    .bias = w->dw.bias,
    .swish = w->dw.swish,
    .out = out,
    .out_pixel = (ptrdiff_t)et_block_mid(b),
    .sums = b->scratch->sums,
  };

  et_ring_span(ring, y * b->stride - et_block_pad(b), rows);
  ops->int8.depthwise(&d);
}

/* Expand and depthwise: writes the depthwise output to scratch.mid and its channel sums to
 * scratch.sums. */
static void run_middle(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *in)
{
  const size_t row_values = (size_t)et_block_out_width(b) * et_block_mid(b);
  struct et_ring ring = et_block_ring(b, et_block_mid(b) * sizeof(int16_t));
  int16_t *mid = b->scratch->mid;
  void *row;

  et_ring_open(&ring);
  memset(b->scratch->sums, 0, et_block_mid(b) * sizeof(int32_t));
  for (int y = 0; y < et_block_out_height(b); y++) {
    while ((row = et_ring_next(&ring, y * b->stride + et_block_pad(b))))
      expand_row(ops, b, in, ring.filled - 1, row);
    convolve_row(ops, b, &ring, y, mid + (size_t)y * row_values);
  }
}

/* The factors of the projection's bytes, with the gate. */
static void fold_gate(const struct et_ops *ops, const struct et_inverted_residual *b)
{
  const struct et_block_int8 *w = b->weights->int8;
  const struct et_block_scratch *s = b->scratch;
  const float pixels = (float)(et_block_out_width(b) * et_block_out_height(b));
  int16_t *multiplier = s->project;

  for (size_t c = 0; c < et_block_mid(b); c++)
    s->mean[c] = (float)s->sums[c] * w->dw.unit[c] / pixels;
  et_block_gate(ops, b);
  for (size_t c = 0; c < et_block_mid(b); c++)
    multiplier[c] = (int16_t)lrintf(s->gate[c] * w->project_multiplier[c]);
}

static void project_row(const struct et_ops *ops, const struct et_inverted_residual *b, int y, const struct et_tensor *in,
                        const struct et_tensor *out)
{
  const struct et_block_int8 *w = b->weights->int8;
  const int width = et_block_out_width(b);
  const int16_t *mid = b->scratch->mid;
  const struct et_tensor to = et_tensor_packed(out->data + y * out->row, width, 1, out->channels);
  const struct et_tensor from = et_tensor_packed(in->data + y * in->row, width, 1, out->channels);

  ops->int8.requantise(mid + (size_t)y * (size_t)width * et_block_mid(b), (size_t)width, w->project.pixel / ET_LANES, b->scratch->project,
                       w->project.zero, b->scratch->bytes);
  et_dense_int8_run(ops, &w->project, b->scratch->bytes, false, b->residual ? &from : NULL, &to);
}

void et_block_int8_run(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *in,
                       const struct et_tensor *out)
{
  run_middle(ops, b, in);
  fold_gate(ops, b);
  for (int y = 0; y < et_block_out_height(b); y++)
    project_row(ops, b, y, in, out);
}
