/* SPDX-License-Identifier: MIT */
/* The Exemplar Transformer layer, line by line as in section 2 of docs/tracker.md. */
#include "net/exemplar_transformer.h"

#include <math.h>

#include "net/dense_int8.h"

static void softmax(float *v, int count)
{
  float largest = v[0], sum = 0;

  for (int i = 1; i < count; i++)
    largest = fmaxf(largest, v[i]);
  for (int i = 0; i < count; i++)
    sum += v[i] = expf(v[i] - largest);
  for (int i = 0; i < count; i++)
    v[i] /= sum;
}

/* sum over e of a_e V_e. Mixing the kernels equals mixing their outputs, at a cost that does not
 * grow with the picture. */
static void mix_kernels(const struct et_ops *ops, const struct et_exemplar_weights *w, int exemplars, const struct et_exemplar_scratch *s)
{
  ops->mix(w->dw.weights, w->dw_step, s->attention, exemplars, w->dw_step, s->dw);
  ops->mix(w->pw.b, w->pw_step, s->attention, exemplars, w->pw_step, s->pw);
}

/* x = x + W6 relu(W5 x + b5) + b6 */
static void feed_forward(const struct et_ops *ops, const struct et_exemplar_weights *w, const struct et_exemplar_scratch *s,
                         const struct et_tensor *x, const struct et_stage_observer *observer, const char *branch, int layer)
{
  const struct et_tensor hidden = et_tensor_packed(s->hidden.data, x->width, x->height, w->fc1.out);

  et_stage_show(et_stage_inside(observer), x, "%s.%d.ln1", branch, layer);
  et_dense_run(ops, &w->fc1, NULL, x, ET_RELU, NULL, &hidden);
  et_stage_show(et_stage_inside(observer), &hidden, "%s.%d.fc1", branch, layer);
  et_dense_run(ops, &w->fc2, NULL, &hidden, ET_LINEAR, x, x);
}

static void feed_forward_int8(const struct et_ops *ops, const struct et_ffn_int8 *w, const struct et_exemplar_scratch *s,
                              const struct et_tensor *x)
{
  et_dense_int8_quantise(ops, &w->fc1, x, s->bytes);
  et_dense_int8_chain(ops, &w->fc1, s->bytes, x->width * x->height, s->hidden_bytes);
  et_dense_int8_run(ops, &w->fc2, s->hidden_bytes, false, x, x);
}

void et_exemplar_transformer_run(const struct et_ops *ops, const struct et_exemplar_weights *w, int exemplars,
                                 const struct et_exemplar_scratch *s, const struct et_tensor *x, const struct et_stage_observer *observer,
                                 const char *branch, int layer)
{
  const struct et_tensor y = et_tensor_packed(s->y.data, x->width, x->height, x->channels);
  const struct et_tensor attention = et_tensor_packed(s->attention, 1, 1, exemplars);

  /* g = mean(X), q = relu(Wq g + bq), a = softmax(K q) */
  et_mean_run(ops, x, s->g);
  et_dense_vector(ops, &w->query, s->g, ET_RELU, s->q);
  et_dense_vector(ops, &w->keys, s->q, ET_LINEAR, s->attention);
  softmax(s->attention, exemplars);
  et_stage_show(observer, &attention, "%s.%d.attention", branch, layer);
  mix_kernels(ops, w, exemplars, s);

  /* Y = relu(depthwise(X, sum a_e Vdw_e) + bdw) */
  et_depthwise_run(ops, &w->dw, s->dw, x, ET_RELU, &y, s->g);

  /* Y = Y * sigmoid(W4 relu(W3 mean(Y) + b3) + b4); the gate goes into the pointwise kernel, the
   * only reader of Y */
  et_mean_of_sums(s->g, y.blocks, y.width * y.height);
  et_dense_vector(ops, &w->gate.fc1, s->g, ET_RELU, s->squeeze);
  et_dense_vector(ops, &w->gate.fc2, s->squeeze, ET_SIGMOID, s->gate);
  ops->scale_inputs(s->pw, s->gate, w->pw.in, w->pw.blocks, s->pw);

  /* R = LN1(relu((sum a_e Vpw_e) Y + bpw) + X), written to X */
  et_dense_run(ops, &w->pw, s->pw, &y, ET_RELU, x, x);
  et_norm_run(ops, &w->ln1, x);

  /* out = LN2(R + W6 relu(W5 R + b5) + b6) */
  if (w->ffn_int8)
    feed_forward_int8(ops, w->ffn_int8, s, x);
  else
    feed_forward(ops, w, s, x, observer, branch, layer);
  et_norm_run(ops, &w->ln2, x);
  et_stage_show(observer, x, "%s.%d", branch, layer);
}
