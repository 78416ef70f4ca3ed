/* SPDX-License-Identifier: MIT */
/* Checks of raw text. */
#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

size_t text_character(const char *text, size_t size)
{
  const unsigned char *p = (const unsigned char *)text;
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const size_t length = *p < 0x80 ? 1 : *p >= 0xf0 && *p < 0xf8 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc0 ? 2 : 0;
  uint32_t code;

  if (length == 0 || length > size || *p >= 0xf8)
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

static bool is_utf8(const char *text, size_t size)
{
  for (size_t i = 0, length; i < size; i += length) {
    length = text_character(text + i, size - i);
    if (!length)
      return false;
  }
  return true;
}

/* *i stands on the opening quote and is left behind the closing one. */
static const char *string_fault(const char *text, size_t size, size_t *i)
{
  for ((*i)++; *i < size && text[*i] != '"'; (*i)++) {
    if ((unsigned char)text[*i] < 0x20)
      return "a control character in a string";
    if (text[*i] != '\\')
      continue;
    if (size - *i >= 6 && memcmp(text + *i, "\\u0000", 6) == 0)
      return "a string holds \\u0000";
    (*i)++;
  }
  (*i)++;
  return NULL;
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static size_t digits(const char *text, size_t size, size_t i)
{
  size_t count = 0;

  while (i + count < size && is_digit(text[i + count]))
    count++;
  return count;
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
static const char *number_fault(const char *text, size_t size, size_t *i)
{
  static const char fault[] = "a number that JSON does not have";
  size_t at = *i + (text[*i] == '-'), count = digits(text, size, at);

  if (!count || (count > 1 && text[at] == '0'))
    return fault;
  at += count;
  if (at < size && text[at] == '.') {
    count = digits(text, size, ++at);
    if (!count)
      return fault;
    at += count;
  }
  if (at < size && (text[at] == 'e' || text[at] == 'E')) {
    at++;
    at += at < size && (text[at] == '+' || text[at] == '-');
    count = digits(text, size, at);
    if (!count)
      return fault;
    at += count;
  }
  *i = at;
  return NULL;
}

/* What stands outside strings and numbers: brackets, commas, colons, white space, letters. */
static const char *other_fault(char c, int *depth, int limit)
{
  static const char marks[] = {',', ':', ' ', '\t', '\r', '\n'};

  if (c == '{' || c == '[')
    return ++*depth > limit ? "nested too deeply" : NULL;
  if (c == '}' || c == ']')
    (*depth)--;
  else if (!(c >= 'a' && c <= 'z') && !memchr(marks, c, sizeof marks))
    return "a character that JSON does not have outside strings";
  return NULL;
}

const char *text_fault(const char *text, size_t size, int limit)
{
  const char *fault = is_utf8(text, size) ? NULL : "not UTF-8";
  int depth = 0;

  for (size_t i = 0; i < size && !fault;) {
    if (text[i] == '"')
      fault = string_fault(text, size, &i);
    else if (text[i] == '-' || is_digit(text[i]))
      fault = number_fault(text, size, &i);
    else
      fault = other_fault(text[i++], &depth, limit);
  }
  return fault;
}
