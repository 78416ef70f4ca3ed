/* SPDX-License-Identifier: MIT */
/* Checks of raw JSON text. */
#include "text.h"

#include <stdint.h>
#include <string.h>

/* Length of the sequence that starts at p, 0 where it is malformed. */
static size_t sequence(const unsigned char *p, size_t left)
{
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const size_t length = *p < 0x80 ? 1 : *p >= 0xf0 && *p < 0xf8 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc0 ? 2 : 0;
  uint32_t code;

  if (length == 0 || length > left || *p >= 0xf8)
    return 0;
  if (length == 1)
    return *p ? 1 : 0;
  code = *p & (0x7fu >> length);
  for (size_t i = 1; i < length; i++) {
    if ((p[i] & 0xc0) != 0x80)
      return 0;
    code = code << 6 | (p[i] & 0x3f);
  }
  if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    return 0;
  return length;
}

bool text_is_utf8(const char *bytes, size_t size)
{
  const unsigned char *p = (const unsigned char *)bytes;

  for (size_t i = 0; i < size;) {
    const size_t length = sequence(p + i, size - i);

    if (!length)
      return false;
    i += length;
  }
  return true;
}

/* Steps over a string; *i stands on its opening quote and is left on its closing one. True where it holds \u0000. */
static bool skip_string(const char *bytes, size_t size, size_t *i)
{
  bool nul = false;

  for ((*i)++; *i < size && bytes[*i] != '"'; (*i)++) {
    if (bytes[*i] != '\\')
      continue;
    nul = nul || (size - *i >= 6 && memcmp(bytes + *i, "\\u0000", 6) == 0);
    (*i)++;
  }
  return nul;
}

int text_depth(const char *bytes, size_t size)
{
  int depth = 0, deepest = 0;

  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == '"')
      skip_string(bytes, size, &i);
    else if (bytes[i] == '{' || bytes[i] == '[')
      deepest = ++depth > deepest ? depth : deepest;
    else if (bytes[i] == '}' || bytes[i] == ']')
      depth--;
  }
  return deepest;
}

bool text_has_nul_escape(const char *bytes, size_t size)
{
  bool nul = false;

  for (size_t i = 0; i < size; i++)
    if (bytes[i] == '"')
      nul = skip_string(bytes, size, &i) || nul;
  return nul;
}
