/* SPDX-License-Identifier: MIT */
/* Writes JSON straight into a buffer. */
#include "writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer writer_fixed(char *buffer, size_t size)
{
  return (struct writer){.data = buffer, .size = size};
}

struct writer writer_growing(void)
{
  return (struct writer){.grows = true};
}

static bool make_room(struct writer *w, size_t more)
{
  size_t size = w->size ? w->size : 512;
  char *data;

  if (w->failed)
    return false;
  if (w->length + more < w->size)
    return true;
  while (size <= w->length + more)
    size *= 2;
  data = w->grows ? realloc(w->data, size) : NULL;
  if (!data) {
    w->failed = true;
    return false;
  }
  w->data = data;
  w->size = size;
  return true;
}

static void put_bytes(struct writer *w, const char *bytes, size_t count)
{
  if (!make_room(w, count))
    return;
  memcpy(w->data + w->length, bytes, count);
  w->length += count;
}

void put_raw(struct writer *w, const char *text)
{
  put_bytes(w, text, strlen(text));
}

char *writer_finish(struct writer *w)
{
  if (!make_room(w, 0)) {
    if (w->grows)
      free(w->data);
    return NULL;
  }
  w->data[w->length] = '\0';
  return w->data;
}

/* Bytes of the UTF-8 character at `text`; 0 if it is malformed (RFC 3629: no overlong forms, no
 * surrogates). */
static size_t length_of_character(const char *text, size_t size)
{
  const unsigned char *p = (const unsigned char *)text;
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const size_t length = *p < 0x80 ? 1 : *p >= 0xf0 && *p < 0xf8 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc0 ? 2 : 0;
  uint32_t code;

  if (length == 0 || length > size || *p >= 0xf8)
    return 0;
  if (length == 1)
    return 1;
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

/* Writes one character, escaped if necessary. A byte that is not UTF-8 (names of devices and files
 * may have any bytes) becomes U+FFFD. */
static size_t put_character(struct writer *w, const char *s, size_t size)
{
  const size_t length = length_of_character(s, size);
  char escaped[8];

  if (!length)
    put_raw(w, "\xef\xbf\xbd");
  else if (*s == '"' || *s == '\\')
    put_bytes(w, (char[]){'\\', *s}, 2);
  else if ((unsigned char)*s < 0x20) {
    snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)*s);
    put_raw(w, escaped);
  } else
    put_bytes(w, s, length);
  return length ? length : 1;
}

/* The number of characters at `s` that need no escape. */
static size_t plain_length(const char *s)
{
  size_t length = 0;

  while ((unsigned char)s[length] >= 0x20 && (unsigned char)s[length] < 0x80 && s[length] != '"' && s[length] != '\\')
    length++;
  return length;
}

/* Writes a JSON string with its quotes. */
static void put_quoted(struct writer *w, const char *s)
{
  const char *end = s + strlen(s);

  put_bytes(w, "\"", 1);
  while (s < end) {
    const size_t plain = plain_length(s);

    put_bytes(w, s, plain);
    s += plain;
    if (s < end)
      s += put_character(w, s, (size_t)(end - s));
  }
  put_bytes(w, "\"", 1);
}

static void put_key(struct writer *w, const char *key)
{
  if (w->comma)
    put_raw(w, ",");
  w->comma = true;
  if (!key)
    return;
  put_quoted(w, key);
  put_raw(w, ":");
}

static void open_with(struct writer *w, const char *key, const char *bracket)
{
  put_key(w, key);
  put_raw(w, bracket);
  w->comma = false;
}

static void close_with(struct writer *w, const char *bracket)
{
  put_raw(w, bracket);
  w->comma = true;
}

void open_object(struct writer *w, const char *key)
{
  open_with(w, key, "{");
}

void close_object(struct writer *w)
{
  close_with(w, "}");
}

void open_array(struct writer *w, const char *key)
{
  open_with(w, key, "[");
}

void close_array(struct writer *w)
{
  close_with(w, "]");
}

void put_string(struct writer *w, const char *key, const char *value)
{
  put_key(w, key);
  put_quoted(w, value);
}

void put_boolean(struct writer *w, const char *key, bool value)
{
  put_key(w, key);
  put_raw(w, value ? "true" : "false");
}

enum { DIGITS = 20 }; /* of the largest 64-bit number */

/* Writes the digits of `value`, at least `least` of them, so that they end at `end`. Returns where
 * they begin. */
static char *print_digits(char *end, uint64_t value, int least)
{
  for (; value || least > 0; least--, value /= 10)
    *--end = (char)('0' + value % 10);
  return end;
}

/* Writes a whole number with its minus sign. */
static void put_digits(struct writer *w, bool negative, uint64_t value)
{
  char text[DIGITS + 1], *end = text + sizeof text, *begin = print_digits(end, value, 1);

  if (negative)
    *--begin = '-';
  put_bytes(w, begin, (size_t)(end - begin));
}

void put_integer(struct writer *w, const char *key, int64_t value)
{
  put_key(w, key);
  put_digits(w, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void put_unsigned(struct writer *w, const char *key, uint64_t value)
{
  put_key(w, key);
  put_digits(w, false, value);
}

/* Uses integers, so that no locale's decimal comma gets in. */
void put_number(struct writer *w, const char *key, double value, int decimals)
{
  static const double scale[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
  const double limit = 9e15 / scale[decimals];
  const long long fixed = isfinite(value) ? llround(fmin(fmax(value, -limit), limit) * scale[decimals]) : 0;
  const uint64_t units = (uint64_t)llabs(fixed), unit = (uint64_t)scale[decimals];
  char part[DIGITS], *end = part + sizeof part, *begin;

  put_key(w, key);
  put_digits(w, fixed < 0, units / unit);
  if (!decimals)
    return;
  begin = print_digits(end, units % unit, decimals);
  *--begin = '.';
  put_bytes(w, begin, (size_t)(end - begin));
}
