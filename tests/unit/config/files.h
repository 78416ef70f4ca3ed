/* SPDX-License-Identifier: MIT */
/* A folder of configuration files for one test. */
#ifndef FILES_H
#define FILES_H

#include <glib.h>

#include "config/config.h"
#include "test/folder.h"
#include "test/main.h"

static char *folder, *main_file;

static void make_folder(void)
{
  folder = g_dir_make_tmp("etrack-config-XXXXXX", NULL);
  ck_assert_ptr_nonnull(folder);
  main_file = g_build_filename(folder, "etrackd.conf", NULL);
}

static void write_file(const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(folder, name, NULL), *parent = g_path_get_dirname(path);

  ck_assert_int_eq(g_mkdir_with_parents(parent, 0700), 0);
  ck_assert(g_file_set_contents(path, text, -1, NULL));
}

static void remove_folder(void)
{
  remove_tree(folder);
  g_free(folder);
  g_free(main_file);
}

#endif
