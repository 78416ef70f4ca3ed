/* SPDX-License-Identifier: MIT */
/* etrackctl: controls etrackd from the command line. */
#include <fcntl.h>
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "verbs.h"

static char *describe_commands(void)
{
  GString *text = g_string_new("Commands:\n");

  for (const struct command *c = commands; c->name; c++)
    g_string_append_printf(text, "  %-9s%-25s%s\n", c->name, c->arguments, c->summary);
  g_string_append(text, "\n`etrackctl COMMAND --help` shows the options of a command.\n\n"
                        "The daemon's sockets are looked for in $XDG_RUNTIME_DIR/etrackd, then in /run/etrackd.\n"
                        "Exit status: 0 done, 1 refused, 64 usage error, 69 no daemon answers, 75 timed out.");
  return g_string_free(text, FALSE);
}

/* "-5,10,40,40" is a box and "-1" a number. A blank in front hides the minus sign from the option
 * parser. */
static void hide_negative_numbers(char **arguments)
{
  for (; *arguments; arguments++)
    if ((*arguments)[0] == '-' && (g_ascii_isdigit((*arguments)[1]) || (*arguments)[1] == '.')) {
      char *hidden = g_strconcat(" ", *arguments, NULL);

      g_free(*arguments);
      *arguments = hidden;
    }
}

static void show_negative_number(char *text)
{
  if (text && text[0] == ' ' && text[1] == '-')
    memmove(text, text + 1, strlen(text));
}

static bool check_count(const struct call *call)
{
  const struct command *c = call->command;
  const char *fault = call->count < c->least                  ? "an argument is missing"
                      : c->most >= 0 && call->count > c->most ? "too many arguments"
                                                              : NULL;

  if (fault)
    fail(EXIT_USAGE, "%s: %s; usage: etrackctl %s%s%s", c->name, fault, c->name, *c->arguments ? " " : "", c->arguments);
  return !fault;
}

static enum exit_code run_command(const struct command *command, char ***arguments, struct options *options)
{
  g_autofree char *name = g_strdup_printf("etrackctl %s", command->name);
  g_autofree char *usage = g_strdup_printf("%s - %s", command->arguments, command->summary);
  g_autoptr(GOptionContext) context = g_option_context_new(usage);
  g_autoptr(GError) error = NULL;
  struct call call = {.command = command, .options = options};

  g_set_prgname(name);
  options_add(context, command->options, options);
  if (!g_option_context_parse_strv(context, arguments, &error))
    return fail(EXIT_USAGE, "%s: %s; see etrackctl %s --help", command->name, error->message, command->name);
  call.arguments = *arguments + 1;
  call.count = (int)g_strv_length(call.arguments);
  for (int i = 0; i < call.count; i++)
    show_negative_number(call.arguments[i]);
  show_negative_number(options->point);
  return check_count(&call) ? command->run(&call) : EXIT_USAGE;
}

/* Reads the options before the command, then runs the command with the rest. */
static enum exit_code run(char ***arguments, struct options *options)
{
  g_autoptr(GOptionContext) context = g_option_context_new("COMMAND [ARGUMENT...] - control etrackd");
  g_autofree char *description = describe_commands();
  g_autoptr(GError) error = NULL;
  const struct command *command;
  gboolean version = FALSE;
  const GOptionEntry own[] = {
    {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL},
    G_OPTION_ENTRY_NULL,
  };

  options_add(context, 0, options);
  g_option_context_add_main_entries(context, own, NULL);
  g_option_context_set_strict_posix(context, TRUE);
  g_option_context_set_description(context, description);
  if (!g_option_context_parse_strv(context, arguments, &error))
    return fail(EXIT_USAGE, "%s; see etrackctl --help", error->message);
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

/* A socket must not get the number of a stdout that the caller has closed: what is printed would
 * go into it. */
static void reserve_standard_files(void)
{
  int file;

  do
    file = open("/dev/null", O_RDONLY); /* a write to it fails, as one to a closed file does */
  while (file >= 0 && file <= STDERR_FILENO);
  if (file >= 0)
    close(file);
}

int main(int argc, char **argv)
{
  g_auto(GStrv) arguments = g_strdupv(argv);
  struct options options = {.connection = {.timeout_s = CONNECTION_TIMEOUT_S}};
  enum exit_code code;

  reserve_standard_files();
  setlocale(LC_CTYPE, ""); /* and nothing else: numbers keep their decimal points */
  hide_negative_numbers(arguments + 1);
  code = run(&arguments, &options);
  options_clear(&options);
  if (fflush(stdout) != 0 && code == EXIT_DONE)
    code = fail_writing("stdout");
  return (int)code;
}
