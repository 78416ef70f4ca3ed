/* SPDX-License-Identifier: MIT */
/* Finds the lines of sections and keys in key files. */
#include "lines.h"

#include <glib.h>
#include <string.h>

/* One line of a key file: a header, a key, or neither. */
struct entry {
  char *section, *key; /* at most one is set */
};

static struct entry read_line(const char *line)
{
  char *text = g_strstrip(g_strdup(line));
  const char *equals = strchr(text, '=');
  struct entry e = {0};
  const size_t length = strlen(text);

  if (length > 2 && *text == '[' && text[length - 1] == ']')
    e.section = g_strndup(text + 1, length - 2);
  else if (*text != '#' && equals)
    e.key = g_strchomp(g_strndup(text, (gsize)(equals - text)));
  g_free(text);
  return e;
}

static void free_entry(struct entry *e)
{
  g_free(e->section);
  g_free(e->key);
}

int line_of(const char *text, const char *section, const char *key)
{
  char **lines = g_strsplit(text, "\n", -1);
  gboolean inside = FALSE;
  int found = 0;

  for (int i = 0; lines[i] && !found; i++) {
    struct entry e = read_line(lines[i]);

    if (e.section)
      inside = g_str_equal(e.section, section);
    if (inside && (key ? e.key && g_str_equal(e.key, key) : e.section != NULL))
      found = i + 1;
    free_entry(&e);
  }
  g_strfreev(lines);
  return found;
}

int line_of_double(const char *text, char **section, char **key)
{
  char **lines = g_strsplit(text, "\n", -1);
  GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  char *current = g_strdup("");
  int found = 0;

  for (int i = 0; lines[i] && !found; i++) {
    struct entry e = read_line(lines[i]);
    char *name = e.section ? g_strdup_printf("[%s]", e.section) : g_strdup_printf("%s\n%s", current, e.key ? e.key : "");

    if (e.section) {
      g_free(current);
      current = g_strdup(e.section);
    }
    if ((e.section || e.key) && !g_hash_table_add(seen, name)) {
      found = i + 1;
      *section = g_strdup(current);
      *key = g_strdup(e.key);
    } else if (!e.section && !e.key) {
      g_free(name);
    }
    free_entry(&e);
  }
  g_free(current);
  g_hash_table_destroy(seen);
  g_strfreev(lines);
  return found;
}

/* Blank lines and comments. */
static gboolean says_nothing(const char *line)
{
  while (g_ascii_isspace(*line))
    line++;
  return *line == '\0' || *line == '#';
}

int line_of_nonsense(const char *text)
{
  char **lines = g_strsplit(text, "\n", -1);
  gboolean inside = FALSE;
  int found = 0;

  for (int i = 0; lines[i] && !found; i++) {
    struct entry e = read_line(lines[i]);

    inside = inside || e.section;
    if (!says_nothing(lines[i]) && !e.section && !(e.key && *e.key && inside))
      found = i + 1;
    free_entry(&e);
  }
  g_strfreev(lines);
  return found;
}
