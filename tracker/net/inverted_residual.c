/* SPDX-License-Identifier: MIT */
/* The inverted residual, run row by row.
 *
 * Design notes. The expanded picture is the widest tensor of the network (4 MB in the first
 * blocks), and would stream through memory twice. So rows are expanded only when the depthwise
 * kernel needs them, into a ring of as many rows as the kernel spans, which stays in the
 * second-level cache. The gate of squeeze-and-excite needs the mean of the whole depthwise output.
 * It is then multiplied into the projection's weights, which are few, and not into the picture. */
#include "net/inverted_residual.h"

#include <string.h>

#include "net/inverted_residual_parts.h"

/* Floats between the ring's pixels: an odd number of blocks. If cache lines lay a power of two
 * apart, those of a kernel would drive each other out of the first-level cache. */
static size_t ring_pixel(const struct et_inverted_residual *b)
{
  return (et_block_mid(b) / ET_LANES | 1) * ET_LANES;
}

static struct et_ring float_ring(const struct et_inverted_residual *b)
{
  return et_block_ring(b, ring_pixel(b) * sizeof(float));
}

struct et_ring et_block_ring(const struct et_inverted_residual *b, size_t pixel_bytes)
{
  const size_t margin = (size_t)et_block_pad(b);

  return (struct et_ring){
    .memory = b->scratch->rows,
    .rows = b->kernel,
    .height = b->in_height,
    .row_bytes = ((size_t)b->in_width + 2 * margin) * pixel_bytes,
    .margin_bytes = margin * pixel_bytes,
  };
}

static void raise(size_t *need, size_t bytes)
{
  if (*need < bytes)
    *need = bytes;
}

void et_inverted_residual_need(const struct et_inverted_residual *b, struct et_block_need *need)
{
  const size_t mid = et_block_mid(b), unit = b->weights->int8 ? sizeof(int16_t) : sizeof(float), width = (size_t)et_block_out_width(b);
  const struct et_ring ring = b->weights->int8 ? et_block_ring(b, mid * unit) : float_ring(b);

  raise(&need->rows, et_ring_need(&ring));
  raise(&need->mid, width * (size_t)et_block_out_height(b) * mid * unit);
  raise(&need->mean, mid * sizeof(float));
  raise(&need->squeeze, et_padded((size_t)b->weights->squeeze.out) * sizeof(float));
  raise(&need->gate, mid * sizeof(float));
  if (b->weights->int8) {
    raise(&need->sums, mid * sizeof(int32_t));
    raise(&need->project, mid * sizeof(int16_t));
    raise(&need->bytes, (size_t)b->in_width * et_padded((size_t)b->in_channels));
    raise(&need->bytes, width * mid);
  } else {
    raise(&need->project, (size_t)b->mid_channels * (size_t)b->weights->project.blocks * ET_LANES * sizeof(float));
  }
}

void et_block_gate(const struct et_ops *ops, const struct et_inverted_residual *b)
{
  et_dense_vector(ops, &b->weights->squeeze, b->scratch->mean, ET_RELU, b->scratch->squeeze);
  et_dense_vector(ops, &b->weights->excite, b->scratch->squeeze, ET_HARD_SIGMOID, b->scratch->gate);
}

static void copy_row(const struct et_tensor *from, const struct et_tensor *to)
{
  const size_t bytes = (size_t)from->pixel * sizeof(float);

  if (from->pixel == to->pixel)
    memcpy(to->data, from->data, (size_t)from->width * bytes);
  else
    for (int x = 0; x < from->width; x++)
      memcpy(to->data + x * to->pixel, from->data + x * from->pixel, bytes);
}

/* Expands row y of the input. */
static void expand_row(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *in, int y, float *to,
                       const struct et_stage_observer *observer)
{
  const struct et_tensor from = et_tensor_packed(in->data + y * in->row, b->in_width, 1, in->channels);
  struct et_tensor row = et_tensor_packed(to, b->in_width, 1, b->mid_channels);

  row.pixel = (ptrdiff_t)ring_pixel(b);
  row.row = b->in_width * row.pixel;
  if (b->weights->expand.in)
    et_dense_run(ops, &b->weights->expand, NULL, &from, ET_SWISH, NULL, &row);
  else
    copy_row(&from, &row);
  et_stage_show(et_stage_inside(observer), &row, "backbone.%d.expand", b->index);
}

static void convolve_row(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_ring *ring, int y, float *out)
{
  const struct et_depthwise_weights *dw = &b->weights->dw;
  const void *rows[ET_RING_MOST];
  const struct et_depthwise d = {
    .rows = (const float *const *)rows,
    .pixel = (ptrdiff_t)ring_pixel(b),
    .width = et_block_out_width(b),
    .k = dw->k,
    .stride = b->stride,
    .blocks = dw->blocks,
    .weights = dw->weights,
    .bias = dw->bias,
    .activation = ET_SWISH,
    .out = out,
    .out_pixel = (ptrdiff_t)et_block_mid(b),
    .sums = b->scratch->mean,
  };

  et_ring_span(ring, y * b->stride - et_block_pad(b), rows);
  ops->depthwise(&d);
}

/* Expand and depthwise: writes the depthwise output to scratch.mid and its channel sums to
 * scratch.mean. */
static struct et_tensor run_middle(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *in,
                                   const struct et_stage_observer *observer)
{
  const struct et_tensor mid = et_tensor_packed(b->scratch->mid, et_block_out_width(b), et_block_out_height(b), b->mid_channels);
  struct et_ring ring = float_ring(b);
  void *row;

  et_ring_open(&ring);
  memset(b->scratch->mean, 0, et_block_mid(b) * sizeof(float));
  for (int y = 0; y < mid.height; y++) {
    while ((row = et_ring_next(&ring, y * b->stride + et_block_pad(b))))
      expand_row(ops, b, in, ring.filled - 1, row, observer);
    convolve_row(ops, b, &ring, y, mid.data + y * mid.row);
  }
  return mid;
}

/* Multiplies the gate into the projection's weights. */
static void fold_gate(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *mid)
{
  const struct et_dense *project = &b->weights->project;
  const struct et_block_scratch *s = b->scratch;

  et_mean_of_sums(s->mean, mid->blocks, mid->width * mid->height);
  et_block_gate(ops, b);
  ops->scale_inputs(project->b, s->gate, project->in, project->blocks, s->project);
}

void et_inverted_residual_run(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *in,
                              const struct et_tensor *out, const struct et_stage_observer *observer)
{
  const struct et_tensor gate = et_tensor_packed(b->scratch->gate, 1, 1, b->mid_channels);
  struct et_tensor mid;

  if (b->weights->int8) {
    et_block_int8_run(ops, b, in, out);
    return;
  }
  mid = run_middle(ops, b, in, observer);
  fold_gate(ops, b, &mid);
  et_stage_show(et_stage_inside(observer), &gate, "backbone.%d.gate", b->index);
  et_stage_show(et_stage_inside(observer), &mid, "backbone.%d.dw", b->index);
  et_dense_run(ops, &b->weights->project, b->scratch->project, &mid, ET_LINEAR, b->residual ? in : NULL, out);
}
