/* SPDX-License-Identifier: MIT */
/* Checks of text values: endpoints, sources, camera controls. */
#include "values.h"

#include <glib.h>
#include <string.h>
#include <sys/un.h>

enum { PATH_MAXIMUM = sizeof(((struct sockaddr_un *)0)->sun_path) - 1 };

const char *check_ipc(const char *text)
{
  if (!g_str_has_prefix(text, "ipc:///"))
    return "ipc:// and an absolute path (for tcp there are tcp_control and tcp_events)";
  if (strlen(text) - strlen("ipc://") > PATH_MAXIMUM)
    return "ipc:// and a path of at most 107 bytes, the longest that a socket can have";
  return NULL;
}

const char *check_tcp(const char *text)
{
  const char *colon = strrchr(text, ':');
  guint64 port;

  if (!g_str_has_prefix(text, "tcp://") || colon <= text + strlen("tcp://"))
    return "tcp://ADDRESS:PORT";
  if (!g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
    return "tcp://ADDRESS:PORT with a port of 1 to 65535";
  return NULL;
}

bool tcp_is_loopback(const char *endpoint)
{
  const char *address = endpoint + strlen("tcp://");

  return (g_str_has_prefix(address, "127.") && address[strspn(address, "0123456789.")] == ':') || g_str_has_prefix(address, "[::1]:");
}

const char *check_source(const char *text)
{
  static const char *const schemes[] = {"v4l2://", "file://", "rtsp://", "test://", "images://", "pipeline:"};

  for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
    if (g_str_has_prefix(text, schemes[i]) && text[strlen(schemes[i])])
      return NULL;
  return "a v4l2://, file://, rtsp://, test:// or images:// URI, or pipeline: and a gst-launch description";
}

/* NAME=INTEGER */
static bool is_control(const char *text)
{
  const char *equals = strchr(text, '=');
  gint64 value;

  return equals > text && g_ascii_string_to_signed(equals + 1, 10, G_MININT32, G_MAXINT32, &value, NULL);
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

const char *check_mode(const char *text)
{
  return strcmp(text, "async") == 0 || strcmp(text, "sync") == 0 ? NULL : "async or sync";
}
