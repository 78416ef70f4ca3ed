/* SPDX-License-Identifier: MIT */
/* Quantises the layers of a group in the order in which they depend on each other. */
#include "quantise/quantise.h"

#include <stdio.h>
#include <string.h>

#include "quantise/dense.h"
#include "quantise/middle.h"

/* The values of a tensor, for g_free(). The model has been opened, so it is in the file. */
static float *values_of(struct et_safetensors *file, const char *layer, const char *suffix)
{
  char *name = g_strconcat(layer, ".", suffix, NULL);
  const struct et_safetensor *t = et_safetensors_find(file, name);
  const gsize count = (t->end - t->begin) / sizeof(float);
  float *values = g_new(float, count);

  for (gsize i = 0; i < count; i++)
    values[i] = et_safetensor_value(t, i);
  g_free(name);
  return values;
}

static gboolean quantise_middle(struct middle *m, struct et_safetensors *file, GError **error)
{
  float *weight = values_of(file, m->name, "dw.weight"), *bias = values_of(file, m->name, "dw.bias");
  const gboolean done = middle_quantise(m, weight, bias, error);

  g_free(weight);
  g_free(bias);
  return done;
}

static void quantise_dense(struct dense *d, struct et_safetensors *file, const double *least_scale)
{
  float *weight = values_of(file, d->name, "weight"), *bias = values_of(file, d->name, "bias");

  dense_quantise(d, weight, bias, least_scale);
  g_free(weight);
  g_free(bias);
}

gboolean quantise_group(struct group *g, struct et_safetensors *file, GError **error)
{
  double *least_scale = NULL;

  if (g->middle) {
    if (!quantise_middle(g->middle, file, error))
      return FALSE;
    least_scale = middle_least_scales(g->middle);
  }
  for (int l = 0; l < g->layers; l++)
    quantise_dense(&g->layer[l], file, g->layer[l].gated ? least_scale : NULL);
  g_free(least_scale);
  return TRUE;
}

void quantise_print_heading(void)
{
  printf("%-20s %9s %9s %10s %10s %8s %6s\n", "layer", "lowest", "highest", "finest", "coarsest", "evenness", "error");
}

static void print_dense(const struct dense *d, struct et_safetensors *file)
{
  float *weight = values_of(file, d->name, "weight");
  float lowest = 0, highest = 0, finest = d->input_scale[0], coarsest = finest;

  for (int c = 0; c < d->in; c++) {
    lowest = MIN(lowest, d->input[c].lowest);
    highest = MAX(highest, d->input[c].highest);
    finest = MIN(finest, d->input_scale[c]);
    coarsest = MAX(coarsest, d->input_scale[c]);
  }
  printf("%-20s %9.3f %9.3f %10.6f %10.6f %8.1f %5.2f%%\n", d->name, (double)lowest, (double)highest, (double)finest, (double)coarsest,
         d->evenness, dense_error(d, weight) * 100);
  g_free(weight);
}

static void print_span(const char *what, const guint8 *bits, int count)
{
  guint8 least = bits[0], most = bits[0];

  for (int c = 1; c < count; c++) {
    least = MIN(least, bits[c]);
    most = MAX(most, bits[c]);
  }
  printf(" %s %d..%d", what, least, most);
}

static void print_middle(const struct middle *m)
{
  float highest = 0;

  for (int c = 0; c < m->channels; c++)
    highest = MAX(highest, m->input[c].highest);
  printf("%s.%-*s %9s %9.3f  fraction bits:", m->name, (int)(19 - strlen(m->name)), "dw", "", (double)highest);
  print_span("before", m->expand_bits, m->channels);
  print_span("in", m->input_bits, m->channels);
  print_span("out", m->output_bits, m->channels);
  putchar('\n');
}

void quantise_print(const struct group *g, struct et_safetensors *file)
{
  for (int l = 0; l < g->layers; l++) {
    print_dense(&g->layer[l], file);
    if (l == 0 && g->middle)
      print_middle(g->middle);
  }
}
