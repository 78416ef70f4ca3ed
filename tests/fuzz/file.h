/* SPDX-License-Identifier: MIT */
/* The file of a fuzzer whose parser reads files. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

#include <glib.h>
#include <unistd.h>

#include "fuzz.h"

/* Writes the input to the one file of all runs and returns its path. The caller removes the file
 * when it is done. Not by GLib, which would sync it to the disk each time. */
static inline const char *fuzz_file(const char *ending, const uint8_t *data, size_t size)
{
  static char path[64];
  FILE *file;

  g_snprintf(path, sizeof path, "%s/etrack-fuzz-%d.%s", g_get_tmp_dir(), (int)getpid(), ending);
  file = fopen(path, "we");
  FUZZ_CHECK(file != NULL);
  FUZZ_CHECK(fwrite(data, 1, size, file) == size);
  FUZZ_CHECK(fclose(file) == 0);
  return path;
}

#endif
