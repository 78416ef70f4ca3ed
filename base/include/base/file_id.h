/* SPDX-License-Identifier: MIT */
/* Identifies the file behind a path and its state, to notice that another one was saved over it. */
#ifndef BASE_FILE_ID_H
#define BASE_FILE_ID_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct et_file_id {
  dev_t device;
  ino_t inode;
  off_t bytes;
  int64_t modified_ns; /* CLOCK_REALTIME, with the resolution of the file system */
};

/* Returns false, and sets `id` to all zeros, if the path leads to no file (errno says why).
 * Thread-safety: any thread. */
bool et_file_id_of(const char *path, struct et_file_id *id);

bool et_file_id_same(const struct et_file_id *a, const struct et_file_id *b);

#endif
