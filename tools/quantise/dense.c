/* SPDX-License-Identifier: MIT */
/* Rounds a dense layer.
 *
 * Design notes. Each input channel has a scale, which is also a factor of its weights. A scale per
 * channel that just holds the channel's values rounds the inputs best. But then channels with small
 * values have small weights, which share the scale of their output with large ones. One scale for
 * all channels rounds the weights best. Between them is a power of the channels' ranges, as in Xiao
 * et al., "SmoothQuant", ICML 2023; the power with the least error of the output is taken. */
#include "quantise/dense.h"

#include <math.h>
#include <string.h>

#include "quantise/range.h"
#include "quantise/rounding.h"

enum { LEVELS = 255, EVENNESS_STEPS = 10, STEPS_TO_COMPARE = 12, STEPS_TO_KEEP = 80 };

/* Of a channel that never changed. */
static const double least_importance = 1e-12;

/* Scales are above 0 even if all channels are silent. */
static const double smallest_scale = 1e-6;

/* A channel that was silent in what was measured may speak on another picture. It holds this share
 * of what the widest one does. */
static const double silent_share = 1.0 / 16;

struct work {
  struct dense *dense;
  const float *weight, *bias;
  const double *least_scale; /* [in], NULL = none */
  struct ends *ends;         /* [in] */
  double *importance;        /* [in]: of weights that are multiplied by the input's scale */
  float *scaled;             /* [in]: the weights of one output, times the input's scales */
};

static double width_of(struct ends e)
{
  return e.high - e.low;
}

static double widest(const struct work *w)
{
  double largest = smallest_scale * LEVELS;

  for (int c = 0; c < w->dense->in; c++)
    largest = fmax(largest, width_of(w->ends[c]));
  return largest;
}

static void find_ends(const struct work *w)
{
  const struct dense *d = w->dense;
  double share;

  for (int c = 0; c < d->in; c++)
    w->ends[c] = range_ends(&d->input[c], d->positive);
  share = widest(w) * silent_share;
  for (int c = 0; c < d->in; c++)
    if (width_of(w->ends[c]) == 0)
      w->ends[c] = (struct ends){d->positive ? 0 : -share / 2, d->positive ? share : share / 2};
}

/* The spare steps lie on both sides. */
static int zero_of(const struct dense *d, struct ends e, double scale)
{
  if (d->positive)
    return 0;
  return (int)fmin(fmax(rint(-e.low / scale + (LEVELS - width_of(e) / scale) / 2), 0), LEVELS);
}

static void choose_inputs(const struct work *w, double evenness)
{
  const double largest = widest(w);

  for (int c = 0; c < w->dense->in; c++) {
    const double least = w->least_scale ? w->least_scale[c] : 0;
    const double scale = fmax(largest / LEVELS * pow(width_of(w->ends[c]) / largest, evenness), fmax(least, smallest_scale));

    w->dense->input_scale[c] = (float)scale;
    w->dense->input_zero[c] = (guint8)zero_of(w->dense, w->ends[c], scale);
    w->importance[c] = distribution_variance(&w->dense->input[c]) / scale / scale + least_importance;
  }
}

/* The bias in units of the products must fit well into 32 bits, even if the weights of an output
 * are next to nothing. */
static float least_weight_scale(double bias)
{
  return (float)fmax(fabs(bias) / (1 << 24), 1e-12);
}

/* The weights of an output as the bytes are multiplied by them. Those of channels that never
 * changed are no larger than the others, so that they do not make these coarser. */
static void scale_weights(const struct work *w, const float *row)
{
  const struct dense *d = w->dense;
  float largest = 0;

  for (int c = 0; c < d->in; c++) {
    w->scaled[c] = row[c] * d->input_scale[c];
    if (w->importance[c] > least_importance)
      largest = fmaxf(largest, fabsf(w->scaled[c]));
  }
  for (int c = 0; c < d->in && largest > 0; c++)
    w->scaled[c] = fminf(fmaxf(w->scaled[c], -largest), largest);
}

/* Rounds the weights of one output. Returns the squared error of the output. */
static double round_output(const struct work *w, int o, int steps)
{
  struct dense *d = w->dense;
  const float *row = w->weight + (ptrdiff_t)o * d->in;
  const struct rounding r = {
    .count = d->in,
    .weight = w->scaled,
    .importance = w->importance,
    .least_scale = least_weight_scale((double)w->bias[o]),
    .steps = steps,
  };
  double error;

  scale_weights(w, row);
  d->weight_scale[o] = rounding_find(&r, d->weight + (ptrdiff_t)o * d->in, &error);
  return error;
}

/* The squared error of all outputs from rounding the inputs. */
static double input_error(const struct dense *d, const float *weight)
{
  double error = 0;

  for (int c = 0; c < d->in; c++) {
    const double of_value = range_error(&d->input[c], (struct range){d->input_scale[c], d->input_zero[c]});

    for (int o = 0; o < d->out; o++)
      error += of_value * (double)weight[(ptrdiff_t)o * d->in + c] * (double)weight[(ptrdiff_t)o * d->in + c];
  }
  return error;
}

static double round_layer(const struct work *w, double evenness, int steps)
{
  double error = 0;

  choose_inputs(w, evenness);
  for (int o = 0; o < w->dense->out; o++)
    error += round_output(w, o, steps);
  return error + input_error(w->dense, w->weight);
}

static double best_evenness(const struct work *w)
{
  double best = 0, least = INFINITY;

  for (int step = 0; step <= EVENNESS_STEPS; step++) {
    const double evenness = (double)step / EVENNESS_STEPS, error = round_layer(w, evenness, STEPS_TO_COMPARE);

    if (error < least) {
      least = error;
      best = evenness;
    }
  }
  return best;
}

/* The error of a weight, in real units. */
static double weight_error(const struct dense *d, const float *weight, int o, int c)
{
  const ptrdiff_t i = (ptrdiff_t)o * d->in + c;

  return (double)d->weight_scale[o] * d->weight[i] / (double)d->input_scale[c] - (double)weight[i];
}

/* Takes out what the rounding of the weights adds to an output on average. */
static void correct_bias(const struct work *w)
{
  struct dense *d = w->dense;

  for (int o = 0; o < d->out; o++) {
    double bias = (double)w->bias[o];

    for (int c = 0; c < d->in; c++)
      bias -= weight_error(d, w->weight, o, c) * distribution_mean(&d->input[c]);
    d->bias[o] = (float)bias;
  }
}

void dense_quantise(struct dense *d, const float *weight, const float *bias, const double *least_scale)
{
  const gsize in = (gsize)d->in;
  const struct work w = {
    .dense = d,
    .weight = weight,
    .bias = bias,
    .least_scale = least_scale,
    .ends = g_new(struct ends, in),
    .importance = g_new(double, in),
    .scaled = g_new(float, in),
  };

  find_ends(&w);
  d->evenness = best_evenness(&w);
  round_layer(&w, d->evenness, STEPS_TO_KEEP);
  correct_bias(&w);
  g_free(w.ends);
  g_free(w.importance);
  g_free(w.scaled);
}

double dense_error(const struct dense *d, const float *weight)
{
  double error = input_error(d, weight), whole = 0;

  for (int o = 0; o < d->out; o++)
    for (int c = 0; c < d->in; c++) {
      const double variance = distribution_variance(&d->input[c]), real = (double)weight[(ptrdiff_t)o * d->in + c],
                   difference = weight_error(d, weight, o, c);

      error += variance * difference * difference;
      whole += variance * real * real;
    }
  return whole > 0 ? sqrt(error / whole) : 0;
}
