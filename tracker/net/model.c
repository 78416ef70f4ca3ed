/* SPDX-License-Identifier: MIT */
/* Opens a model file: reads every tensor of the architecture, by name and shape, and packs it. */
#include "net/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/model_int8.h"
#include "net/reader.h"
#include "ops/ops.h"

static int blocks_of(int channels)
{
  return (int)(et_padded((size_t)channels) / ET_LANES);
}

/* A vector, padded with zeros. If `t` is NULL it is all zeros. */
static const float *pack_vector(struct et_reader *r, const struct et_safetensor *t, int count)
{
  float *p = et_reader_reserve(r, (et_padded((size_t)count)) * sizeof(float));

  for (int i = 0; p && t && i < count; i++)
    p[i] = et_safetensor_value(t, (size_t)i);
  return p;
}

/* Packs rows of `in` values, from value `from` on, as [block][in][ET_LANES] with the outputs in the
 * lanes. */
static void pack_matrix(const struct et_safetensor *t, size_t from, int in, int out, float *b)
{
  for (int o = 0; o < out; o++)
    for (int i = 0; i < in; i++)
      b[((size_t)(o / ET_LANES) * (size_t)in + (size_t)i) * ET_LANES + (size_t)(o % ET_LANES)] =
        et_safetensor_value(t, from + (size_t)o * (size_t)in + (size_t)i);
}

static size_t matrix_size(int in, int out)
{
  return (size_t)in * et_padded((size_t)out);
}

static struct et_dense make_dense(struct et_reader *r, const struct et_safetensor *weight, const struct et_safetensor *bias)
{
  struct et_dense d = {0};
  float *b;

  if (r->error)
    return d;
  d = (struct et_dense){.in = (int)weight->shape[1], .out = (int)weight->shape[0], .blocks = blocks_of((int)weight->shape[0])};
  b = et_reader_reserve(r, (matrix_size(d.in, d.out)) * sizeof(float));
  if (b)
    pack_matrix(weight, 0, d.in, d.out, b);
  d.b = b;
  d.bias = pack_vector(r, bias, d.out);
  return d;
}

/* A 1x1 convolution or linear layer with bias. `out` may be ET_ANY. */
static struct et_dense read_dense(struct et_reader *r, const char *name, int in, int out)
{
  const struct et_safetensor *weight, *bias;
  char suffix[64];

  snprintf(suffix, sizeof suffix, "%s.weight", name);
  weight = ET_WANT(r, suffix, out, in);
  if (!weight)
    return (struct et_dense){0};
  snprintf(suffix, sizeof suffix, "%s.bias", name);
  bias = ET_WANT(r, suffix, (int)weight->shape[0]);
  return make_dense(r, weight, bias);
}

static struct et_conv read_conv(struct et_reader *r, const char *name, int in, int out, int k, int pixel)
{
  struct et_conv c = {.out = out, .blocks = blocks_of(out), .k = k, .pixel = pixel};
  char suffix[64];
  const struct et_safetensor *weight, *bias;
  float *b;

  snprintf(suffix, sizeof suffix, "%s.weight", name);
  weight = ET_WANT(r, suffix, out, in, k, k);
  snprintf(suffix, sizeof suffix, "%s.bias", name);
  bias = ET_WANT(r, suffix, out);
  b = et_reader_reserve(r, ((size_t)(k * k * pixel) * et_padded((size_t)out)) * sizeof(float));
  c.bias = pack_vector(r, bias, out);
  c.b = b;
  for (int o = 0; !r->error && o < out; o++)
    for (int i = 0; i < in; i++)
      for (int t = 0; t < k * k; t++) /* in the order of the file: y, then x */
        b[((size_t)(o / ET_LANES) * (size_t)(k * k * pixel) + (size_t)(t * pixel + i)) * ET_LANES + (size_t)(o % ET_LANES)] =
          et_safetensor_value(weight, ((size_t)o * (size_t)in + (size_t)i) * (size_t)(k * k) + (size_t)t);
  return c;
}

static void pack_depthwise(const struct et_safetensor *t, size_t from, int channels, int taps, float *w)
{
  for (int c = 0; c < channels; c++)
    for (int i = 0; i < taps; i++)
      w[((size_t)(c / ET_LANES) * (size_t)taps + (size_t)i) * ET_LANES + (size_t)(c % ET_LANES)] =
        et_safetensor_value(t, from + (size_t)(c * taps + i));
}

static size_t depthwise_size(int channels, int k)
{
  return et_padded((size_t)channels) * (size_t)(k * k);
}

static struct et_depthwise_weights read_depthwise(struct et_reader *r, const char *name, int channels, int k, bool has_bias)
{
  struct et_depthwise_weights d = {.channels = channels, .blocks = blocks_of(channels), .k = k};
  const struct et_safetensor *weight, *bias = NULL;
  char suffix[64];
  float *w;

  snprintf(suffix, sizeof suffix, "%s.weight", name);
  weight = ET_WANT(r, suffix, channels, k, k);
  snprintf(suffix, sizeof suffix, "%s.bias", name);
  if (has_bias)
    bias = ET_WANT(r, suffix, channels);
  w = et_reader_reserve(r, (depthwise_size(channels, k)) * sizeof(float));
  d.bias = pack_vector(r, bias, channels);
  d.weights = w;
  if (!r->error)
    pack_depthwise(weight, 0, channels, k * k, w);
  return d;
}

static struct et_block_weights read_block(struct et_reader *r, const struct et_block_shape *s, int index)
{
  const int mid = s->in * s->expansion;
  struct et_block_weights b = {0};

  et_reader_enter(r, "backbone.%d", index);
  b.squeeze = read_dense(r, "squeeze", mid, ET_ANY);
  b.excite = read_dense(r, "excite", b.squeeze.out, mid);
  if (s->expansion > 1 && et_reader_has(r, ET_I8, "expand")) {
    b.int8 = et_read_block_int8(r, s->in, mid, s->out, s->kernel);
    return b;
  }
  if (s->expansion > 1)
    b.expand = read_dense(r, "expand", s->in, mid);
  b.dw = read_depthwise(r, "dw", mid, s->kernel, true);
  b.project = read_dense(r, "project", mid, s->out);
  return b;
}

static struct et_gate_weights read_gate(struct et_reader *r, const char *name, int channels)
{
  struct et_gate_weights g = {0};
  char suffix[64];

  snprintf(suffix, sizeof suffix, "%s.fc1", name);
  g.fc1 = read_dense(r, suffix, channels, ET_ANY);
  snprintf(suffix, sizeof suffix, "%s.fc2", name);
  g.fc2 = read_dense(r, suffix, g.fc1.out, channels);
  return g;
}

static const float *read_vector(struct et_reader *r, const char *name, int count)
{
  const struct et_safetensor *t = ET_WANT(r, name, count);

  return pack_vector(r, t, count);
}

static struct et_affine read_affine(struct et_reader *r, const char *prefix, int channels)
{
  struct et_affine a;

  et_reader_enter(r, "%s", prefix);
  a.scale = read_vector(r, "scale", channels);
  a.shift = read_vector(r, "shift", channels);
  return a;
}

static struct et_norm_weights read_norm(struct et_reader *r, const char *name, int channels)
{
  struct et_norm_weights n;
  char suffix[64];

  snprintf(suffix, sizeof suffix, "%s.weight", name);
  n.weight = read_vector(r, suffix, channels);
  snprintf(suffix, sizeof suffix, "%s.bias", name);
  n.bias = read_vector(r, suffix, channels);
  return n;
}

static void read_exemplars_dw(struct et_reader *r, struct et_exemplar_weights *x, int exemplars, int channels, int k)
{
  const struct et_safetensor *weight = ET_WANT(r, "dw.weight", exemplars, channels, k, k);
  const struct et_safetensor *bias = ET_WANT(r, "dw.bias", channels);
  float *w;

  x->dw_step = depthwise_size(channels, k);
  w = et_reader_reserve(r, (x->dw_step * (size_t)exemplars) * sizeof(float));
  x->dw = (struct et_depthwise_weights){channels, blocks_of(channels), k, w, pack_vector(r, bias, channels)};
  for (int e = 0; !r->error && e < exemplars; e++)
    pack_depthwise(weight, (size_t)e * (size_t)channels * (size_t)(k * k), channels, k * k, w + (size_t)e * x->dw_step);
}

static void read_exemplars_pw(struct et_reader *r, struct et_exemplar_weights *x, int exemplars, int channels)
{
  const struct et_safetensor *weight = ET_WANT(r, "pw.weight", exemplars, channels, channels);
  const struct et_safetensor *bias = ET_WANT(r, "pw.bias", channels);
  float *b;

  x->pw_step = matrix_size(channels, channels);
  b = et_reader_reserve(r, (x->pw_step * (size_t)exemplars) * sizeof(float));
  x->pw = (struct et_dense){channels, channels, blocks_of(channels), b, pack_vector(r, bias, channels)};
  for (int e = 0; !r->error && e < exemplars; e++)
    pack_matrix(weight, (size_t)e * (size_t)channels * (size_t)channels, channels, channels, b + (size_t)e * x->pw_step);
}

static void read_exemplar_layer(struct et_reader *r, const struct et_architecture *a, int channels, int k, struct et_exemplar_weights *x)
{
  const struct et_safetensor *keys;

  x->query = read_dense(r, "query", channels, a->query);
  keys = ET_WANT(r, "keys", a->exemplars, a->query);
  x->keys = make_dense(r, keys, NULL);
  read_exemplars_dw(r, x, a->exemplars, channels, k);
  read_exemplars_pw(r, x, a->exemplars, channels);
  x->gate = read_gate(r, "gate", channels);
  x->ln1 = read_norm(r, "ln1", channels);
  x->ln2 = read_norm(r, "ln2", channels);
  if (et_reader_has(r, ET_I8, "ffn.fc1")) {
    x->ffn_int8 = et_read_ffn_int8(r, channels, a->ffn);
    return;
  }
  x->fc1 = read_dense(r, "ffn.fc1", channels, a->ffn);
  x->fc2 = read_dense(r, "ffn.fc2", a->ffn, channels);
}

static struct et_separable_weights read_separable(struct et_reader *r, const char *prefix, int in, int out, int k)
{
  struct et_separable_weights s = {0};

  et_reader_enter(r, "%s", prefix);
  s.dw = read_depthwise(r, "dw", in, k, false);
  if (et_reader_has(r, ET_I8, "pw"))
    s.pw_int8 = et_read_dense_int8(r, "pw", in, out);
  else
    s.pw = read_dense(r, "pw", in, out);
  return s;
}

static void read_branch(struct et_reader *r, const struct et_architecture *a, const char *name, const struct et_branch_shape *s, int out,
                        struct et_branch_weights *w)
{
  char prefix[64];

  w->layers = s->layers;
  snprintf(prefix, sizeof prefix, "%s.first", name);
  w->first = read_separable(r, prefix, a->adjust, s->channels, s->kernels[0]);
  for (int l = 0; l < s->layers; l++) {
    et_reader_enter(r, "%s.%d", name, l);
    read_exemplar_layer(r, a, s->channels, s->kernels[l], &w->layer[l]);
  }
  snprintf(prefix, sizeof prefix, "%s.last", name);
  w->last = read_separable(r, prefix, s->channels, s->channels, s->kernels[s->layers - 1]);
  et_reader_enter(r, "%s", name);
  w->pred = read_conv(r, "pred", s->channels, out, 3, (int)et_padded((size_t)s->channels));
}

static void read_weights(struct et_reader *r, const struct et_architecture *a, struct et_weights *w)
{
  const int channels = et_architecture_channels(a), side = a->template_size / a->stride;

  et_reader_enter(r, "backbone");
  w->stem = read_conv(r, "stem", 3, a->stem, 3, 3);
  for (int b = 0; b < a->blocks; b++)
    w->block[b] = read_block(r, &a->block[b], b);
  w->z = read_affine(r, "neck.z", channels);
  w->x = read_affine(r, "neck.x", channels);
  et_reader_enter(r, "neck");
  w->gate = read_gate(r, "gate", side * side);
  w->adjust = read_dense(r, "adjust", side * side, a->adjust);
  read_branch(r, a, "cls", &a->cls, 1, &w->cls);
  read_branch(r, a, "reg", &a->reg, 4, &w->reg);
}

static enum et_error refuse_surplus(const struct et_reader *r)
{
  const struct et_safetensor *t = et_safetensors_unused(r->file);

  if (!t)
    return ET_OK;
  return et_fail(r->detail, ET_ERR_MODEL_TENSOR, "%s: tensor %.64s is not part of the architecture", r->path, t->name);
}

static enum et_error read_architecture(struct et_reader *r, struct et_architecture *a)
{
  const char *format = et_safetensors_metadata(r->file, "format"), *json = et_safetensors_metadata(r->file, "architecture");
  struct et_error_detail why;
  enum et_error error;

  r->has_int8 = format && strcmp(format, "etrack/2") == 0;
  if (!r->has_int8 && (!format || strcmp(format, "etrack/1") != 0))
    return et_fail(r->detail, ET_ERR_MODEL_FORMAT, "%s: its format is `%.32s`; this engine reads `etrack/1` and `etrack/2`", r->path,
                   format ? format : "");
  if (!json)
    return et_fail(r->detail, ET_ERR_MODEL_FORMAT, "%s: the metadata has no `architecture`", r->path);
  error = et_architecture_parse(json, a, &why);
  return error ? et_fail(r->detail, error, "%s: %.200s", r->path, why.text) : ET_OK;
}

static void name_after(struct et_model *model, const char *path)
{
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
  const char *dot = strrchr(base, '.');
  size_t length = dot && dot != base ? (size_t)(dot - base) : strlen(base);

  snprintf(model->name, sizeof model->name, "%.*s", (int)(length < 63 ? length : 63), base);
}

static enum et_error read_model(const char *path, struct et_safetensors *file, struct et_model *model, struct et_error_detail *detail)
{
  struct et_reader r = {.path = path, .file = file, .arena = &model->arena, .detail = detail};
  enum et_error error = read_architecture(&r, &model->architecture);

  if (error)
    return error;
  name_after(model, path);
  read_weights(&r, &model->architecture, &model->weights);
  return r.error ? r.error : refuse_surplus(&r);
}

enum et_error et_model_open(const char *path, struct et_model **model, struct et_error_detail *detail)
{
  struct et_safetensors *file = NULL;
  struct et_model *m;
  enum et_error error;

  if (!path || !model)
    return et_fail(detail, ET_ERR_ARGUMENT, "et_model_open: path or model is NULL");
  error = et_safetensors_open(path, &file, detail);
  if (error)
    return error;
  m = calloc(1, sizeof *m);
  error = m ? read_model(path, file, m, detail) : et_fail(detail, ET_ERR_NO_MEMORY, "%s: out of memory", path);
  et_safetensors_close(&file);
  if (error)
    et_model_close(&m);
  else
    *model = m;
  return error;
}

void et_model_close(struct et_model **model)
{
  if (!model || !*model)
    return;
  et_arena_fini(&(*model)->arena);
  free(*model);
  *model = NULL;
}

const char *et_model_name(const struct et_model *model)
{
  return model->name;
}
