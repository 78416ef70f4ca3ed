/* SPDX-License-Identifier: MIT */
/* Reference data that is not distributed: where it is. Without it the test is skipped by name. */
#ifndef TEST_DATA_H
#define TEST_DATA_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEST_SKIPPED = 77 };

/* The path of a file or folder in the reference data. Skips the program if it is missing. */
static inline const char *data_path(const char *test, const char *relative)
{
  static char path[1024];
  const char *root = getenv("ETRACK_DATA");

  snprintf(path, sizeof path, "%s/%s", root ? root : "", relative);
  if (root && *root && access(path, R_OK) == 0)
    return path;
  printf("SKIP %s: the reference data has no %s (ETRACK_DATA is %s)\n", test, relative, root && *root ? root : "not set");
  exit(TEST_SKIPPED);
}

#endif
