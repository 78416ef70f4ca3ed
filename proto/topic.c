/* SPDX-License-Identifier: MIT */
/* The grammar of topics. */
#include "proto/topic.h"

#include <string.h>

#include "proto/request.h"

static bool begins(const char *whole, const char *prefix, size_t length)
{
  return length <= strlen(whole) && memcmp(whole, prefix, length) == 0;
}

/* True if `rest`, which follows "track.", is empty, the beginning of a name, or a name and the
 * blank. */
static bool begins_name(const char *rest, size_t length)
{
  const bool whole = length > 0 && rest[length - 1] == ' ';
  const size_t size = whole ? length - 1 : length;
  char name[PROTO_MAX_NAME + 1] = "";

  if (size == 0 || size > PROTO_MAX_NAME)
    return length == 0;
  memcpy(name, rest, size);
  return strlen(name) == size && proto_stream_name_valid(name);
}

bool proto_topic_begins(const char *prefix, size_t length)
{
  static const char *const kinds[] = {"track.", "event."};

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const size_t size = strlen(kinds[i]);

    if (length > size && memcmp(prefix, kinds[i], size) == 0)
      return begins_name(prefix + size, length - size);
    if (begins(kinds[i], prefix, length))
      return true;
  }
  return begins("status ", prefix, length);
}
