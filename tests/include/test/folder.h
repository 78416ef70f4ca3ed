/* SPDX-License-Identifier: MIT */
/* Removes the folder of a test. */
#ifndef TEST_FOLDER_H
#define TEST_FOLDER_H

#include <glib.h>
#include <glib/gstdio.h>

/* Removes a file or folder with all that is in it. */
static inline void remove_tree(const char *path)
{
  GDir *dir = g_dir_open(path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name(dir))) {
    g_autofree char *inner = g_build_filename(path, name, NULL);

    remove_tree(inner);
  }
  if (dir)
    g_dir_close(dir);
  g_remove(path);
}

#endif
