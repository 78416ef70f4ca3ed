/* SPDX-License-Identifier: MIT */
/* Escapes and unescapes paths and addresses. */
#include "address.h"

#include <glib.h>
#include <string.h>

char *address_path(const char *rest)
{
  char *path = g_uri_unescape_string(rest, NULL);

  if (!path)
    path = g_strdup(rest);
  return path;
}

/* multifilesrc does the same with it. The configuration has checked that it reads at most one
 * integer. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
char *address_image(const char *rest, int number)
{
  return g_strdup_printf(rest, number);
}
#pragma GCC diagnostic pop

/* Escapes one part of the account, as a whole and only once. */
static void append_part(GString *uri, const char *text, gsize length)
{
  g_autofree char *part = g_strndup(text, length), *plain = address_path(part), *escaped = g_uri_escape_string(plain, NULL, FALSE);

  g_string_append(uri, escaped);
}

/* "user:password@". GStreamer ends the account at the first @, but a password may have one too. It
 * wants a password even if that is empty. */
static void append_account(GString *uri, const char *account, gsize length)
{
  const char *colon = memchr(account, ':', length);

  append_part(uri, account, colon ? (gsize)(colon - account) : length);
  g_string_append_c(uri, ':');
  if (colon)
    append_part(uri, colon + 1, length - (gsize)(colon + 1 - account));
  g_string_append_c(uri, '@');
}

char *address_uri(const char *source)
{
  const char *authority = strstr(source, "://") + strlen("://");
  const char *at = g_strrstr_len(authority, (gssize)strcspn(authority, "/?#"), "@");
  GString *uri = g_string_new_len(source, authority - source);

  if (at)
    append_account(uri, authority, (gsize)(at - authority));
  g_string_append_uri_escaped(uri, at ? at + 1 : authority,
                              "%" G_URI_RESERVED_CHARS_GENERIC_DELIMITERS G_URI_RESERVED_CHARS_SUBCOMPONENT_DELIMITERS, FALSE);
  return g_string_free(uri, FALSE);
}
