/* SPDX-License-Identifier: MIT */
/* Reads the layers in 8 and 16 bits. What a kernel relies on is checked here: that no sum leaves
 * its bits, whatever the inputs. */
#include "net/model_int8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/channel16.h"
#include "ops/swish_fixed.h"

enum { SUFFIX = 64, ONE_Q15 = 1 << 15 };

/* What a sum, and a sum that has been scaled to 16 bits, stay within before they are rounded. */
static const double most_sum = 1 << 30;

/* The tensors of a dense layer. */
struct dense_file {
  const struct et_safetensor *weight, *weight_scale, *input_scale, *input_zero, *bias;
  char weight_name[SUFFIX], weight_scale_name[SUFFIX], input_scale_name[SUFFIX];
  int in, out;
};

static struct dense_file find_dense(struct et_reader *r, const char *name, int in, int out)
{
  struct dense_file f = {.in = in, .out = out};
  char suffix[SUFFIX];

  snprintf(f.weight_name, SUFFIX, "%s.weight", name);
  snprintf(f.weight_scale_name, SUFFIX, "%s.weight_scale", name);
  snprintf(f.input_scale_name, SUFFIX, "%s.input_scale", name);
  f.weight = ET_WANT_TYPE(r, ET_I8, f.weight_name, out, in);
  f.weight_scale = ET_WANT(r, f.weight_scale_name, out);
  f.input_scale = ET_WANT(r, f.input_scale_name, in);
  snprintf(suffix, SUFFIX, "%s.input_zero", name);
  f.input_zero = ET_WANT_TYPE(r, ET_U8, suffix, in);
  snprintf(suffix, SUFFIX, "%s.bias", name);
  f.bias = ET_WANT(r, suffix, out);
  return f;
}

static int weight_of(const struct dense_file *f, int o, int i)
{
  return i < f->in ? et_safetensor_integer(f->weight, (size_t)o * (size_t)f->in + (size_t)i) : 0;
}

static void check_scales(struct et_reader *r, const struct dense_file *f)
{
  for (int o = 0; !r->error && o < f->out; o++)
    if (et_safetensor_value(f->weight_scale, (size_t)o) <= 0)
      et_reader_refuse(r, f->weight_scale_name, o, "is not above 0");
  for (int i = 0; !r->error && i < f->in; i++)
    if (et_safetensor_value(f->input_scale, (size_t)i) <= 0)
      et_reader_refuse(r, f->input_scale_name, i, "is not above 0");
}

/* The rule of the pairs, which keeps the sum of two products within 16 bits. */
static void check_pairs(struct et_reader *r, const struct dense_file *f)
{
  for (int o = 0; !r->error && o < f->out; o++)
    for (int i = 0; i < f->in; i += 2) {
      const int a = weight_of(f, o, i), b = weight_of(f, o, i + 1);

      if (a == INT8_MIN || b == INT8_MIN || (a > 0 && b > 0 && a + b > ET_PAIR_LIMIT) || (a < 0 && b < 0 && a + b < -ET_PAIR_LIMIT))
        et_reader_refuse(r, f->weight_name, o * f->in + i, "and the next are %d and %d; neighbours may add up to %d", a, b, ET_PAIR_LIMIT);
    }
}

/* `k` is f->in, rounded up. */
static void pack_weights(const struct dense_file *f, int k, int8_t *to)
{
  for (int o = 0; o < f->out; o++)
    for (int i = 0; i < f->in; i++)
      to[(((size_t)(o / ET_LANES) * (size_t)k / ET_TAPS + (size_t)(i / ET_TAPS)) * ET_LANES + (size_t)(o % ET_LANES)) * ET_TAPS +
         (size_t)(i % ET_TAPS)] = (int8_t)weight_of(f, o, i);
}

/* The bias in units of a sum, less the zeros' part; and the same for signed inputs. */
static void pack_bias(struct et_reader *r, const struct dense_file *f, int32_t *bias, int32_t *signed_bias)
{
  for (int o = 0; !r->error && o < f->out; o++) {
    const double real = (double)et_safetensor_value(f->bias, (size_t)o) / (double)et_safetensor_value(f->weight_scale, (size_t)o);
    int sum = 0, zeros = 0;

    if (!(fabs(real) < most_sum)) {
      et_reader_refuse(r, f->weight_scale_name, o, "is too small for the bias of its output");
      return;
    }
    for (int i = 0; i < f->in; i++) {
      sum += weight_of(f, o, i);
      zeros += weight_of(f, o, i) * et_safetensor_integer(f->input_zero, (size_t)i);
    }
    bias[o] = (int32_t)lrint(real) - zeros;
    signed_bias[o] = bias[o] + ET_SIGN_OFFSET * sum;
  }
}

/* `factor` (NULL = 1) is what the output's unit adds to each scale. */
static void pack_scale(struct et_reader *r, const struct dense_file *f, const int32_t *bias, const float *factor, float *to)
{
  for (int o = 0; !r->error && o < f->out; o++) {
    double largest = fabs((double)bias[o]);

    for (int i = 0; i < f->in; i++)
      largest += UINT8_MAX * abs(weight_of(f, o, i));
    to[o] = et_safetensor_value(f->weight_scale, (size_t)o) * (factor ? factor[o] : 1);
    if (!(largest * (double)to[o] < most_sum))
      et_reader_refuse(r, f->weight_scale_name, o, "is too large");
  }
}

static void pack_inputs(const struct dense_file *f, float *per_unit, int16_t *zero)
{
  for (int i = 0; i < f->in; i++) {
    per_unit[i] = 1 / et_safetensor_value(f->input_scale, (size_t)i);
    zero[i] = (int16_t)et_safetensor_integer(f->input_zero, (size_t)i);
  }
}

static struct et_dense_int8 pack_dense(struct et_reader *r, const struct dense_file *f, const float *factor)
{
  struct et_dense_int8 d = {.blocks = (int)(et_padded((size_t)f->out) / ET_LANES),
                            .k = (f->in + ET_TAPS - 1) / ET_TAPS * ET_TAPS,
                            .pixel = (int)et_padded((size_t)f->in)};
  const size_t outputs = et_padded((size_t)f->out), inputs = (size_t)d.pixel;
  int8_t *weights = et_reader_reserve(r, outputs * inputs);
  int32_t *bias = et_reader_reserve(r, outputs * sizeof *bias), *signed_bias = et_reader_reserve(r, outputs * sizeof *signed_bias);
  float *scale = et_reader_reserve(r, outputs * sizeof *scale), *per_unit = et_reader_reserve(r, inputs * sizeof *per_unit);
  int16_t *zero = et_reader_reserve(r, inputs * sizeof *zero);

  d.w = (struct et_weights_int8){weights, bias, signed_bias, scale};
  d.per_unit = per_unit;
  d.zero = zero;
  check_scales(r, f);
  check_pairs(r, f);
  if (r->error)
    return d;
  pack_weights(f, d.k, weights);
  pack_bias(r, f, bias, signed_bias);
  pack_scale(r, f, bias, factor, scale);
  pack_inputs(f, per_unit, zero);
  return d;
}

const struct et_dense_int8 *et_read_dense_int8(struct et_reader *r, const char *name, int in, int out)
{
  const struct dense_file f = find_dense(r, name, in, out);
  struct et_dense_int8 *d = et_reader_reserve(r, sizeof *d);

  if (d)
    *d = pack_dense(r, &f, NULL);
  return d;
}

/* fc1 gives bytes whose zero is 0, because relu has no values below it. */
static void check_no_zeros(struct et_reader *r, const struct dense_file *f)
{
  for (int i = 0; !r->error && i < f->in; i++)
    if (et_safetensor_integer(f->input_zero, (size_t)i) != 0)
      et_reader_refuse(r, "ffn.fc2.input_zero", i, "is not 0, as after relu");
}

const struct et_ffn_int8 *et_read_ffn_int8(struct et_reader *r, int channels, int hidden)
{
  const struct dense_file fc1 = find_dense(r, "ffn.fc1", channels, hidden), fc2 = find_dense(r, "ffn.fc2", hidden, channels);
  struct et_ffn_int8 *w = et_reader_reserve(r, sizeof *w);

  check_no_zeros(r, &fc2);
  if (r->error)
    return NULL;
  w->fc2 = pack_dense(r, &fc2, NULL);
  w->fc1 = pack_dense(r, &fc1, w->fc2.per_unit);
  return r->error ? NULL : w;
}

/* Fraction bits per channel. */
static const struct et_safetensor *read_bits(struct et_reader *r, const char *name, int channels, int most)
{
  const struct et_safetensor *t = ET_WANT_TYPE(r, ET_U8, name, channels);

  for (int c = 0; !r->error && c < channels; c++)
    if (et_safetensor_integer(t, (size_t)c) > most)
      et_reader_refuse(r, name, c, "is %d; at most %d fraction bits are possible", et_safetensor_integer(t, (size_t)c), most);
  return t;
}

static struct et_swish pack_swish(struct et_reader *r, const struct et_safetensor *bits, int channels)
{
  const size_t bytes = et_padded((size_t)channels) * sizeof(int16_t);
  int16_t *end = et_reader_reserve(r, bytes), *lift = et_reader_reserve(r, bytes), *unit = et_reader_reserve(r, bytes);

  for (int c = 0; !r->error && c < channels; c++) {
    const int n = et_safetensor_integer(bits, (size_t)c), largest = (ET_SWISH_SPAN << n) - 1;

    end[c] = (int16_t)(largest < INT16_MAX ? largest : INT16_MAX);
    lift[c] = (int16_t)(1 << (ET_MOST_SWISH_BITS - n));
    unit[c] = (int16_t)(1 << n);
  }
  return (struct et_swish){end, lift, unit};
}

static float *powers_of_two(struct et_reader *r, const struct et_safetensor *bits, int channels, int sign)
{
  float *p = et_reader_reserve(r, et_padded((size_t)channels) * sizeof *p);

  for (int c = 0; !r->error && c < channels; c++)
    p[c] = ldexpf(1, sign * et_safetensor_integer(bits, (size_t)c));
  return p;
}

/* The tensors between expand and project. */
struct middle_file {
  const struct et_safetensor *expand_bits, *input_bits, *input_most, *output_bits, *weight, *bias;
  int channels, taps;
};

static struct middle_file find_middle(struct et_reader *r, int channels, int kernel)
{
  return (struct middle_file){
    .expand_bits = read_bits(r, "expand.output_bits", channels, ET_MOST_SWISH_BITS),
    .input_bits = read_bits(r, "dw.input_bits", channels, ET_MOST_SWISH_BITS + ET_MOST_GAIN_BITS),
    .input_most = ET_WANT_TYPE(r, ET_I16, "dw.input_most", channels),
    .output_bits = read_bits(r, "dw.output_bits", channels, ET_MOST_SWISH_BITS),
    .weight = ET_WANT_TYPE(r, ET_I16, "dw.weight", channels, kernel, kernel),
    .bias = ET_WANT(r, "dw.bias", channels),
    .channels = channels,
    .taps = kernel * kernel,
  };
}

/* X - F */
static int gain_bits_of(const struct middle_file *f, int c)
{
  return et_safetensor_integer(f->input_bits, (size_t)c) - et_safetensor_integer(f->expand_bits, (size_t)c);
}

static void pack_input(struct et_reader *r, const struct middle_file *f, struct et_block_int8 *b)
{
  const size_t bytes = et_padded((size_t)f->channels) * sizeof(int16_t);
  int16_t *most = et_reader_reserve(r, bytes), *gain = et_reader_reserve(r, bytes);

  b->most = most;
  b->gain = gain;
  for (int c = 0; !r->error && c < f->channels; c++) {
    const int shift = gain_bits_of(f, c);

    if (shift < 0 || shift > ET_MOST_GAIN_BITS) {
      et_reader_refuse(r, "dw.input_bits", c, "is not 0 to %d above expand.output_bits", ET_MOST_GAIN_BITS);
      return;
    }
    gain[c] = (int16_t)(1 << shift);
    most[c] = (int16_t)(et_safetensor_integer(f->input_most, (size_t)c) >> shift);
    if (most[c] < 1)
      et_reader_refuse(r, "dw.input_most", c, "is too small");
  }
}

static void read_taps(struct et_reader *r, const struct middle_file *f, int c, int16_t taps[ET_MAX_TAPS])
{
  for (int t = 0; t < f->taps; t++) {
    taps[t] = (int16_t)et_safetensor_integer(f->weight, (size_t)c * (size_t)f->taps + (size_t)t);
    if (taps[t] == INT16_MIN)
      et_reader_refuse(r, "dw.weight", c * f->taps + t, "is -32768");
  }
}

static void pack_channel(struct et_reader *r, const struct middle_file *f, const struct et_block_int8 *b, int c, int16_t *weights,
                         int16_t *bias)
{
  int16_t taps[ET_MAX_TAPS];
  const struct et_channel16 channel = {
    .weight = taps,
    .taps = f->taps,
    .bias = (double)et_safetensor_value(f->bias, (size_t)c) * b->dw.swish.unit[c],
    .expand_bits = et_safetensor_integer(f->expand_bits, (size_t)c),
    .gain_bits = gain_bits_of(f, c),
    .most = b->most[c],
  };

  read_taps(r, f, c, taps);
  if (!et_channel16_fits(&channel))
    et_reader_refuse(r, "dw.output_bits", c, "is too large: a sum could leave 16 bits");
  if (r->error)
    return;
  bias[c] = (int16_t)lrint(channel.bias);
  for (int t = 0; t < f->taps; t++)
    weights[((size_t)(c / ET_LANES) * (size_t)f->taps + (size_t)t) * ET_LANES + (size_t)(c % ET_LANES)] = taps[t];
}

static void pack_depthwise(struct et_reader *r, const struct middle_file *f, struct et_block_int8 *b)
{
  const size_t channels = et_padded((size_t)f->channels);
  int16_t *weights = et_reader_reserve(r, channels * (size_t)f->taps * sizeof *weights),
          *bias = et_reader_reserve(r, channels * sizeof *bias);

  b->dw.weights = weights;
  b->dw.bias = bias;
  b->dw.swish = pack_swish(r, f->output_bits, f->channels);
  b->dw.unit = powers_of_two(r, f->output_bits, f->channels, -1);
  for (int c = 0; !r->error && c < f->channels; c++)
    pack_channel(r, f, b, c, weights, bias);
}

/* Turns the depthwise output into project's bytes, for a gate of 1. */
static const float *pack_multiplier(struct et_reader *r, const struct dense_file *project, const struct et_block_int8 *b)
{
  float *p = et_reader_reserve(r, et_padded((size_t)project->in) * sizeof *p);

  for (int c = 0; !r->error && c < project->in; c++) {
    p[c] = ONE_Q15 * b->dw.unit[c] / et_safetensor_value(project->input_scale, (size_t)c);
    if (p[c] > INT16_MAX)
      et_reader_refuse(r, project->input_scale_name, c, "is finer than dw.output_bits");
  }
  return p;
}

const struct et_block_int8 *et_read_block_int8(struct et_reader *r, int in, int mid, int out, int kernel)
{
  const struct dense_file expand = find_dense(r, "expand", in, mid), project = find_dense(r, "project", mid, out);
  const struct middle_file middle = find_middle(r, mid, kernel);
  struct et_block_int8 *b = et_reader_reserve(r, sizeof *b);

  if (!b)
    return NULL;
  b->expand = pack_dense(r, &expand, powers_of_two(r, middle.expand_bits, mid, 1));
  b->expand_swish = pack_swish(r, middle.expand_bits, mid);
  pack_input(r, &middle, b);
  pack_depthwise(r, &middle, b);
  b->project = pack_dense(r, &project, NULL);
  b->project_multiplier = pack_multiplier(r, &project, b);
  return r->error ? NULL : b;
}
