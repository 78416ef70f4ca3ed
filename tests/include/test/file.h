/* SPDX-License-Identifier: MIT */
/* Files of the source tree, read whole. */
#ifndef TEST_FILE_H
#define TEST_FILE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads a file, named from the root of the source tree, with `room` spare bytes after it. Returns
 * its size. The caller frees *bytes. */
static inline size_t read_source_file(const char *relative, size_t room, char **bytes)
{
  char path[512];
  size_t size;
  FILE *f;

  snprintf(path, sizeof path, "%s/%s", getenv("ETRACK_SOURCE"), relative);
  f = fopen(path, "rb");
  ck_assert_msg(f != NULL, "%s cannot be opened", path);
  fseek(f, 0, SEEK_END);
  size = (size_t)ftell(f);
  rewind(f);
  *bytes = malloc(size + room);
  ck_assert_uint_eq(fread(*bytes, 1, size, f), size);
  fclose(f);
  return size;
}

#endif
