/* SPDX-License-Identifier: MIT */
/* Describes the options to GLib, and reads their numbers.
 * GLib itself would accept 0x10 and "nan", and has no ranges. */
#include "options.h"

#include "base/number.h"

/* If main() has hidden a minus sign from GLib, `text` has a blank before it. */
static gboolean refuse(const char *name, const char *wanted, const char *text, GError **error)
{
  g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s must be %s, not `%s`", name, wanted,
              text + g_str_has_prefix(text, " -"));
  return FALSE;
}

static gboolean take_timeout(const char *name, const char *text, gpointer options, GError **error)
{
  struct options *o = options;

  return et_number_parse(text, 0.001, 86400, &o->connection.timeout_s) ||
         refuse(name, "a number of seconds from 0.001 to 86400", text, error);
}

static gboolean take_radius(const char *name, const char *text, gpointer options, GError **error)
{
  struct options *o = options;

  return et_number_parse(text, 0.001, 1e6, &o->radius_px) || refuse(name, "a number from 0.001 to 1000000", text, error);
}

static gboolean take_frame(const char *name, const char *text, gpointer options, GError **error)
{
  struct options *o = options;

  return et_integer_parse(text, 1, INT64_MAX, &o->frame) || refuse(name, "a whole number from 1 on", text, error);
}

static gboolean take_pts(const char *name, const char *text, gpointer options, GError **error)
{
  struct options *o = options;

  o->has_pts = et_integer_parse(text, 0, INT64_MAX, &o->pts_ns);
  return o->has_pts || refuse(name, "a whole number of nanoseconds from 0 on", text, error);
}

static gboolean take_count(const char *name, const char *text, gpointer options, GError **error)
{
  struct options *o = options;

  return et_integer_parse(text, 1, INT64_MAX, &o->count) || refuse(name, "a whole number from 1 on", text, error);
}

static gboolean take_seconds(const char *name, const char *text, gpointer options, GError **error)
{
  struct options *o = options;

  return et_number_parse(text, 0.001, 1e8, &o->seconds) || refuse(name, "a number of seconds from 0.001 to 100000000", text, error);
}

/* An option with a value that one of the functions above reads. */
#define NUMBER(name, letter, take, blurb, placeholder)                                                                                     \
  {                                                                                                                                        \
    name, letter, 0, G_OPTION_ARG_CALLBACK, (gpointer)(take), blurb, placeholder                                                           \
  }

static void add_common(GOptionGroup *group, struct options *options)
{
  struct connection_options *o = &options->connection;
  const GOptionEntry entries[] = {
    {"control", 'c', 0, G_OPTION_ARG_FILENAME, &o->control, "Send requests there (ipc:///PATH or tcp://HOST:PORT)", "ENDPOINT"},
    {"events", 'e', 0, G_OPTION_ARG_FILENAME, &o->events, "Receive events from there", "ENDPOINT"},
    NUMBER("timeout", 't', take_timeout, "Wait this long for the daemon (default 5)", "SECONDS"),
    {"key", 0, 0, G_OPTION_ARG_FILENAME, &o->key, "Your secret key, for tcp", "FILE"},
    {"server-key", 0, 0, G_OPTION_ARG_FILENAME, &o->server_key, "The daemon's public key, for tcp", "FILE"},
    {"json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "Print the daemon's answer as JSON", NULL},
    G_OPTION_ENTRY_NULL,
  };

  g_option_group_add_entries(group, entries);
}

static void add_track(GOptionGroup *group, struct options *o)
{
  const GOptionEntry entries[] = {
    {"point", 'p', 0, G_OPTION_ARG_FILENAME, &o->point, "Take a square around this point instead of a box", "X,Y"},
    NUMBER("radius", 'r', take_radius, "Half the side of that square (default 32)", "PX"),
    {"norm", 'n', 0, G_OPTION_ARG_NONE, &o->norm, "Box and point are fractions of the frame, 0 to 1", NULL},
    NUMBER("frame", 'f', take_frame, "Start on this past frame", "N"),
    NUMBER("pts", 0, take_pts, "Start on the past frame nearest to this PTS", "NS"),
    G_OPTION_ENTRY_NULL,
  };

  g_option_group_add_entries(group, entries);
}

static void add_follow(GOptionGroup *group, struct options *o)
{
  const GOptionEntry entries[] = {
    {"status", 's', 0, G_OPTION_ARG_NONE, &o->with_status, "Include the status messages, one per second", NULL},
    NUMBER("count", 'N', take_count, "End after this many messages", "N"),
    NUMBER("seconds", 'S', take_seconds, "End after this time", "SECONDS"),
    G_OPTION_ENTRY_NULL,
  };

  g_option_group_add_entries(group, entries);
}

static void add_watch(GOptionGroup *group, struct options *o)
{
  const GOptionEntry entries[] = {
    {"live", 'l', 0, G_OPTION_ARG_NONE, &o->live, "Print one line for people and keep it up to date", NULL},
    G_OPTION_ENTRY_NULL,
  };

  g_option_group_add_entries(group, entries);
}

void options_add(GOptionContext *context, unsigned which, struct options *options)
{
  GOptionGroup *group = g_option_group_new("", "", "", options, NULL);

  if (which & OPTION_TRACK)
    add_track(group, options);
  if (which & OPTION_FOLLOW)
    add_follow(group, options);
  if (which & OPTION_WATCH)
    add_watch(group, options);
  add_common(group, options);
  g_option_context_set_main_group(context, group);
}

void options_clear(struct options *options)
{
  g_free(options->connection.control);
  g_free(options->connection.events);
  g_free(options->connection.key);
  g_free(options->connection.server_key);
  g_free(options->point);
}
