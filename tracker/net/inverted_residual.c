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

enum { MAX_TAPS = 16 };

static size_t ring_rows(const struct et_inverted_residual *b)
{
  return (size_t)b->kernel; /* a newer row replaces one that no later output needs */
}

static int pad_of(const struct et_inverted_residual *b)
{
  return (b->kernel - 1) / 2;
}

static size_t ring_row_floats(const struct et_inverted_residual *b)
{
  return (size_t)(b->in_width + 2 * pad_of(b)) * et_padded((size_t)b->mid_channels);
}

static int out_width(const struct et_inverted_residual *b)
{
  return (b->in_width + b->stride - 1) / b->stride;
}

static int out_height(const struct et_inverted_residual *b)
{
  return (b->in_height + b->stride - 1) / b->stride;
}

static void need(size_t *floats, size_t wanted)
{
  if (*floats < wanted)
    *floats = wanted;
}

void et_inverted_residual_need(const struct et_inverted_residual *b, size_t floats[6])
{
  const size_t mid = et_padded((size_t)b->mid_channels);

  need(&floats[0], (ring_rows(b) + 1) * ring_row_floats(b)); /* one more: the row of zeros */
  need(&floats[1], (size_t)(out_width(b) * out_height(b)) * mid);
  need(&floats[2], mid);
  need(&floats[3], et_padded((size_t)b->weights->squeeze.out));
  need(&floats[4], mid);
  need(&floats[5], (size_t)b->mid_channels * (size_t)b->weights->project.blocks * ET_LANES);
}

/* The ring, while one block runs. */
struct ring {
  const struct et_ops *ops;
  const struct et_inverted_residual *block;
  const struct et_tensor *in;
  const float *zeros; /* a row outside the picture */
  size_t row_floats;
  int expanded; /* rows of the input that have been expanded so far */
};

static float *ring_row(const struct ring *r, int y)
{
  return r->block->scratch->rows + (size_t)y % ring_rows(r->block) * r->row_floats;
}

static void open_ring(struct ring *r)
{
  const struct et_inverted_residual *b = r->block;
  const size_t pixel = et_padded((size_t)b->mid_channels), margin = (size_t)pad_of(b) * pixel;
  float *zeros = b->scratch->rows + ring_rows(b) * r->row_floats;

  for (size_t y = 0; y < ring_rows(b); y++) {
    memset(b->scratch->rows + y * r->row_floats, 0, margin * sizeof(float));
    memset(b->scratch->rows + (y + 1) * r->row_floats - margin, 0, margin * sizeof(float));
  }
  memset(zeros, 0, r->row_floats * sizeof(float));
  r->zeros = zeros;
}

/* Expands row y of the input into the ring. */
static void expand_row(struct ring *r, int y)
{
  const struct et_inverted_residual *b = r->block;
  const size_t pixel = et_padded((size_t)b->mid_channels);
  float *to = ring_row(r, y) + (size_t)pad_of(b) * pixel;
  struct et_tensor from = et_tensor_packed(r->in->data + y * r->in->row, b->in_width, 1, r->in->channels);
  struct et_tensor row = et_tensor_packed(to, b->in_width, 1, b->mid_channels);

  if (b->weights->expand.in)
    et_dense_run(r->ops, &b->weights->expand, NULL, &from, ET_SWISH, NULL, &row);
  else
    memcpy(to, from.data, (size_t)b->in_width * pixel * sizeof(float));
}

static void expand_up_to(struct ring *r, int last)
{
  if (last >= r->block->in_height)
    last = r->block->in_height - 1;
  while (r->expanded <= last)
    expand_row(r, r->expanded++);
}

static void convolve_row(struct ring *r, int y, float *out)
{
  const struct et_inverted_residual *b = r->block;
  const struct et_depthwise_weights *dw = &b->weights->dw;
  const float *rows[MAX_TAPS];
  const ptrdiff_t pixel = (ptrdiff_t)et_padded((size_t)b->mid_channels);
  struct et_depthwise d = {
    .rows = rows,
    .pixel = pixel,
    .width = out_width(b),
    .k = dw->k,
    .stride = b->stride,
    .blocks = dw->blocks,
    .weights = dw->weights,
    .bias = dw->bias,
    .activation = ET_SWISH,
    .out = out,
    .out_pixel = pixel,
    .sums = b->scratch->sums,
  };

  for (int t = 0; t < dw->k; t++) {
    int from = y * b->stride + t - pad_of(b);

    rows[t] = from < 0 || from >= b->in_height ? r->zeros : ring_row(r, from);
  }
  r->ops->depthwise(&d);
}

/* Expand and depthwise: writes the depthwise output to scratch.mid and its channel sums to
 * scratch.sums. */
static struct et_tensor run_middle(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *in)
{
  struct et_tensor mid = et_tensor_packed(b->scratch->mid, out_width(b), out_height(b), b->mid_channels);
  struct ring r = {.ops = ops, .block = b, .in = in, .row_floats = ring_row_floats(b)};

  open_ring(&r);
  memset(b->scratch->sums, 0, (size_t)mid.pixel * sizeof(float));
  for (int y = 0; y < mid.height; y++) {
    expand_up_to(&r, y * b->stride + pad_of(b));
    convolve_row(&r, y, mid.data + y * mid.row);
  }
  return mid;
}

/* gate = hardsigmoid(excite(relu(squeeze(mean)))), multiplied into the projection's weights. */
static void fold_gate(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *mid)
{
  const struct et_block_weights *w = b->weights;
  const struct et_block_scratch *s = b->scratch;

  et_mean_of_sums(s->sums, mid->blocks, mid->width * mid->height);
  et_dense_vector(ops, &w->squeeze, s->sums, ET_RELU, s->squeeze);
  et_dense_vector(ops, &w->excite, s->squeeze, ET_HARD_SIGMOID, s->gate);
  ops->scale_inputs(w->project.b, s->gate, w->project.in, w->project.blocks, s->project);
}

void et_inverted_residual_run(const struct et_ops *ops, const struct et_inverted_residual *b, const struct et_tensor *in,
                              const struct et_tensor *out)
{
  struct et_tensor mid = run_middle(ops, b, in);

  fold_gate(ops, b, &mid);
  et_dense_run(ops, &b->weights->project, b->scratch->project, &mid, ET_LINEAR, b->residual ? in : NULL, out);
}
