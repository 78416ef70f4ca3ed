/* SPDX-License-Identifier: MIT */
/* Writes lines to stderr. */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* Control characters of an argument or of the daemon's words become "?". The text stays one line,
 * and the terminal takes no commands from it. */
G_GNUC_PRINTF(1, 0)
static void say(const char *format, va_list args)
{
  g_autofree char *words = g_strdup_vprintf(format, args);

  for (char *c = words; *c; c++)
    if (g_ascii_iscntrl(*c))
      *c = '?';
  fflush(stdout);
  fprintf(stderr, "etrackctl: %s\n", words);
}

enum exit_code fail(enum exit_code code, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  say(format, args);
  va_end(args);
  return code;
}

enum exit_code fail_writing(const char *what)
{
  return fail(EXIT_REFUSED, "%s: cannot write: %s", what, g_strerror(errno));
}

void note(const char *format, ...)
{
  va_list args;

  va_start(args, format);
  say(format, args);
  va_end(args);
}
