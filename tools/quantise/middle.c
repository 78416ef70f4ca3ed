/* SPDX-License-Identifier: MIT */
/* Chooses the binary points of a depthwise layer, channel by channel, so that no sum can leave 16
 * bits. The rules are those of docs/tracker.md, etrack/2. */
#include "quantise/middle.h"

#include <math.h>

#include "net/channel16.h"
#include "ops/int8.h"
#include "ops/swish_fixed.h"
#include "quantise/pictures.h"

/* What expand's outputs may reach, in what was measured. */
static const double headroom = 1.3;

/* What the depthwise layer reads above it is cut off. Less headroom gives finer sums. */
static const double input_headroom = 1.2;

/* What the depthwise layer must at least be able to read: a channel that was never above 0 in what
 * was measured may be so on another picture. */
static const double least_most = 0.125;

/* Beyond -8 swish is as good as 0. So there may be fewer than 13 fraction bits for the sake of
 * negative values. */
static const int most_expand_bits = 12;

/* What swish takes from a value is 0.2785 at most. */
static const double swish_lowest = (double)ET_SWISH_LOWEST / (1 << 15);

/* One channel while it is rounded. */
struct channel {
  const float *weight; /* [taps] */
  double bias;
  int taps;
  double most; /* of the input, real */
  int expand_bits, input_bits, output_bits;
  int input_most;
};

static int expand_bits_of(double highest)
{
  const int bits = (int)floor(log2(INT16_MAX / ((highest + swish_lowest) * headroom)));

  return MIN(MAX(bits, 0), most_expand_bits);
}

/* It may be too large. */
static double rounded_weight(const struct channel *c, int tap)
{
  return rint(ldexp((double)c->weight[tap], 15 + c->output_bits - c->input_bits));
}

static bool weights_fit(const struct channel *c)
{
  for (int t = 0; t < c->taps; t++)
    if (fabs(rounded_weight(c, t)) > INT16_MAX)
      return false;
  return true;
}

static bool sums_fit(const struct channel *c)
{
  int16_t rounded[ET_MAX_TAPS];
  const struct et_channel16 channel = {
    .weight = rounded,
    .taps = c->taps,
    .bias = ldexp(c->bias, c->output_bits),
    .expand_bits = c->expand_bits,
    .gain_bits = c->input_bits - c->expand_bits,
    .most = c->input_most >> (c->input_bits - c->expand_bits),
  };

  for (int t = 0; t < c->taps; t++)
    rounded[t] = (int16_t)rounded_weight(c, t);
  return et_channel16_fits(&channel);
}

/* Whether some input_bits go with the present output_bits. The fewest give the finest weights. */
static bool find_input_bits(struct channel *c)
{
  for (int shift = 0; shift <= ET_MOST_GAIN_BITS; shift++) {
    const double most = ldexp(c->most, c->expand_bits + shift);

    if (most > INT16_MAX)
      return false;
    c->input_bits = c->expand_bits + shift;
    c->input_most = (int)fmax(most, 1 << shift);
    if (weights_fit(c) && sums_fit(c))
      return true;
  }
  return false;
}

static bool find_bits(struct channel *c)
{
  for (c->output_bits = ET_MOST_SWISH_BITS; c->output_bits >= 0; c->output_bits--)
    if (find_input_bits(c))
      return true;
  return false;
}

gboolean middle_quantise(struct middle *m, const float *weight, const float *bias, GError **error)
{
  const int taps = m->kernel * m->kernel;

  for (int i = 0; i < m->channels; i++) {
    const double highest = (double)m->input[i].highest;
    struct channel c = {
      .weight = weight + (ptrdiff_t)i * taps,
      .bias = (double)bias[i],
      .taps = taps,
      .most = fmax(highest * input_headroom, least_most),
      .expand_bits = expand_bits_of(highest),
    };

    if (!find_bits(&c)) {
      g_set_error(error, QUANTISE_ERROR, QUANTISE_ERROR_DATA,
                  "%s: channel %d, with inputs up to %g, does not fit into 16 bits; keep the block in floats: --float %s", m->name, i,
                  highest, m->name);
      return FALSE;
    }
    m->expand_bits[i] = (guint8)c.expand_bits;
    m->input_bits[i] = (guint8)c.input_bits;
    m->input_most[i] = (int16_t)c.input_most;
    m->output_bits[i] = (guint8)c.output_bits;
    for (int t = 0; t < taps; t++)
      m->weight[(ptrdiff_t)i * taps + t] = (int16_t)rounded_weight(&c, t);
  }
  return TRUE;
}

/* The engine's factor for a gate of 1 must be a 16-bit number. */
double *middle_least_scales(const struct middle *m)
{
  double *least = g_new(double, (gsize)m->channels);

  for (int i = 0; i < m->channels; i++)
    least[i] = ldexp(1.0001, -m->output_bits[i]);
  return least;
}
