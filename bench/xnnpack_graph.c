/* SPDX-License-Identifier: MIT */
/* Builds our search graph, section 1 and 2 of docs/tracker.md, from XNNPACK's operators.
 *
 * Design notes. Only the time is compared, so the weights are random. Wherever XNNPACK has a choice
 * or a gap, it gets the shorter way:
 * - The template's features are fixed weights of the correlation, packed beforehand.
 * - It has no depthwise convolution whose kernel is computed. So the depthwise kernels of the
 *   Exemplar Transformer are fixed, and need not be mixed; the pointwise ones are mixed.
 * - Its depthwise kernels end at 25 taps. So a 7x7 convolution is the sum of parts with 3, 3 and 1
 *   rows; nothing is spent on shifting their rows.
 * - In int8 a block of the backbone is in int8, with swish, squeeze-and-excite and the residual,
 *   but for its depthwise convolution: in float32 that is faster, conversions included. Activations
 *   have one scale (qs8), weights one per channel (qc8): this is XNNPACK's fastest kind of int8. In
 *   the heads the feed-forward layers and the first and last pointwise layers are in int8.
 * Swish is sigmoid and a product, layer normalisation a row of operators: it has neither. */
#include "xnnpack_graph.h"

#include <math.h>
#include <stdlib.h>

#include "net/model.h"

/* A picture: [1, h, w, c]. */
struct value {
  uint32_t id;
  size_t h, w, c;
  bool int8;
};

struct builder {
  struct bench_xnnpack_graph *graph;
  const struct et_model *model;
  bool int8; /* the layers that may be in int8 are */
  bool failed;
  uint32_t seed;
};

/* A depthwise convolution of more taps runs as a general one, a hundred times slower. */
enum { MOST_TAPS = 25 };

/* The scale of every int8 picture: values from -8 to 8. */
static const float scale = 1.0F / 16;

static void check(struct builder *b, enum xnn_status status)
{
  b->failed |= status != xnn_status_success;
}

/* Memory that lives as long as the graph. XNNPACK may read past the end of weights. */
static void *keep(struct builder *b, size_t bytes)
{
  struct bench_xnnpack_graph *g = b->graph;
  void **memory = realloc(g->memory, (g->blocks + 1) * sizeof *memory);
  void *block = calloc(1, bytes + XNN_EXTRA_BYTES);

  if (memory)
    g->memory = memory;
  if (memory && block)
    return g->memory[g->blocks++] = block;
  free(block);
  b->failed = true;
  return NULL;
}

/* From -1 to 1. */
static float random_value(struct builder *b)
{
  b->seed = b->seed * 1664525 + 1013904223;
  return (float)(b->seed >> 8) / (float)(1 << 23) - 1;
}

static struct value picture_of(struct builder *b, size_t h, size_t w, size_t c, bool int8, float its_scale, int zero)
{
  const size_t dims[] = {1, h, w, c};
  struct value v = {XNN_INVALID_VALUE_ID, h, w, c, int8};

  if (int8)
    check(b, xnn_define_quantized_tensor_value(b->graph->subgraph, xnn_datatype_qint8, zero, its_scale, 4, dims, NULL, XNN_INVALID_VALUE_ID,
                                               0, &v.id));
  else
    check(b, xnn_define_tensor_value(b->graph->subgraph, xnn_datatype_fp32, 4, dims, NULL, XNN_INVALID_VALUE_ID, 0, &v.id));
  return v;
}

static struct value picture(struct builder *b, size_t h, size_t w, size_t c, bool int8)
{
  return picture_of(b, h, w, c, int8, scale, 0);
}

static struct value external(struct builder *b, size_t h, size_t w, size_t c, enum bench_xnnpack_value id, uint32_t flags)
{
  const size_t dims[] = {1, h, w, c};
  struct value v = {id, h, w, c, false};

  check(b, xnn_define_tensor_value(b->graph->subgraph, xnn_datatype_fp32, 4, dims, NULL, id, flags, &v.id));
  return v;
}

/* Fixed floats, uniform, so that a sum of `fan_in` products keeps the size of its inputs. */
static uint32_t constant(struct builder *b, size_t count_dims, const size_t *dims, size_t fan_in)
{
  uint32_t id = XNN_INVALID_VALUE_ID;
  size_t count = 1;
  float *data;

  for (size_t i = 0; i < count_dims; i++)
    count *= dims[i];
  data = keep(b, count * sizeof *data);
  for (size_t i = 0; data && i < count; i++)
    data[i] = random_value(b) * sqrtf(3 / (float)fan_in);
  if (data)
    check(b, xnn_define_tensor_value(b->graph->subgraph, xnn_datatype_fp32, count_dims, dims, data, XNN_INVALID_VALUE_ID, 0, &id));
  return id;
}

/* The scales of int8 weights, one per channel, for int8 inputs or (times the inputs' scale) for
 * biases. */
static float *weight_scales(struct builder *b, size_t channels, size_t fan_in, float times)
{
  float *scales = keep(b, channels * sizeof *scales);

  for (size_t i = 0; scales && i < channels; i++)
    scales[i] = sqrtf(3 / (float)fan_in) / 127 * times;
  return scales;
}

static uint32_t constant_int8(struct builder *b, const size_t dims[4], size_t fan_in)
{
  const size_t count = dims[0] * dims[1] * dims[2] * dims[3];
  uint32_t id = XNN_INVALID_VALUE_ID;
  float *scales = weight_scales(b, dims[0], fan_in, 1);
  int8_t *data = keep(b, count);

  for (size_t i = 0; data && i < count; i++)
    data[i] = (int8_t)(random_value(b) * 127);
  if (scales && data)
    check(b, xnn_define_channelwise_quantized_tensor_value(b->graph->subgraph, xnn_datatype_qcint8, scales, 4, 0, dims, data,
                                                           XNN_INVALID_VALUE_ID, 0, &id));
  return id;
}

static uint32_t bias_int8(struct builder *b, size_t channels, size_t fan_in)
{
  uint32_t id = XNN_INVALID_VALUE_ID;
  float *scales = weight_scales(b, channels, fan_in, scale);
  int32_t *data = keep(b, channels * sizeof *data);

  if (scales && data)
    check(b, xnn_define_channelwise_quantized_tensor_value(b->graph->subgraph, xnn_datatype_qcint32, scales, 1, 0, &channels, data,
                                                           XNN_INVALID_VALUE_ID, 0, &id));
  return id;
}

/* Quantises, or the opposite; nothing if the picture is in that form. */
static struct value convert(struct builder *b, struct value in, bool int8)
{
  struct value out;

  if (in.int8 == int8)
    return in;
  out = picture(b, in.h, in.w, in.c, int8);
  check(b, xnn_define_unary(b->graph->subgraph, xnn_unary_convert, NULL, in.id, out.id, 0));
  return out;
}

/* A k x k convolution with a bias, in the form of its input. */
static void conv_into(struct builder *b, struct value in, struct value out, int k, int stride, float least, float most)
{
  const size_t dims[] = {out.c, (size_t)k, (size_t)k, in.c}, fan_in = (size_t)(k * k) * in.c;
  const uint32_t pad = (uint32_t)(k - 1) / 2, taps = (uint32_t)k, step = (uint32_t)stride;
  const uint32_t filter = in.int8 ? constant_int8(b, dims, fan_in) : constant(b, 4, dims, fan_in);
  const uint32_t bias = in.int8 ? bias_int8(b, out.c, fan_in) : constant(b, 1, &out.c, 100);

  check(b, xnn_define_convolution_2d(b->graph->subgraph, pad, pad, pad, pad, taps, taps, step, step, 1, 1, 1, in.c, out.c, least, most,
                                     in.id, filter, bias, out.id, 0));
}

static struct value conv(struct builder *b, struct value in, size_t c, int k, int stride, float least, float most)
{
  const struct value out = picture(b, in.h / (size_t)stride, in.w / (size_t)stride, c, in.int8);

  conv_into(b, in, out, k, stride, least, most);
  return out;
}

static struct value linear(struct builder *b, struct value in, size_t c)
{
  return conv(b, in, c, 1, 1, -INFINITY, INFINITY);
}

static struct value relu(struct builder *b, struct value in, size_t c)
{
  return conv(b, in, c, 1, 1, 0, INFINITY);
}

/* `a` times, plus or minus `c`, which may be one pixel, or one value per pixel. */
static struct value binary(struct builder *b, enum xnn_binary_operator operation, struct value a, struct value c)
{
  const struct value out = picture(b, a.h, a.w, a.c, a.int8);

  check(b, xnn_define_binary(b->graph->subgraph, operation, NULL, a.id, c.id, out.id, 0));
  return out;
}

/* In float32. `rows` x k taps; at most MOST_TAPS. */
static struct value depthwise_part(struct builder *b, struct value in, int rows, int k, int stride, float least)
{
  const struct value out = picture(b, in.h / (size_t)stride, in.w / (size_t)stride, in.c, false);
  const size_t dims[] = {1, (size_t)rows, (size_t)k, in.c}, fan_in = (size_t)(rows * k);
  const uint32_t above = (uint32_t)(rows - 1) / 2, aside = (uint32_t)(k - 1) / 2, step = (uint32_t)stride;
  const uint32_t filter = constant(b, 4, dims, fan_in), bias = constant(b, 1, &in.c, 100);

  check(b, xnn_define_depthwise_convolution_2d(b->graph->subgraph, above, aside, above, aside, (uint32_t)rows, (uint32_t)k, step, step, 1,
                                               1, 1, in.c, least, INFINITY, in.id, filter, bias, out.id, 0));
  return out;
}

/* As a sum of parts, whose rows would have to be shifted against each other. The parts' heights are
 * odd, so that their outputs have the same size. */
static struct value depthwise(struct builder *b, struct value in, int k, int stride, float least)
{
  const int most = k * k <= MOST_TAPS ? k : MOST_TAPS / k - (MOST_TAPS / k + 1) % 2;
  struct value sum = depthwise_part(b, in, most, k, stride, least);

  for (int row = most; row < k; row += most) {
    const int left = k - row < most ? k - row : most;

    sum = binary(b, xnn_binary_add, sum, depthwise_part(b, in, left, k, stride, least));
  }
  return sum;
}

static struct value unary(struct builder *b, enum xnn_unary_operator operation, struct value in)
{
  const struct value out = picture(b, in.h, in.w, in.c, in.int8);

  check(b, xnn_define_unary(b->graph->subgraph, operation, NULL, in.id, out.id, 0));
  return out;
}

/* The form of an int8 sigmoid is fixed: from 0 to 1. */
static struct value sigmoid(struct builder *b, struct value in)
{
  const struct value out = picture_of(b, in.h, in.w, in.c, in.int8, 1.0F / 256, -128);

  check(b, xnn_define_unary(b->graph->subgraph, xnn_unary_sigmoid, NULL, in.id, out.id, 0));
  return out;
}

static struct value swish(struct builder *b, struct value in)
{
  return binary(b, xnn_binary_multiply, in, sigmoid(b, in));
}

/* Over all pixels. */
static struct value mean(struct builder *b, struct value in)
{
  const struct value out = picture(b, 1, 1, in.c, in.int8);

  check(b, xnn_define_static_reduce(b->graph->subgraph, xnn_reduce_mean, 2, (const size_t[]){1, 2}, in.id, out.id, XNN_FLAG_KEEP_DIMS));
  return out;
}

/* Over the channels of each pixel. */
static struct value mean_of_channels(struct builder *b, struct value in)
{
  const struct value out = picture(b, in.h, in.w, 1, in.int8);

  check(b, xnn_define_static_reduce(b->graph->subgraph, xnn_reduce_mean, 1, (const size_t[]){3}, in.id, out.id, XNN_FLAG_KEEP_DIMS));
  return out;
}

/* One random value per channel. */
static struct value per_channel(struct builder *b, size_t c)
{
  const size_t dims[] = {1, 1, 1, c};

  return (struct value){constant(b, 4, dims, 3), 1, 1, c, false};
}

static struct value number(struct builder *b)
{
  return per_channel(b, 1);
}

static struct value affine(struct builder *b, struct value in)
{
  return binary(b, xnn_binary_add, binary(b, xnn_binary_multiply, in, per_channel(b, in.c)), per_channel(b, in.c));
}

/* Its epsilon is random too, and squared, because no root of a negative number may be taken. */
static struct value layer_norm(struct builder *b, struct value in)
{
  const struct value centred = binary(b, xnn_binary_subtract, in, mean_of_channels(b, in));
  const struct value variance = mean_of_channels(b, unary(b, xnn_unary_square, centred));
  const struct value root =
    unary(b, xnn_unary_reciprocal_square_root, binary(b, xnn_binary_add, variance, unary(b, xnn_unary_square, number(b))));

  return affine(b, binary(b, xnn_binary_multiply, centred, root));
}

/* Squeeze-and-excite. A hard sigmoid is a convolution that is cut off at 0 and 1. */
static struct value gated(struct builder *b, struct value in, int inner, bool hard)
{
  const struct value squeezed = relu(b, mean(b, in), (size_t)inner);
  const struct value gate = hard ? conv(b, squeezed, in.c, 1, 1, 0, 1) : sigmoid(b, linear(b, squeezed, in.c));

  return binary(b, xnn_binary_multiply, in, gate);
}

static struct value inverted_residual(struct builder *b, struct value in, const struct et_block_shape *shape, int squeeze)
{
  struct value mid = in;

  if (shape->expansion > 1)
    mid = swish(b, linear(b, in, in.c * (size_t)shape->expansion));
  mid = depthwise(b, convert(b, mid, false), shape->kernel, shape->stride, -INFINITY);
  mid = gated(b, swish(b, convert(b, mid, in.int8)), squeeze, true);
  mid = linear(b, mid, (size_t)shape->out);
  return shape->stride == 1 && shape->in == shape->out ? binary(b, xnn_binary_add, mid, in) : mid;
}

static struct value backbone(struct builder *b, struct value image)
{
  const struct et_architecture *a = &b->model->architecture;
  struct value x = swish(b, conv(b, image, (size_t)a->stem, 3, 2, -INFINITY, INFINITY));

  x = convert(b, x, b->int8);
  for (int i = 0; i < a->blocks; i++)
    x = inverted_residual(b, x, &a->block[i], b->model->weights.block[i].squeeze.out);
  return convert(b, x, false);
}

static struct value neck(struct builder *b, struct value x)
{
  const struct et_architecture *a = &b->model->architecture;
  const size_t side = (size_t)(a->template_size / a->stride);
  const struct value corr = linear(b, affine(b, x), side * side);

  return linear(b, gated(b, corr, b->model->weights.gate.fc1.out, false), (size_t)a->adjust);
}

/* A pointwise layer in int8, if the graph is; its input and output are floats. */
static struct value pointwise(struct builder *b, struct value in, size_t c, float least)
{
  return convert(b, conv(b, convert(b, in, b->int8), c, 1, 1, least, INFINITY), false);
}

static struct value separable(struct builder *b, struct value in, int k, size_t c)
{
  return pointwise(b, depthwise(b, in, k, 1, -INFINITY), c, 0);
}

static struct value feed_forward(struct builder *b, struct value in, size_t width)
{
  const struct value hidden = relu(b, convert(b, in, b->int8), width);

  return convert(b, linear(b, hidden, in.c), false);
}

/* The mixed pointwise kernel: [c, c], as a matrix that the graph computes. */
static uint32_t mixed_kernel(struct builder *b, struct value in)
{
  const struct et_architecture *a = &b->model->architecture;
  const size_t square[] = {in.c, in.c};
  const struct value query = relu(b, mean(b, in), (size_t)a->query), keys = linear(b, query, (size_t)a->exemplars);
  const struct value attention = picture(b, 1, 1, keys.c, false);
  struct value mixed;
  uint32_t kernel = XNN_INVALID_VALUE_ID;

  check(b, xnn_define_softmax(b->graph->subgraph, keys.id, attention.id, 0));
  mixed = linear(b, attention, in.c * in.c);
  check(b, xnn_define_tensor_value(b->graph->subgraph, xnn_datatype_fp32, 2, square, NULL, XNN_INVALID_VALUE_ID, 0, &kernel));
  check(b, xnn_define_static_reshape(b->graph->subgraph, 2, square, mixed.id, kernel, 0));
  return kernel;
}

static struct value exemplar_transformer(struct builder *b, struct value in, int k, const struct et_exemplar_weights *w)
{
  const uint32_t kernel = mixed_kernel(b, in);
  const struct value y = gated(b, depthwise(b, in, k, 1, 0), w->gate.fc1.out, false), out = picture(b, in.h, in.w, in.c, false);
  struct value r;

  check(b, xnn_define_fully_connected(b->graph->subgraph, 0, INFINITY, y.id, kernel, constant(b, 1, &in.c, 100), out.id, 0));
  r = layer_norm(b, binary(b, xnn_binary_add, out, in));
  return layer_norm(b, binary(b, xnn_binary_add, feed_forward(b, r, (size_t)b->model->architecture.ffn), r));
}

/* Up to the prediction. */
static struct value branch(struct builder *b, struct value in, const struct et_branch_shape *shape, const struct et_branch_weights *w)
{
  struct value x = separable(b, in, shape->kernels[0], (size_t)shape->channels);

  for (int l = 0; l < shape->layers; l++)
    x = exemplar_transformer(b, x, shape->kernels[l], &w->layer[l]);
  return separable(b, x, shape->kernels[shape->layers - 1], (size_t)shape->channels);
}

static void build(struct builder *b)
{
  const struct et_architecture *a = &b->model->architecture;
  const struct et_weights *w = &b->model->weights;
  const size_t side = (size_t)a->search_size, cells = side / (size_t)a->stride;
  const struct value image = external(b, side, side, 3, BENCH_XNNPACK_IMAGE, XNN_VALUE_FLAG_EXTERNAL_INPUT);
  const struct value score = external(b, cells, cells, 1, BENCH_XNNPACK_SCORE, XNN_VALUE_FLAG_EXTERNAL_OUTPUT);
  const struct value ltrb = external(b, cells, cells, 4, BENCH_XNNPACK_LTRB, XNN_VALUE_FLAG_EXTERNAL_OUTPUT);
  const struct value x = neck(b, backbone(b, image));
  const struct value logit = conv(b, branch(b, x, &a->cls, &w->cls), 1, 3, 1, -INFINITY, INFINITY);

  check(b, xnn_define_unary(b->graph->subgraph, xnn_unary_sigmoid, NULL, logit.id, score.id, 0));
  conv_into(b, branch(b, x, &a->reg, &w->reg), ltrb, 3, 1, 0, INFINITY);
}

bool bench_xnnpack_graph_init(struct bench_xnnpack_graph *graph, const struct et_model *model, bool int8)
{
  struct builder b = {.graph = graph, .model = model, .int8 = int8, .seed = 1};

  *graph = (struct bench_xnnpack_graph){0};
  if (xnn_create_subgraph(BENCH_XNNPACK_VALUES, 0, &graph->subgraph) != xnn_status_success)
    return false;
  build(&b);
  return !b.failed;
}

void bench_xnnpack_graph_fini(struct bench_xnnpack_graph *graph)
{
  if (graph->subgraph)
    xnn_delete_subgraph(graph->subgraph);
  for (size_t i = 0; i < graph->blocks; i++)
    free(graph->memory[i]);
  free(graph->memory);
  *graph = (struct bench_xnnpack_graph){0};
}
