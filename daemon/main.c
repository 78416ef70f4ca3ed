/* SPDX-License-Identifier: MIT */
/* etrackd: reads the command line, runs the daemon, prints its error and returns its exit code. */
#include <glib.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "exit.h"
#include "journal.h"
#include "log_events.h"
#include "wire.h"

struct options {
  char *config;
  gboolean check, version;
};

static bool read_options(int *argc, char ***argv, struct options *options, GError **error)
{
  const GOptionEntry entries[] = {
    {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config, "Configuration file (" ETRACKD_CONFIG ")", "FILE"},
    {"check-config", 0, 0, G_OPTION_ARG_NONE, &options->check, "Check configuration, model and pipelines, then exit", NULL},
    {"version", 'V', 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL},
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);

  g_option_context_set_summary(context, "Tracks one object per video stream and tells everyone where it is.");
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, argc, argv, error))
    return false;
  if (*argc > 1)
    g_set_error(error, DAEMON_ERROR, EXIT_USAGE, "unexpected argument `%s`", (*argv)[1]);
  return *argc == 1;
}

static int run(const struct options *options)
{
  const char *path = options->config ? options->config : ETRACKD_CONFIG;
  g_autoptr(GError) error = NULL;

  if (options->check ? wire_check(path, &error) : wire_run(path, &error))
    return EXIT_SUCCESS;
  ET_LOG(daemon_event(EVENT_FAILED), ET_LOG_STRING("words", error->message));
  return error->code;
}

/* Limits glibc's heaps. Streams come and go with their threads, for which glibc makes up to eight
 * heaps per processor. Each heap stays as large as it ever was, so the daemon would grow for
 * hundreds of thousands of frames. */
static void keep_memory_together(void)
{
#ifdef M_ARENA_MAX
  mallopt(M_ARENA_MAX, 2);
#endif
}

/* Ignores signals that mean nothing to the daemon but would end it: two that operators try on
 * daemons, and the one that comes when the reader of its log has gone. */
static void ignore_signals(void)
{
  signal(SIGUSR1, SIG_IGN);
  signal(SIGUSR2, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  struct options options = {NULL};
  int code;

  keep_memory_together();
  ignore_signals();
  setlocale(LC_ALL, "");
  if (!read_options(&argc, &argv, &options, &error)) {
    fprintf(stderr, "%s: %s\n", g_get_prgname(), error->message);
    return EXIT_USAGE;
  }
  if (options.version) {
    puts("etrackd " ETRACKD_VERSION);
    return EXIT_SUCCESS;
  }
  if (journal_is_stderr())
    et_log_set_sink(journal_sink, NULL);
  code = run(&options);
  g_free(options.config);
  return code;
}
