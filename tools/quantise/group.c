/* SPDX-License-Identifier: MIT */
/* The layers that may be quantised, from the architecture. */
#include "quantise/group.h"

#include <string.h>

static void dense_fini(struct dense *d)
{
  g_free(d->input);
  g_free(d->weight);
  g_free(d->weight_scale);
  g_free(d->bias);
  g_free(d->input_scale);
  g_free(d->input_zero);
}

static void middle_free(struct middle *m)
{
  if (!m)
    return;
  g_free(m->input);
  g_free(m->expand_bits);
  g_free(m->input_bits);
  g_free(m->output_bits);
  g_free(m->input_most);
  g_free(m->weight);
  g_free(m);
}

static void group_free(struct group *g)
{
  for (int l = 0; l < g->layers; l++)
    dense_fini(&g->layer[l]);
  middle_free(g->middle);
  g_free(g);
}

G_GNUC_PRINTF(2, 3) static struct group *add_group(GPtrArray *groups, const char *format, ...)
{
  struct group *g = g_new0(struct group, 1);
  va_list args;

  va_start(args, format);
  g_vsnprintf(g->name, sizeof g->name, format, args);
  va_end(args);
  g_ptr_array_add(groups, g);
  return g;
}

/* `name` and `stage` are below the group's name. `stage` may be NULL, for one that is named
 * later. */
static struct dense *add_dense(struct group *g, const char *name, const char *stage, int in, int out)
{
  struct dense *d = &g->layer[g->layers++];

  *d = (struct dense){
    .in = in,
    .out = out,
    .input = g_new0(struct distribution, (gsize)in),
    .weight = g_new0(int8_t, (gsize)out * (gsize)in),
    .weight_scale = g_new0(float, (gsize)out),
    .bias = g_new0(float, (gsize)out),
    .input_scale = g_new0(float, (gsize)in),
    .input_zero = g_new0(guint8, (gsize)in),
  };
  g_snprintf(d->name, sizeof d->name, "%s.%s", g->name, name);
  g_snprintf(d->stage, sizeof d->stage, "%s.%s", g->name, stage ? stage : "");
  return d;
}

static void add_middle(struct group *g, int channels, int kernel)
{
  struct middle *m = g->middle = g_new0(struct middle, 1);

  *m = (struct middle){
    .channels = channels,
    .kernel = kernel,
    .input = g_new0(struct distribution, (gsize)channels),
    .expand_bits = g_new0(guint8, (gsize)channels),
    .input_bits = g_new0(guint8, (gsize)channels),
    .output_bits = g_new0(guint8, (gsize)channels),
    .input_most = g_new0(int16_t, (gsize)channels),
    .weight = g_new0(int16_t, (gsize)channels * (gsize)(kernel * kernel)),
  };
  g_strlcpy(m->name, g->name, sizeof m->name);
  g_snprintf(m->stage, sizeof m->stage, "%s.expand", g->name);
}

static void add_block(GPtrArray *groups, const struct et_block_shape *s, int index)
{
  struct group *g = add_group(groups, "backbone.%d", index);
  const int channels = s->in * s->expansion;
  struct dense *expand = add_dense(g, "expand", NULL, s->in, channels);

  if (index)
    g_snprintf(expand->stage, sizeof expand->stage, "backbone.%d", index - 1);
  else
    g_strlcpy(expand->stage, "backbone.stem", sizeof expand->stage);
  add_middle(g, channels, s->kernel);
  add_dense(g, "project", "dw", channels, s->out)->gated = true;
}

static void add_separable(GPtrArray *groups, const char *branch, const char *name, int in, int out)
{
  add_dense(add_group(groups, "%s.%s", branch, name), "pw", "dw", in, out);
}

static void add_feed_forward(GPtrArray *groups, const char *branch, int index, int channels, int inner)
{
  struct group *g = add_group(groups, "%s.%d.ffn", branch, index);
  struct dense *first = add_dense(g, "fc1", NULL, channels, inner), *second = add_dense(g, "fc2", NULL, inner, channels);

  g_snprintf(first->stage, sizeof first->stage, "%s.%d.ln1", branch, index);
  g_snprintf(second->stage, sizeof second->stage, "%s.%d.fc1", branch, index);
  second->positive = true;
}

static void add_branch(GPtrArray *groups, const char *name, const struct et_branch_shape *s, const struct et_architecture *a)
{
  add_separable(groups, name, "first", a->adjust, s->channels);
  for (int l = 0; l < s->layers; l++)
    add_feed_forward(groups, name, l, s->channels, a->ffn);
  add_separable(groups, name, "last", s->channels, s->channels);
}

GPtrArray *groups_of(const struct et_architecture *a)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func((GDestroyNotify)group_free);

  for (int b = 0; b < a->blocks; b++)
    if (a->block[b].expansion > 1)
      add_block(groups, &a->block[b], b);
  add_branch(groups, "cls", &a->cls, a);
  add_branch(groups, "reg", &a->reg, a);
  return groups;
}

static gboolean is_meant(const struct group *g, const char *name)
{
  const gsize length = strlen(name);

  return strcmp(name, "all") == 0 || (g_str_has_prefix(g->name, name) && (g->name[length] == '.' || g->name[length] == '\0'));
}

static gboolean choose(GPtrArray *groups, const char *name, GError **error)
{
  gboolean found = FALSE;

  for (guint i = 0; i < groups->len; i++) {
    struct group *g = g_ptr_array_index(groups, i);

    if (is_meant(g, name))
      found = g->chosen = true;
  }
  if (!found)
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "no layers that may be quantised are called `%s`; there are such as `%s`, `backbone`, `all`", name,
                groups->len ? ((struct group *)g_ptr_array_index(groups, 0))->name : "cls.first");
  return found;
}

gboolean groups_choose(GPtrArray *groups, const char *list, gboolean others, GError **error)
{
  char **names = g_strsplit(list, ",", -1);
  gboolean done = TRUE;

  for (guint i = 0; i < groups->len; i++)
    ((struct group *)g_ptr_array_index(groups, i))->chosen = false;
  for (char **name = names; *name && done; name++)
    done = choose(groups, *name, error);
  for (guint i = 0; others && i < groups->len; i++) {
    struct group *g = g_ptr_array_index(groups, i);

    g->chosen = !g->chosen;
  }
  g_strfreev(names);
  return done;
}
