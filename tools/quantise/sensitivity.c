/* SPDX-License-Identifier: MIT */
/* Compares the float network with one in which some groups are quantised. */
#include "quantise/sensitivity.h"

#include <stdio.h>

#include "quantise/file.h"

/* A group alone and what it does. */
struct finding {
  struct group *group;
  struct damage damage;
};

static GArray *verdicts_of_chosen(const struct sensitivity *s, GError **error)
{
  struct et_model *model = file_open(s->file, s->groups, error);
  struct et_network *network;
  GArray *verdicts;

  if (!model)
    return NULL;
  if (et_network_create(model, et_network_ops(s->network), &network, NULL) != ET_OK)
    g_error("out of memory for the network"); /* as in GLib */
  verdicts = verdicts_of(network, s->architecture, s->pairs);
  et_network_destroy(&network);
  et_model_close(&model);
  return verdicts;
}

/* What the chosen groups do. */
static gboolean find_damage(const struct sensitivity *s, const GArray *reference, struct damage *damage, GError **error)
{
  GArray *verdicts = verdicts_of_chosen(s, error);

  if (!verdicts)
    return FALSE;
  *damage = damage_between(verdicts, reference, s->architecture->search_size / s->architecture->stride);
  g_array_unref(verdicts);
  return TRUE;
}

static void choose_only(GPtrArray *groups, const struct group *chosen)
{
  for (guint i = 0; i < groups->len; i++) {
    struct group *g = g_ptr_array_index(groups, i);

    g->chosen = g == chosen;
  }
}

static GArray *chosen_groups(const GPtrArray *groups)
{
  GArray *findings = g_array_new(FALSE, TRUE, sizeof(struct finding));

  for (guint i = 0; i < groups->len; i++) {
    const struct finding f = {.group = g_ptr_array_index(groups, i)};

    if (f.group->chosen)
      g_array_append_val(findings, f);
  }
  return findings;
}

static gboolean find_each(const struct sensitivity *s, const GArray *reference, GArray *findings, GError **error)
{
  gboolean done = TRUE;

  for (guint i = 0; i < findings->len && done; i++) {
    struct finding *f = &g_array_index(findings, struct finding, i);

    choose_only(s->groups, f->group);
    done = find_damage(s, reference, &f->damage, error);
  }
  for (guint i = 0; i < findings->len; i++)
    g_array_index(findings, struct finding, i).group->chosen = true;
  return done;
}

/* By boxes, and by scores if the boxes are the same. */
static int worst_first(gconstpointer a, gconstpointer b)
{
  const struct damage *d = &((const struct finding *)a)->damage, *e = &((const struct finding *)b)->damage;

  if (d->overlap != e->overlap)
    return d->overlap < e->overlap ? -1 : 1;
  return (d->score < e->score) - (d->score > e->score);
}

static void print_damage(const char *name, const struct damage *d)
{
  printf("%-20s %8.4f %8.4f %8.5f %8.5f %6.1f%%\n", name, d->overlap, d->overlap_p5, d->score, d->peak, d->moved * 100);
}

gboolean sensitivity_print(const struct sensitivity *s, GError **error)
{
  GArray *reference = verdicts_of(s->network, s->architecture, s->pairs), *findings = chosen_groups(s->groups);
  struct damage all;
  const gboolean done = find_damage(s, reference, &all, error) && find_each(s, reference, findings, error);

  if (done) {
    g_array_sort(findings, worst_first);
    printf("%-20s %8s %8s %8s %8s %7s\n", "quantised", "IoU", "IoU p5", "scores", "peak", "moved");
    print_damage("together", &all);
    for (guint i = 0; i < findings->len; i++)
      print_damage(g_array_index(findings, struct finding, i).group->name, &g_array_index(findings, struct finding, i).damage);
  }
  g_array_unref(findings);
  g_array_unref(reference);
  return done;
}
