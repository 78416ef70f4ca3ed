/* SPDX-License-Identifier: MIT */
/* etrackctl: asks and steers etrackd from the command line. */
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "verbs.h"

/* Options that every command takes, before or behind its name. */
static void add_common_options(GOptionContext *context, struct options *options)
{
  struct connection_options *o = &options->connection;
  const GOptionEntry entries[] = {
    {"control", 'c', 0, G_OPTION_ARG_STRING, &o->control, "Where the daemon takes requests (ipc:// or tcp://)", "ENDPOINT"},
    {"events", 'e', 0, G_OPTION_ARG_STRING, &o->events, "Where the daemon publishes events", "ENDPOINT"},
    {"timeout", 't', 0, G_OPTION_ARG_DOUBLE, &o->timeout_s, "Wait at most so long for the daemon (default 5)", "SECONDS"},
    {"key", 0, 0, G_OPTION_ARG_FILENAME, &o->key, "Our secret key, for tcp", "FILE"},
    {"server-key", 0, 0, G_OPTION_ARG_FILENAME, &o->server_key, "The daemon's public key, for tcp", "FILE"},
    {"json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "Print the daemon's answer as it came", NULL},
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries(context, entries, NULL);
}

static void add_track_options(GOptionContext *context, struct options *o)
{
  const GOptionEntry entries[] = {
    {"point", 'p', 0, G_OPTION_ARG_STRING, &o->point, "A square round this point instead of a box", "X,Y"},
    {"radius", 'r', 0, G_OPTION_ARG_DOUBLE, &o->radius_px, "Half the square's side (default 32)", "PX"},
    {"norm", 'n', 0, G_OPTION_ARG_NONE, &o->norm, "Box and point are shares of the frame, 0 to 1", NULL},
    {"frame", 'f', 0, G_OPTION_ARG_INT64, &o->frame, "Start on this past frame", "N"},
    {"pts", 0, 0, G_OPTION_ARG_INT64, &o->pts_ns, "Start on the past frame nearest to this time", "NS"},
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries(context, entries, NULL);
}

static void add_follow_options(GOptionContext *context, struct options *o)
{
  const GOptionEntry entries[] = {
    {"status", 's', 0, G_OPTION_ARG_NONE, &o->with_status, "The status messages too, one a second", NULL},
    {"count", 'N', 0, G_OPTION_ARG_INT64, &o->count, "End after so many messages", "N"},
    {"seconds", 'S', 0, G_OPTION_ARG_DOUBLE, &o->seconds, "End after so long", "SECONDS"},
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries(context, entries, NULL);
}

static void add_command_options(GOptionContext *context, unsigned which, struct options *o)
{
  const GOptionEntry watch[] = {
    {"live", 'l', 0, G_OPTION_ARG_NONE, &o->live, "One line for people, written over", NULL},
    G_OPTION_ENTRY_NULL,
  };

  if (which & OPTION_TRACK)
    add_track_options(context, o);
  if (which & OPTION_FOLLOW)
    add_follow_options(context, o);
  if (which & OPTION_WATCH)
    g_option_context_add_main_entries(context, watch, NULL);
}

static char *describe_commands(void)
{
  GString *text = g_string_new("Commands:\n");

  for (const struct command *c = commands; c->name; c++)
    g_string_append_printf(text, "  %-9s%-25s%s\n", c->name, c->arguments, c->summary);
  g_string_append(text, "\nMore of each: etrackctl COMMAND --help\n\n"
                        "The daemon is looked for in $XDG_RUNTIME_DIR/etrackd, then in /run/etrackd.\n"
                        "Exit codes: 0 done, 1 refused, 64 usage, 69 no daemon answers, 75 timed out.");
  return g_string_free(text, FALSE);
}

/* "-5,10,40,40" is a box, no option: a blank before it hides the minus from the option parser, and the number parser skips it. */
static void hide_negative_numbers(char **arguments)
{
  for (; *arguments; arguments++)
    if ((*arguments)[0] == '-' && (g_ascii_isdigit((*arguments)[1]) || (*arguments)[1] == '.') && strchr(*arguments, ',')) {
      char *hidden = g_strconcat(" ", *arguments, NULL);

      g_free(*arguments);
      *arguments = hidden;
    }
}

static bool check_call(const struct call *call)
{
  const struct command *c = call->command;

  if (call->count < c->least || (c->most >= 0 && call->count > c->most))
    fail(EXIT_USAGE, "usage: etrackctl %s %s", c->name, c->arguments);
  else if (!(call->options->connection.timeout_s > 0 && call->options->connection.timeout_s <= 86400))
    fail(EXIT_USAGE, "--timeout must lie in 0 to 86400 s");
  else if (call->options->count < 0 || !(call->options->seconds >= 0 && call->options->seconds <= 1e8))
    fail(EXIT_USAGE, "--count and --seconds must not be negative");
  else
    return true;
  return false;
}

static enum exit_code run_command(const struct command *command, char ***arguments, struct options *options)
{
  g_autofree char *parameters = g_strconcat("- ", command->summary, NULL);
  g_autofree char *name = g_strdup_printf("etrackctl %s", command->name);
  g_autofree char *usage = g_strdup_printf("%s %s", command->arguments, parameters);
  g_autoptr(GOptionContext) context = g_option_context_new(usage);
  g_autoptr(GError) error = NULL;
  struct call call = {.command = command, .options = options};

  g_set_prgname(name);
  add_command_options(context, command->options, options);
  add_common_options(context, options);
  if (!g_option_context_parse_strv(context, arguments, &error))
    return fail(EXIT_USAGE, "%s: %s", command->name, error->message);
  call.arguments = *arguments + 1;
  call.count = (int)g_strv_length(call.arguments);
  return check_call(&call) ? command->run(&call) : EXIT_USAGE;
}

/* Options before the command, then the command with the rest. */
static enum exit_code run(char ***arguments, struct options *options)
{
  g_autoptr(GOptionContext) context = g_option_context_new("COMMAND [ARGUMENT...] - asks and steers etrackd");
  g_autofree char *description = describe_commands();
  g_autoptr(GError) error = NULL;
  const struct command *command;
  gboolean version = FALSE;
  const GOptionEntry own[] = {
    {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL},
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries(context, own, NULL);
  add_common_options(context, options);
  g_option_context_set_strict_posix(context, TRUE);
  g_option_context_set_description(context, description);
  if (!g_option_context_parse_strv(context, arguments, &error))
    return fail(EXIT_USAGE, "%s", error->message);
  if (version) {
    printf("etrackctl %s\n", ETRACK_VERSION);
    return EXIT_DONE;
  }
  if (!(*arguments)[1])
    return fail(EXIT_USAGE, "a command is missing; see etrackctl --help");
  command = command_find((*arguments)[1]);
  if (!command)
    return fail(EXIT_USAGE, "there is no command `%s`; see etrackctl --help", (*arguments)[1]);
  g_free((*arguments)[0]);
  memmove(*arguments, *arguments + 1, g_strv_length(*arguments + 1) * sizeof **arguments + sizeof **arguments);
  return run_command(command, arguments, options);
}

static void free_options(struct options *options)
{
  g_free(options->connection.control);
  g_free(options->connection.events);
  g_free(options->connection.key);
  g_free(options->connection.server_key);
  g_free(options->point);
}

int main(int argc, char **argv)
{
  g_auto(GStrv) arguments = g_strdupv(argv);
  struct options options = {.connection = {.timeout_s = CONNECTION_TIMEOUT_S}, .frame = -1, .pts_ns = -1};
  enum exit_code code;

  setlocale(LC_CTYPE, ""); /* and no more: numbers keep their points */
  hide_negative_numbers(arguments + 1);
  code = run(&arguments, &options);
  free_options(&options);
  if (fflush(stdout) != 0 && code == EXIT_DONE)
    code = fail(EXIT_REFUSED, "stdout: cannot write");
  return (int)code;
}
