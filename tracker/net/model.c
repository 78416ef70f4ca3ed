/* SPDX-License-Identifier: MIT */
/* Opens a model file: reads every tensor of the architecture, by name and shape, and packs it. */
#include "net/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/safetensors.h"
#include "ops/ops.h"

/* Carries the first failure past the later requests. */
struct reader {
  const char *path;
  struct et_safetensors *file;
  struct et_arena *arena;
  struct et_error_detail *detail;
  enum et_error error;
  char prefix[64]; /* of the layer whose tensors are being read */
};

/* A size that the file may choose freely. */
enum { ANY = -1 };

__attribute__((format(printf, 2, 3))) static void enter(struct reader *r, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  vsnprintf(r->prefix, sizeof r->prefix, format, args);
  va_end(args);
}

static void print_shape(char *text, size_t size, const int *shape, int dimensions)
{
  size_t used = 0;

  for (int d = 0; d < dimensions && used < size; d++)
    used += (size_t)snprintf(text + used, size - used, shape[d] == ANY ? "%sany" : "%s%d", d ? "," : "", shape[d]);
}

static bool shape_matches(const struct et_safetensor *t, const int *shape, int dimensions)
{
  if (t->dimensions != dimensions)
    return false;
  for (int d = 0; d < dimensions; d++)
    if (shape[d] == ANY ? t->shape[d] < 1 || t->shape[d] > 65536 : t->shape[d] != (size_t)shape[d])
      return false;
  return true;
}

static const struct et_safetensor *want(struct reader *r, const char *suffix, const int *shape, int dimensions)
{
  const struct et_safetensor *t;
  char name[128], wanted[64], found[64];
  int sizes[ET_MAX_DIMENSIONS];

  if (r->error)
    return NULL;
  snprintf(name, sizeof name, "%s.%s", r->prefix, suffix);
  t = et_safetensors_find(r->file, name);
  if (!t) {
    r->error = et_fail(r->detail, ET_ERR_MODEL_TENSOR, "%s: tensor %s is missing", r->path, name);
    return NULL;
  }
  if (shape_matches(t, shape, dimensions))
    return t;
  for (int d = 0; d < t->dimensions; d++)
    sizes[d] = t->shape[d] > 999999 ? 999999 : (int)t->shape[d];
  print_shape(wanted, sizeof wanted, shape, dimensions);
  print_shape(found, sizeof found, sizes, t->dimensions);
  r->error =
    et_fail(r->detail, ET_ERR_MODEL_SHAPE, "%s: tensor %s has shape [%s]; the architecture wants [%s]", r->path, name, found, wanted);
  return NULL;
}

#define WANT(r, suffix, ...) want(r, suffix, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static int blocks_of(int channels)
{
  return (int)(et_padded((size_t)channels) / ET_LANES);
}

static float *reserve(struct reader *r, size_t count)
{
  float *p = r->error ? NULL : et_arena_floats(r->arena, count);

  if (!p && !r->error)
    r->error = et_fail(r->detail, ET_ERR_NO_MEMORY, "%s: out of memory for the weights", r->path);
  return p;
}

/* A vector, padded with zeros. If `t` is NULL it is all zeros. */
static const float *pack_vector(struct reader *r, const struct et_safetensor *t, int count)
{
  float *p = reserve(r, et_padded((size_t)count));

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

static struct et_dense make_dense(struct reader *r, const struct et_safetensor *weight, const struct et_safetensor *bias)
{
  struct et_dense d = {0};
  float *b;

  if (r->error)
    return d;
  d = (struct et_dense){.in = (int)weight->shape[1], .out = (int)weight->shape[0], .blocks = blocks_of((int)weight->shape[0])};
  b = reserve(r, matrix_size(d.in, d.out));
  if (b)
    pack_matrix(weight, 0, d.in, d.out, b);
  d.b = b;
  d.bias = pack_vector(r, bias, d.out);
  return d;
}

/* A 1x1 convolution or linear layer with bias. `out` may be ANY. */
static struct et_dense read_dense(struct reader *r, const char *name, int in, int out)
{
  const struct et_safetensor *weight, *bias;
  char suffix[64];

  snprintf(suffix, sizeof suffix, "%s.weight", name);
  weight = WANT(r, suffix, out, in);
  if (!weight)
    return (struct et_dense){0};
  snprintf(suffix, sizeof suffix, "%s.bias", name);
  bias = WANT(r, suffix, (int)weight->shape[0]);
  return make_dense(r, weight, bias);
}

static struct et_conv read_conv(struct reader *r, const char *name, int in, int out, int k, int pixel)
{
  struct et_conv c = {.out = out, .blocks = blocks_of(out), .k = k, .pixel = pixel};
  char suffix[64];
  const struct et_safetensor *weight, *bias;
  float *b;

  snprintf(suffix, sizeof suffix, "%s.weight", name);
  weight = WANT(r, suffix, out, in, k, k);
  snprintf(suffix, sizeof suffix, "%s.bias", name);
  bias = WANT(r, suffix, out);
  b = reserve(r, (size_t)(k * k * pixel) * et_padded((size_t)out));
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

static struct et_depthwise_weights read_depthwise(struct reader *r, const char *name, int channels, int k, bool has_bias)
{
  struct et_depthwise_weights d = {.channels = channels, .blocks = blocks_of(channels), .k = k};
  const struct et_safetensor *weight, *bias = NULL;
  char suffix[64];
  float *w;

  snprintf(suffix, sizeof suffix, "%s.weight", name);
  weight = WANT(r, suffix, channels, k, k);
  snprintf(suffix, sizeof suffix, "%s.bias", name);
  if (has_bias)
    bias = WANT(r, suffix, channels);
  w = reserve(r, depthwise_size(channels, k));
  d.bias = pack_vector(r, bias, channels);
  d.weights = w;
  if (!r->error)
    pack_depthwise(weight, 0, channels, k * k, w);
  return d;
}

static struct et_block_weights read_block(struct reader *r, const struct et_block_shape *s, int index)
{
  const int mid = s->in * s->expansion;
  struct et_block_weights b = {0};

  enter(r, "backbone.%d", index);
  if (s->expansion > 1)
    b.expand = read_dense(r, "expand", s->in, mid);
  b.dw = read_depthwise(r, "dw", mid, s->kernel, true);
  b.squeeze = read_dense(r, "squeeze", mid, ANY);
  b.excite = read_dense(r, "excite", b.squeeze.out, mid);
  b.project = read_dense(r, "project", mid, s->out);
  return b;
}

static struct et_gate_weights read_gate(struct reader *r, const char *name, int channels)
{
  struct et_gate_weights g = {0};
  char suffix[64];

  snprintf(suffix, sizeof suffix, "%s.fc1", name);
  g.fc1 = read_dense(r, suffix, channels, ANY);
  snprintf(suffix, sizeof suffix, "%s.fc2", name);
  g.fc2 = read_dense(r, suffix, g.fc1.out, channels);
  return g;
}

static const float *read_vector(struct reader *r, const char *name, int count)
{
  const struct et_safetensor *t = WANT(r, name, count);

  return pack_vector(r, t, count);
}

static struct et_affine read_affine(struct reader *r, const char *prefix, int channels)
{
  struct et_affine a;

  enter(r, "%s", prefix);
  a.scale = read_vector(r, "scale", channels);
  a.shift = read_vector(r, "shift", channels);
  return a;
}

static struct et_norm_weights read_norm(struct reader *r, const char *name, int channels)
{
  struct et_norm_weights n;
  char suffix[64];

  snprintf(suffix, sizeof suffix, "%s.weight", name);
  n.weight = read_vector(r, suffix, channels);
  snprintf(suffix, sizeof suffix, "%s.bias", name);
  n.bias = read_vector(r, suffix, channels);
  return n;
}

static void read_exemplars_dw(struct reader *r, struct et_exemplar_weights *x, int exemplars, int channels, int k)
{
  const struct et_safetensor *weight = WANT(r, "dw.weight", exemplars, channels, k, k);
  const struct et_safetensor *bias = WANT(r, "dw.bias", channels);
  float *w;

  x->dw_step = depthwise_size(channels, k);
  w = reserve(r, x->dw_step * (size_t)exemplars);
  x->dw = (struct et_depthwise_weights){channels, blocks_of(channels), k, w, pack_vector(r, bias, channels)};
  for (int e = 0; !r->error && e < exemplars; e++)
    pack_depthwise(weight, (size_t)e * (size_t)channels * (size_t)(k * k), channels, k * k, w + (size_t)e * x->dw_step);
}

static void read_exemplars_pw(struct reader *r, struct et_exemplar_weights *x, int exemplars, int channels)
{
  const struct et_safetensor *weight = WANT(r, "pw.weight", exemplars, channels, channels);
  const struct et_safetensor *bias = WANT(r, "pw.bias", channels);
  float *b;

  x->pw_step = matrix_size(channels, channels);
  b = reserve(r, x->pw_step * (size_t)exemplars);
  x->pw = (struct et_dense){channels, channels, blocks_of(channels), b, pack_vector(r, bias, channels)};
  for (int e = 0; !r->error && e < exemplars; e++)
    pack_matrix(weight, (size_t)e * (size_t)channels * (size_t)channels, channels, channels, b + (size_t)e * x->pw_step);
}

static void read_exemplar_layer(struct reader *r, const struct et_architecture *a, int channels, int k, struct et_exemplar_weights *x)
{
  const struct et_safetensor *keys;

  x->query = read_dense(r, "query", channels, a->query);
  keys = WANT(r, "keys", a->exemplars, a->query);
  x->keys = make_dense(r, keys, NULL);
  read_exemplars_dw(r, x, a->exemplars, channels, k);
  read_exemplars_pw(r, x, a->exemplars, channels);
  x->gate = read_gate(r, "gate", channels);
  x->ln1 = read_norm(r, "ln1", channels);
  x->ln2 = read_norm(r, "ln2", channels);
  x->fc1 = read_dense(r, "ffn.fc1", channels, a->ffn);
  x->fc2 = read_dense(r, "ffn.fc2", a->ffn, channels);
}

static struct et_separable_weights read_separable(struct reader *r, const char *prefix, int in, int out, int k)
{
  struct et_separable_weights s;

  enter(r, "%s", prefix);
  s.dw = read_depthwise(r, "dw", in, k, false);
  s.pw = read_dense(r, "pw", in, out);
  return s;
}

static void read_branch(struct reader *r, const struct et_architecture *a, const char *name, const struct et_branch_shape *s, int out,
                        struct et_branch_weights *w)
{
  char prefix[64];

  w->layers = s->layers;
  snprintf(prefix, sizeof prefix, "%s.first", name);
  w->first = read_separable(r, prefix, a->adjust, s->channels, s->kernels[0]);
  for (int l = 0; l < s->layers; l++) {
    enter(r, "%s.%d", name, l);
    read_exemplar_layer(r, a, s->channels, s->kernels[l], &w->layer[l]);
  }
  snprintf(prefix, sizeof prefix, "%s.last", name);
  w->last = read_separable(r, prefix, s->channels, s->channels, s->kernels[s->layers - 1]);
  enter(r, "%s", name);
  w->pred = read_conv(r, "pred", s->channels, out, 3, (int)et_padded((size_t)s->channels));
}

static void read_weights(struct reader *r, const struct et_architecture *a, struct et_weights *w)
{
  const int channels = et_architecture_channels(a), side = a->template_size / a->stride;

  enter(r, "backbone");
  w->stem = read_conv(r, "stem", 3, a->stem, 3, 3);
  for (int b = 0; b < a->blocks; b++)
    w->block[b] = read_block(r, &a->block[b], b);
  w->z = read_affine(r, "neck.z", channels);
  w->x = read_affine(r, "neck.x", channels);
  enter(r, "neck");
  w->gate = read_gate(r, "gate", side * side);
  w->adjust = read_dense(r, "adjust", side * side, a->adjust);
  read_branch(r, a, "cls", &a->cls, 1, &w->cls);
  read_branch(r, a, "reg", &a->reg, 4, &w->reg);
}

static enum et_error refuse_surplus(const struct reader *r)
{
  const struct et_safetensor *t = et_safetensors_unused(r->file);

  if (!t)
    return ET_OK;
  return et_fail(r->detail, ET_ERR_MODEL_TENSOR, "%s: tensor %.64s is not part of the architecture", r->path, t->name);
}

static enum et_error read_architecture(const struct reader *r, struct et_architecture *a)
{
  const char *format = et_safetensors_metadata(r->file, "format"), *json = et_safetensors_metadata(r->file, "architecture");
  struct et_error_detail why;
  enum et_error error;

  if (!format || strcmp(format, "etrack/1") != 0)
    return et_fail(r->detail, ET_ERR_MODEL_FORMAT, "%s: its format is `%.32s`; this engine reads `etrack/1`", r->path,
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
  struct reader r = {.path = path, .file = file, .arena = &model->arena, .detail = detail};
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
