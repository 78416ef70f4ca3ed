/* SPDX-License-Identifier: MIT */
/* Reads numbers from text.
 *
 * The syntax is checked here, and libc reads the value in the C locale. strtod() alone accepts
 * blanks, hexadecimal digits, "inf" and "nan", and expects another decimal point in other
 * locales. */
#include "base/number.h"

#include <errno.h>
#include <float.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789";

static size_t sign_length(const char *text)
{
  return *text == '-' || *text == '+';
}

/* Digits with at most one point; 0 if there is no digit. */
static size_t mantissa_length(const char *text)
{
  const size_t whole = strspn(text, digits), fraction = text[whole] == '.' ? strspn(text + whole + 1, digits) : 0;

  return whole + fraction ? whole + fraction + (text[whole] == '.') : 0;
}

static size_t exponent_length(const char *text)
{
  const size_t before = *text == 'e' || *text == 'E' ? 1 + sign_length(text + 1) : 0, count = before ? strspn(text + before, digits) : 0;

  return count ? before + count : 0;
}

size_t et_number_scan(const char *text, double *value)
{
  const size_t sign = sign_length(text), mantissa = mantissa_length(text + sign), exponent = exponent_length(text + sign + mantissa);
  locale_t c;
  double read;
  char *end;

  if (!mantissa)
    return 0;
  c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* libc's own locale: no memory, cannot fail */
  read = strtod_l(text, &end, c);
  freelocale(c);
  /* strtod_l() may have read hexadecimal digits, or infinity. */
  if (end != text + sign + mantissa + exponent || !(read >= -DBL_MAX && read <= DBL_MAX))
    return 0;
  *value = read;
  return sign + mantissa + exponent;
}

bool et_number_parse(const char *text, double minimum, double maximum, double *value)
{
  double read;
  const size_t length = et_number_scan(text, &read);

  if (!length || text[length] || !(read >= minimum && read <= maximum))
    return false;
  *value = read;
  return true;
}

bool et_integer_parse(const char *text, int64_t minimum, int64_t maximum, int64_t *value)
{
  const size_t sign = sign_length(text), count = strspn(text + sign, digits);
  long long read;

  if (!count || text[sign + count])
    return false;
  errno = 0;
  read = strtoll(text, NULL, 10);
  if (errno || read < minimum || read > maximum)
    return false;
  *value = read;
  return true;
}

bool et_numbers_parse(const char *text, size_t count, double *values)
{
  double read[8];

  if (count > sizeof read / sizeof *read)
    return false;
  for (size_t i = 0; i < count; i++) {
    const size_t length = et_number_scan(text, &read[i]);

    if (!length || text[length] != (i + 1 < count ? ',' : '\0'))
      return false;
    text += length + 1;
  }
  memcpy(values, read, count * sizeof *read);
  return true;
}

bool et_box_parse(const char *text, struct et_box *box)
{
  double v[4];

  if (!et_numbers_parse(text, 4, v))
    return false;
  *box = (struct et_box){v[0], v[1], v[2], v[3]};
  return true;
}
