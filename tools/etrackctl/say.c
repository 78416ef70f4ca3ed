/* SPDX-License-Identifier: MIT */
/* Says what went wrong. */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

G_GNUC_PRINTF(1, 0)
static void say(const char *format, va_list args)
{
  fflush(stdout);
  fputs("etrackctl: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
}

enum exit_code fail(enum exit_code code, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  say(format, args);
  va_end(args);
  return code;
}

void note(const char *format, ...)
{
  va_list args;

  va_start(args, format);
  say(format, args);
  va_end(args);
}
