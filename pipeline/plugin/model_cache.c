/* SPDX-License-Identifier: MIT */
/* One copy of a model for all elements of the process: packed weights are 10 MB, and several streams share one cache better than several copies. */
#include "model_cache.h"

#include <glib.h>

struct entry {
  char *path;
  struct et_model *model;
  int users;
};

static GMutex lock;
static GList *entries; /* of struct entry; by lock */

static struct entry *find_path(const char *path)
{
  for (GList *l = entries; l; l = l->next)
    if (g_str_equal(((struct entry *)l->data)->path, path))
      return l->data;
  return NULL;
}

/* With the lock held: a second element of the same model waits for the first one's loading. */
static enum et_error open_entry(const char *path, struct entry **entry, struct et_error_detail *detail)
{
  struct et_model *model = NULL;
  enum et_error error = et_model_open(path, &model, detail);

  if (error)
    return error;
  *entry = g_new0(struct entry, 1);
  **entry = (struct entry){g_strdup(path), model, 0};
  entries = g_list_prepend(entries, *entry);
  return ET_OK;
}

enum et_error model_cache_get(const char *path, const struct et_model **model, struct et_error_detail *detail)
{
  enum et_error error = ET_OK;
  struct entry *entry;

  g_mutex_lock(&lock);
  entry = find_path(path);
  if (!entry)
    error = open_entry(path, &entry, detail);
  if (!error) {
    entry->users++;
    *model = entry->model;
  }
  g_mutex_unlock(&lock);
  return error;
}

static void close_entry(struct entry *entry)
{
  entries = g_list_remove(entries, entry);
  et_model_close(&entry->model);
  g_free(entry->path);
  g_free(entry);
}

void model_cache_put(const struct et_model *model)
{
  g_mutex_lock(&lock);
  for (GList *l = entries; model && l; l = l->next) {
    struct entry *entry = l->data;

    if (entry->model != model)
      continue;
    if (--entry->users == 0)
      close_entry(entry);
    break;
  }
  g_mutex_unlock(&lock);
}
