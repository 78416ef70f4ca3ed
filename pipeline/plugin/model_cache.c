/* SPDX-License-Identifier: MIT */
/* One copy of a model for all elements of the process: packed weights take 10 MB, and streams that
 * share them share the processor's cache. */
#include "model_cache.h"

#include <glib.h>

#include "base/file_id.h"

struct entry {
  struct et_file_id file; /* so that a model that is saved over another one is not taken for it */
  struct et_model *model;
  int users;
};

static GMutex lock;
static GList *entries; /* of struct entry; under the lock */

static struct entry *find_file(const struct et_file_id *file)
{
  for (GList *l = entries; l; l = l->next)
    if (et_file_id_same(&((struct entry *)l->data)->file, file))
      return l->data;
  return NULL;
}

/* With the lock held, so that a second element waits until the first has loaded the model. */
static enum et_error open_entry(const char *path, const struct et_file_id *file, struct entry **entry, struct et_error_detail *detail)
{
  struct et_model *model = NULL;
  enum et_error error = et_model_open(path, &model, detail);

  if (error)
    return error;
  *entry = g_new0(struct entry, 1);
  **entry = (struct entry){*file, model, 0};
  entries = g_list_prepend(entries, *entry);
  return ET_OK;
}

enum et_error model_cache_get(const char *path, const struct et_model **model, struct et_error_detail *detail)
{
  enum et_error error = ET_OK;
  struct entry *entry = NULL;
  struct et_file_id file;

  g_mutex_lock(&lock);
  /* Before it is opened: if the file changes in between, the next caller gets the new one. */
  if (et_file_id_of(path, &file))
    entry = find_file(&file);
  if (!entry)
    error = open_entry(path, &file, &entry, detail);
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
