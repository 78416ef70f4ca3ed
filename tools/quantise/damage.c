/* SPDX-License-Identifier: MIT */
/* Compares two networks by the boxes and scores that they give for the same pairs. */
#include "quantise/damage.h"

#include <math.h>

static void verdict_clear(struct verdict *v)
{
  g_free(v->score);
}

static struct verdict judge(struct et_network *network, const struct et_procedure *procedure, const struct pair *pair, float *rgb)
{
  struct et_scores scores;
  gsize bytes;

  pair_floats(pair->template_rgb, procedure->template_size, rgb);
  et_network_set_template(network, rgb);
  pair_floats(pair->search_rgb, procedure->search_size, rgb);
  scores = et_network_search(network, rgb);
  bytes = (gsize)(scores.cells * scores.cells) * sizeof *scores.score;
  return (struct verdict){et_procedure_choose(procedure, &scores, &pair->place, pair->side), g_memdup2(scores.score, bytes)};
}

GArray *verdicts_of(struct et_network *network, const struct et_architecture *a, const GPtrArray *pairs)
{
  const int largest = MAX(a->template_size, a->search_size);
  GArray *verdicts = g_array_new(FALSE, FALSE, sizeof(struct verdict));
  float *rgb = g_new(float, (gsize)largest *(gsize)largest * 3);
  struct et_procedure procedure;

  if (et_procedure_init(&procedure, a, NULL) != ET_OK)
    g_error("out of memory for the procedure"); /* as in GLib */
  g_array_set_clear_func(verdicts, (GDestroyNotify)verdict_clear);
  for (guint i = 0; i < pairs->len; i++) {
    const struct verdict v = judge(network, &procedure, g_ptr_array_index(pairs, i), rgb);

    g_array_append_val(verdicts, v);
  }
  et_procedure_fini(&procedure);
  g_free(rgb);
  return verdicts;
}

static double area(const struct et_choice *c)
{
  return fmax(c->x2 - c->x1, 0) * fmax(c->y2 - c->y1, 0);
}

static double overlap(const struct et_choice *a, const struct et_choice *b)
{
  const double w = fmin(a->x2, b->x2) - fmax(a->x1, b->x1), h = fmin(a->y2, b->y2) - fmax(a->y1, b->y1), common = fmax(w, 0) * fmax(h, 0),
               all = area(a) + area(b) - common;

  return all > 0 ? common / all : 0;
}

static double score_difference(const struct verdict *v, const struct verdict *w, int count)
{
  double sum = 0;

  for (int i = 0; i < count; i++)
    sum += fabs((double)v->score[i] - (double)w->score[i]);
  return sum / count;
}

static int by_value(gconstpointer a, gconstpointer b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

struct damage damage_between(const GArray *verdicts, const GArray *reference, int cells)
{
  const guint count = verdicts->len;
  GArray *overlaps = g_array_new(FALSE, FALSE, sizeof(double));
  struct damage d = {0};

  for (guint i = 0; i < count; i++) {
    const struct verdict *v = &g_array_index(verdicts, struct verdict, i), *w = &g_array_index(reference, struct verdict, i);
    const double iou = overlap(&v->best, &w->best);

    g_array_append_val(overlaps, iou);
    d.overlap += iou / count;
    d.score += score_difference(v, w, cells * cells) / count;
    d.peak += fabs(v->best.score - w->best.score) / count;
    d.moved += (v->best.cell != w->best.cell ? 1.0 : 0.0) / count;
  }
  g_array_sort(overlaps, by_value);
  d.overlap_p5 = count ? g_array_index(overlaps, double, count / 20) : 0;
  g_array_unref(overlaps);
  return d;
}
