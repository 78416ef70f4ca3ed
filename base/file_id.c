/* SPDX-License-Identifier: MIT */
/* Tells apart files, and states of one file. */
#include "base/file_id.h"

#include <sys/stat.h>

#include "base/clock.h"

bool et_file_id_of(const char *path, struct et_file_id *id)
{
  struct stat st;

  *id = (struct et_file_id){0};
  if (stat(path, &st) != 0)
    return false;
  *id = (struct et_file_id){st.st_dev, st.st_ino, st.st_size, st.st_mtim.tv_sec * ET_SECOND_NS + st.st_mtim.tv_nsec};
  return true;
}

bool et_file_id_same(const struct et_file_id *a, const struct et_file_id *b)
{
  return a->device == b->device && a->inode == b->inode && a->bytes == b->bytes && a->modified_ns == b->modified_ns;
}
