/* SPDX-License-Identifier: MIT */
/* An observer that adds what passes between the layers to distributions and sums. */
#include "quantise/gather.h"

#include <string.h>

struct gather {
  GHashTable *denses;  /* stage -> struct dense */
  GHashTable *middles; /* stage -> struct middle */
  float *gate;         /* of the block that is running */
};

static void add_stage(const struct et_tensor *stage, const float *gate, struct distribution *to)
{
  for (int y = 0; y < stage->height; y++)
    for (int x = 0; x < stage->width; x++) {
      const float *pixel = stage->data + y * stage->row + x * stage->pixel;

      for (int c = 0; c < stage->channels; c++)
        distribution_add(&to[c], gate ? pixel[c] * gate[c] : pixel[c]);
    }
}

static void see(const char *name, const struct et_tensor *stage, void *user)
{
  struct gather *g = user;
  struct dense *d = g_hash_table_lookup(g->denses, name);
  struct middle *m = g_hash_table_lookup(g->middles, name);

  if (g_str_has_suffix(name, ".gate")) {
    g->gate = g_renew(float, g->gate, (gsize)stage->channels);
    memcpy(g->gate, stage->data, (gsize)stage->channels * sizeof *g->gate);
  }
  if (d)
    add_stage(stage, d->gated ? g->gate : NULL, d->input);
  if (m)
    add_stage(stage, NULL, m->input);
}

static void index_stages(struct gather *g, GPtrArray *groups)
{
  g->denses = g_hash_table_new(g_str_hash, g_str_equal);
  g->middles = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < groups->len; i++) {
    struct group *group = g_ptr_array_index(groups, i);

    for (int l = 0; l < group->layers; l++)
      g_hash_table_insert(g->denses, group->layer[l].stage, &group->layer[l]);
    if (group->middle)
      g_hash_table_insert(g->middles, group->middle->stage, group->middle);
  }
}

void gather_inputs(struct et_network *network, const struct et_architecture *a, const GPtrArray *pairs, GPtrArray *groups)
{
  struct gather g = {0};
  const int largest = MAX(a->template_size, a->search_size);
  float *rgb = g_new(float, (gsize)largest *(gsize)largest * 3);

  index_stages(&g, groups);
  et_network_observe_inside(network, see, &g);
  for (guint i = 0; i < pairs->len; i++) {
    const struct pair *pair = g_ptr_array_index(pairs, i);

    pair_floats(pair->template_rgb, a->template_size, rgb);
    et_network_set_template(network, rgb);
    pair_floats(pair->search_rgb, a->search_size, rgb);
    et_network_search(network, rgb);
  }
  et_network_observe(network, NULL, NULL);
  g_hash_table_unref(g.denses);
  g_hash_table_unref(g.middles);
  g_free(g.gate);
  g_free(rgb);
}
