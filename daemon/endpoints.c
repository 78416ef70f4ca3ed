/* SPDX-License-Identifier: MIT */
/* Fills in the default endpoints and binds all. */
#include "endpoints.h"

#include <string.h>

#include "exit.h"

/* $RUNTIME_DIRECTORY may list several folders; we take the first. NULL if neither variable is
 * set. */
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
  struct endpoints made = {.control = NULL};

  made.control = resolve(config->control, "control", error);
  made.events = made.control ? resolve(config->events, "events", error) : NULL;
  if (made.events) {
    *endpoints = made;
    return true;
  }
  endpoints_clear(&made);
  return false;
}

/* What access_bind() passes to its function. */
struct binding {
  struct transport *transport;
  enum transport_side side;
};

static bool bind_one(const char *uri, void *user, GError **error)
{
  const struct binding *binding = user;

  return transport_bind(binding->transport, TRANSPORT_LOCAL, binding->side, uri, error);
}

/* Compares the files, because two paths may lead to one. */
static bool check_different(const struct endpoints *endpoints, GError **error)
{
  if (!access_same(&endpoints->control_taken, &endpoints->events_taken))
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "`control` and `events` are the same endpoint: %s and %s", endpoints->control,
              endpoints->events);
  return false;
}

static bool bind_local(struct endpoints *endpoints, const struct endpoints_config *config, struct transport *transport, GError **error)
{
  struct binding control = {transport, TRANSPORT_CONTROL}, events = {transport, TRANSPORT_EVENTS};

  return access_take(endpoints->control, config->control_group, &endpoints->control_taken, error) &&
         access_take(endpoints->events, config->events_group, &endpoints->events_taken, error) && check_different(endpoints, error) &&
         access_bind(&endpoints->control_taken, bind_one, &control, error) &&
         access_bind(&endpoints->events_taken, bind_one, &events, error);
}

static bool bind_tcp(const char *uri, struct transport *transport, enum transport_side side, GError **error)
{
  return !uri || transport_bind(transport, TRANSPORT_TCP, side, uri, error);
}

bool endpoints_bind(struct endpoints *endpoints, const struct endpoints_config *config, struct transport *transport, GError **error)
{
  return bind_local(endpoints, config, transport, error) && bind_tcp(config->tcp_control, transport, TRANSPORT_CONTROL, error) &&
         bind_tcp(config->tcp_events, transport, TRANSPORT_EVENTS, error);
}

void endpoints_clear(struct endpoints *endpoints)
{
  access_release(&endpoints->control_taken);
  access_release(&endpoints->events_taken);
  g_clear_pointer(&endpoints->control, g_free);
  g_clear_pointer(&endpoints->events, g_free);
}
