/* SPDX-License-Identifier: MIT */
/* Checks of text values: endpoints, sources, camera controls. */
#include "values.h"

#include <glib.h>
#include <string.h>
#include <sys/un.h>

#include "base/number.h"
#include "base/source.h"

enum { PATH_MAXIMUM = sizeof(((struct sockaddr_un *)0)->sun_path) - 1 };

const char *check_ipc(const char *text)
{
  if (!g_str_has_prefix(text, "ipc:///"))
    return "ipc:// and an absolute path (for tcp use tcp_control and tcp_events)";
  if (strlen(text) - strlen("ipc://") > PATH_MAXIMUM)
    return "ipc:// and a path of at most 107 bytes, the longest that a socket can have";
  return NULL;
}

const char *check_tcp(const char *text)
{
  const char *colon = strrchr(text, ':');
  int64_t port;

  if (!g_str_has_prefix(text, "tcp://") || colon <= text + strlen("tcp://"))
    return "tcp://ADDRESS:PORT";
  if (strcmp(colon, ":*") != 0 && !et_integer_parse(colon + 1, 1, 65535, &port))
    return "tcp://ADDRESS:PORT with a port from 1 to 65535, or * for any free port";
  return NULL;
}

bool tcp_is_loopback(const char *endpoint)
{
  const char *address = endpoint + strlen("tcp://");

  return (g_str_has_prefix(address, "127.") && address[strspn(address, "0123456789.")] == ':') || g_str_has_prefix(address, "[::1]:");
}

/* Whether printf() reads at most one integer for this format: multifilesrc gives it the path. */
static bool has_one_number(const char *path)
{
  int numbers = 0;

  for (const char *p = strchr(path, '%'); p; p = strchr(p + 1, '%')) {
    const bool percent = p[1] == '%';

    p += 1 + strspn(p + 1, G_CSET_DIGITS);
    if (!percent && *p != 'd')
      return false;
    numbers += !percent;
  }
  return numbers <= 1;
}

/* "a v4l2://, file://, ... URI, or pipeline: and a gst-launch description" */
static const char *name_schemes(void)
{
  static gsize words;
  size_t count;
  const struct et_source_scheme *table = et_source_table(&count);

  if (g_once_init_enter(&words)) {
    GString *list = g_string_new("a ");

    for (size_t i = 0; i < ET_SOURCE_PIPELINE; i++)
      g_string_append_printf(list, "%s%s", i ? ", " : "", table[i].prefix);
    g_string_append_printf(list, " URI, or %s", table[ET_SOURCE_PIPELINE].form);
    g_once_init_leave(&words, (gsize)g_string_free(list, FALSE));
  }
  return (const char *)words;
}

const char *check_source(const char *text)
{
  const struct et_source_scheme *scheme = et_source_find(text);
  const char *rest = scheme ? text + strlen(scheme->prefix) : "";

  if (!scheme)
    return name_schemes();
  if (!*rest || (*rest == '/') != scheme->path || (scheme->source == ET_SOURCE_IMAGES && !has_one_number(rest)))
    return scheme->form;
  return NULL;
}

/* NAME=INTEGER */
static bool is_control(const char *text)
{
  const char *equals = strchr(text, '=');
  int64_t value;

  return equals > text && et_integer_parse(equals + 1, INT32_MIN, INT32_MAX, &value);
}

const char *check_controls(const char *text)
{
  char **controls = g_strsplit(text, ",", -1);
  bool sound = true;

  for (char **control = controls; sound && *control; control++)
    sound = is_control(g_strstrip(*control));
  g_strfreev(controls);
  return sound ? NULL : "a list of name=number, separated by commas";
}
