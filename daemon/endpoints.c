/* SPDX-License-Identifier: MIT */
/* Endpoints: their defaults, and binding them. */
#include "endpoints.h"

#include <errno.h>
#include <string.h>

#include "exit.h"

enum { REBIND_ATTEMPTS = 100, REBIND_PAUSE_US = 5000 };

/* $RUNTIME_DIRECTORY may list several folders; the first is ours. NULL where neither variable is set. */
static char *runtime_folder(void)
{
  const char *from_manager = g_getenv("RUNTIME_DIRECTORY"), *of_user = g_getenv("XDG_RUNTIME_DIR");

  if (from_manager && *from_manager)
    return g_strndup(from_manager, strcspn(from_manager, ":"));
  if (of_user && *of_user)
    return g_build_filename(of_user, "etrackd", NULL);
  return NULL;
}

static char *resolve(const char *configured, const char *name, GError **error)
{
  g_autofree char *folder = configured ? NULL : runtime_folder();

  if (configured)
    return g_strdup(configured);
  if (folder)
    return g_strdup_printf("ipc://%s/%s", folder, name);
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG,
              "no runtime folder: set `%s`, or run with $RUNTIME_DIRECTORY or $XDG_RUNTIME_DIR in the environment", name);
  return NULL;
}

bool endpoints_resolve(const struct endpoints_config *config, struct endpoints *endpoints, GError **error)
{
  struct endpoints made = {.tcp_control = g_strdup(config->tcp_control), .tcp_events = g_strdup(config->tcp_events)};

  made.control = resolve(config->control, "control", error);
  made.events = made.control ? resolve(config->events, "events", error) : NULL;
  if (made.events) {
    *endpoints = made;
    return true;
  }
  endpoints_clear(&made);
  return false;
}

typedef bool bind_function(struct transport *transport, enum transport_pair pair, const char *uri, GError **error);

/* What access_bind() hands back. */
struct binding {
  struct transport *transport;
  bind_function *bind;
};

static bool bind_one(const char *uri, void *user, GError **error)
{
  const struct binding *binding = user;

  return binding->bind(binding->transport, TRANSPORT_LOCAL, uri, error);
}

bool endpoints_bind_local(struct endpoints *endpoints, const struct endpoints_config *config, struct transport *transport, GError **error)
{
  struct binding control = {transport, transport_bind_control}, events = {transport, transport_bind_events};

  return access_take(endpoints->control, config->control_group, &endpoints->control_taken, error) &&
         access_take(endpoints->events, config->events_group, &endpoints->events_taken, error) &&
         access_bind(&endpoints->control_taken, bind_one, &control, error) &&
         access_bind(&endpoints->events_taken, bind_one, &events, error);
}

/* Sockets that were just closed give their port back a moment later. */
static bool bind_tcp(const char *uri, struct transport *transport, bind_function *bind, GError **error)
{
  for (int attempt = 1; uri && !bind(transport, TRANSPORT_TCP, uri, attempt < REBIND_ATTEMPTS ? NULL : error); attempt++) {
    if (attempt == REBIND_ATTEMPTS)
      return false;
    g_usleep(REBIND_PAUSE_US);
  }
  return true;
}

bool endpoints_bind_tcp(const struct endpoints *endpoints, struct transport *transport, GError **error)
{
  transport_unbind(transport, TRANSPORT_TCP);
  return bind_tcp(endpoints->tcp_control, transport, transport_bind_control, error) &&
         bind_tcp(endpoints->tcp_events, transport, transport_bind_events, error);
}

void endpoints_clear(struct endpoints *endpoints)
{
  access_release(&endpoints->control_taken);
  access_release(&endpoints->events_taken);
  g_clear_pointer(&endpoints->control, g_free);
  g_clear_pointer(&endpoints->events, g_free);
  g_clear_pointer(&endpoints->tcp_control, g_free);
  g_clear_pointer(&endpoints->tcp_events, g_free);
}
