/* SPDX-License-Identifier: MIT */
/* Reads an index of pictures with boxes, or lists the pictures of a folder. */
#include "quantise/pictures.h"

#include <jansson.h>
#include <string.h>

G_DEFINE_QUARK(quantise_error, quantise_error)

static void shot_clear(struct shot *s)
{
  g_free(s->path);
}

static void track_free(struct track *t)
{
  g_array_unref(t->shots);
  g_free(t);
}

static struct track *add_track(GPtrArray *tracks)
{
  struct track *t = g_new0(struct track, 1);

  t->shots = g_array_new(FALSE, TRUE, sizeof(struct shot));
  g_array_set_clear_func(t->shots, (GDestroyNotify)shot_clear);
  g_ptr_array_add(tracks, t);
  return t;
}

/* Takes the path. */
static void add_shot(struct track *track, char *path, struct et_box box)
{
  const struct shot s = {path, box};

  g_array_append_vals(track->shots, &s, 1);
}

static gboolean read_shot(const char *folder, json_t *frame, struct track *track)
{
  const char *picture;
  struct et_box box;

  if (json_unpack(frame, "[sFFFF!]", &picture, &box.x, &box.y, &box.w, &box.h) != 0 || box.w <= 0 || box.h <= 0)
    return FALSE;
  add_shot(track, g_build_filename(folder, picture, NULL), box);
  return TRUE;
}

static gboolean read_line(const char *folder, const char *line, GPtrArray *tracks)
{
  json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL), *frames = json_object_get(object, "frames"), *frame;
  struct track *track = add_track(tracks);
  gboolean done = json_array_size(frames) > 0;
  size_t i;

  json_array_foreach(frames, i, frame) done = done && read_shot(folder, frame, track);
  json_decref(object);
  return done;
}

static gboolean read_index(const char *folder, const char *path, GPtrArray *tracks, GError **error)
{
  char *text, **lines;
  gboolean done = TRUE;

  if (!g_file_get_contents(path, &text, NULL, error))
    return FALSE;
  lines = g_strsplit(text, "\n", -1);
  for (guint i = 0; lines[i] && done; i++) {
    done = !*lines[i] || read_line(folder, lines[i], tracks);
    if (!done)
      g_set_error(error, QUANTISE_ERROR, QUANTISE_ERROR_DATA,
                  "%s:%u: a line must be an object {\"frames\": [[picture, x, y, w, h], ...]} with w and h above 0", path, i + 1);
  }
  g_strfreev(lines);
  g_free(text);
  return done;
}

static gboolean is_picture(const char *name)
{
  static const char *const endings[] = {".jpg", ".jpeg", ".png", ".webp"};
  char *lower = g_ascii_strdown(name, -1);
  gboolean found = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS(endings); i++)
    found = found || g_str_has_suffix(lower, endings[i]);
  g_free(lower);
  return found;
}

static int by_path(gconstpointer a, gconstpointer b)
{
  const struct track *const *s = a, *const *t = b;

  return strcmp(g_array_index((*s)->shots, struct shot, 0).path, g_array_index((*t)->shots, struct shot, 0).path);
}

static gboolean list_pictures(const char *folder, GPtrArray *tracks, GError **error)
{
  GDir *dir = g_dir_open(folder, 0, error);

  if (!dir)
    return FALSE;
  for (const char *name; (name = g_dir_read_name(dir));)
    if (is_picture(name))
      add_shot(add_track(tracks), g_build_filename(folder, name, NULL), (struct et_box){0});
  g_dir_close(dir);
  g_ptr_array_sort(tracks, by_path);
  return TRUE;
}

GPtrArray *tracks_load(const char *folder, GError **error)
{
  GPtrArray *tracks = g_ptr_array_new_with_free_func((GDestroyNotify)track_free);
  char *index = g_build_filename(folder, "index.jsonl", NULL);
  gboolean done = g_file_test(index, G_FILE_TEST_EXISTS) ? read_index(folder, index, tracks, error) : list_pictures(folder, tracks, error);

  if (done && !tracks->len) {
    g_set_error(error, QUANTISE_ERROR, QUANTISE_ERROR_DATA, "%s: no pictures (.jpg, .jpeg, .png, .webp) and no index.jsonl", folder);
    done = FALSE;
  }
  if (!done)
    g_clear_pointer(&tracks, g_ptr_array_unref);
  g_free(index);
  return tracks;
}
