/* SPDX-License-Identifier: MIT */
/* Prints or records events as they come. */
#include "watch.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "proto/read.h"
#include "show.h"

static volatile sig_atomic_t interrupted;
static const char wipe[] = "\r\033[K"; /* of the line that the cursor is in */

struct watcher {
  const struct watch_options *options;
  FILE *out;
  GHashTable *sequence; /* topic -> the last seq, as uint64_t */
  char epoch[16];
  GTree *line; /* stream -> its newest line, for --live; in the order of names */
  int64_t written;
  bool checked; /* the streams asked for exist */
};

static void interrupt(int signal)
{
  interrupted = 1;
}

static void catch_signals(void)
{
  const struct sigaction action = {.sa_handler = interrupt};

  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

/* The status topic is always included, because it tells which streams exist. */
static GPtrArray *topics_of(const char *const *streams)
{
  GPtrArray *topics = g_ptr_array_new_with_free_func(g_free);

  g_ptr_array_add(topics, g_strdup("status "));
  if (!*streams) {
    g_ptr_array_add(topics, g_strdup("track."));
    g_ptr_array_add(topics, g_strdup("event."));
  }
  for (; *streams; streams++) {
    g_ptr_array_add(topics, g_strdup_printf("track.%s ", *streams));
    g_ptr_array_add(topics, g_strdup_printf("event.%s ", *streams));
  }
  g_ptr_array_add(topics, NULL);
  return topics;
}

/* Prints a note on a line of its own. The live line gives way. */
G_GNUC_PRINTF(2, 3)
static void tell(const struct watcher *w, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list args;

  va_start(args, format);
  words = g_strdup_vprintf(format, args);
  va_end(args);
  if (w->options->live)
    fputs(wipe, stdout);
  note("%s", words);
}

/* Says that messages were lost if there is a gap in the numbers of a topic. */
static void check_sequence(struct watcher *w, const char *topic, const char *epoch, uint64_t seq)
{
  const uint64_t *last;

  if (strcmp(epoch, w->epoch) != 0) {
    g_strlcpy(w->epoch, epoch, sizeof w->epoch);
    g_hash_table_remove_all(w->sequence);
  }
  last = g_hash_table_lookup(w->sequence, topic);
  if (last && seq > *last + 1)
    tell(w, "%s: messages lost: %" G_GUINT64_FORMAT, topic, seq - *last - 1);
  g_hash_table_insert(w->sequence, g_strdup(topic), g_memdup2(&seq, sizeof seq));
}

static bool write_line(struct watcher *w, const char *message, size_t size)
{
  const char *json = memchr(message, ' ', size);
  const size_t length = json ? size - (size_t)(++json - message) : 0;

  if (length && fwrite(json, 1, length, w->out) == length && fputc('\n', w->out) != EOF && fflush(w->out) == 0) {
    w->written++;
    return true;
  }
  fail_writing(w->options->file ? w->options->file : "stdout");
  return false;
}

/* The columns of the terminal; no limit if stdout is not a terminal. */
static gsize terminal_width(void)
{
  struct winsize size;

  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : G_MAXINT;
}

static gboolean append_line(gpointer stream, gpointer line, gpointer text)
{
  if (((GString *)text)->len)
    g_string_append(text, "  |  ");
  g_string_append(text, line);
  return FALSE;
}

/* Draws the newest lines of all streams as one line, over the last one. The line is cut, because a
 * line that the terminal wraps cannot be written over. */
static void draw(struct watcher *w)
{
  g_autoptr(GString) text = g_string_new(NULL);
  const gsize width = terminal_width();

  g_tree_foreach(w->line, append_line, text);
  if (text->len > width)
    g_string_truncate(text, width);
  printf("%s%s", wipe, text->str);
}

static bool flush(void)
{
  if (fflush(stdout) == 0)
    return true;
  fail_writing("stdout");
  return false;
}

static bool draw_track(struct watcher *w, const struct proto_track *track)
{
  char line[256];

  show_track_line(track, line, sizeof line);
  g_tree_insert(w->line, g_strdup(track->stream), g_strdup(line));
  draw(w);
  return flush();
}

static bool ends_target(const struct proto_event *event)
{
  return strcmp(event->event, "stopped") == 0 || strcmp(event->event, "stream-down") == 0;
}

/* Prints a transition above the live line, where it remains. */
static bool draw_event(struct watcher *w, const struct proto_event *event)
{
  char line[256];

  show_event_line(event, line, sizeof line);
  printf("%s%s\n", wipe, line);
  if (ends_target(event))
    g_tree_remove(w->line, event->stream);
  draw(w);
  return flush();
}

static bool has_stream(const struct proto_status *status, const char *name)
{
  for (size_t i = 0; i < status->count; i++)
    if (strcmp(status->streams[i].name, name) == 0)
      return true;
  return false;
}

static bool check_streams(struct watcher *w, struct proto_document *document)
{
  struct proto_status status;

  if (w->checked)
    return true;
  proto_read_status(document, &status);
  for (const char *const *name = w->options->streams; *name; name++)
    if (!has_stream(&status, *name)) {
      fail(EXIT_REFUSED, "unknown-stream: there is no stream %s", *name);
      return false;
    }
  w->checked = true;
  return true;
}

static bool take_track(struct watcher *w, struct proto_document *document, const char *topic, const char *message, size_t size)
{
  struct proto_track track;

  proto_read_track(document, &track);
  check_sequence(w, topic, track.epoch, track.seq);
  if (!w->options->live)
    return write_line(w, message, size);
  w->written++;
  return draw_track(w, &track);
}

static bool take_event(struct watcher *w, struct proto_document *document, const char *topic, const char *message, size_t size)
{
  struct proto_event event;

  proto_read_event(document, &event);
  check_sequence(w, topic, event.epoch, event.seq);
  if (!w->options->live)
    return write_line(w, message, size);
  w->written++;
  return draw_event(w, &event);
}

static bool take_status(struct watcher *w, struct proto_document *document, const char *message, size_t size)
{
  return check_streams(w, document) && (w->options->live || !w->options->with_status || write_line(w, message, size));
}

/* False if watching cannot go on. */
static bool take(struct watcher *w, GBytes *bytes)
{
  size_t size;
  const char *message = g_bytes_get_data(bytes, &size), *space = size ? memchr(message, ' ', size) : NULL;
  g_autofree char *topic = space ? g_strndup(message, (gsize)(space - message)) : NULL;
  struct proto_document *document = topic ? proto_document_read(message, size) : NULL;
  const enum proto_kind kind = document ? proto_document_kind(document) : PROTO_KIND_OTHER;
  bool going = true;

  if (kind == PROTO_KIND_TRACK)
    going = take_track(w, document, topic, message, size);
  else if (kind == PROTO_KIND_EVENT)
    going = take_event(w, document, topic, message, size);
  else if (kind == PROTO_KIND_STATUS)
    going = take_status(w, document, message, size);
  proto_document_free(&document);
  return going;
}

static int wait_ms(int64_t end_ns)
{
  const int64_t left = end_ns - et_clock_ns();

  if (end_ns == INT64_MAX)
    return -1;
  return left > 0 ? (int)MIN(left / ET_MS_NS + 1, G_MAXINT) : 0;
}

static enum exit_code run(struct watcher *w, struct connection *connection)
{
  const int64_t end_ns = w->options->seconds > 0 ? et_clock_ns() + (int64_t)(w->options->seconds * 1e9) : INT64_MAX;
  bool going = true;

  while (going && !interrupted && et_clock_ns() < end_ns && (!w->options->count || w->written < w->options->count)) {
    GBytes *message = NULL;
    const enum connection_news news = connection_next(connection, wait_ms(end_ns), &message);

    if (news == NEWS_MESSAGE)
      going = take(w, message);
    else if (news == NEWS_GONE)
      tell(w, "the daemon went away; waiting for it to come back");
    else if (news == NEWS_BACK)
      tell(w, "the daemon is back");
    g_clear_pointer(&message, g_bytes_unref);
  }
  if (w->options->live)
    printf("\n");
  return going ? EXIT_DONE : EXIT_REFUSED;
}

static int by_name(gconstpointer a, gconstpointer b, gpointer user)
{
  return strcmp(a, b);
}

static enum exit_code run_to(const struct watch_options *options, FILE *out, struct connection *connection)
{
  struct watcher w = {
    .options = options,
    .out = out,
    .sequence = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
    .line = g_tree_new_full(by_name, NULL, g_free, g_free),
  };
  const enum exit_code code = run(&w, connection);

  if (options->file && code == EXIT_DONE)
    fprintf(stderr, "%" G_GINT64_FORMAT " messages in %s\n", w.written, options->file);
  g_hash_table_destroy(w.sequence);
  g_tree_destroy(w.line);
  return code;
}

enum exit_code watch(const struct connection_options *connection_options, const struct watch_options *options)
{
  g_autoptr(GPtrArray) topics = topics_of(options->streams);
  struct connection *connection = NULL;
  enum exit_code code;
  FILE *file;

  code = connection_open_events(connection_options, (const char *const *)topics->pdata, &connection);
  if (code != EXIT_DONE)
    return code;
  catch_signals(); /* not before: while it connects, a signal ends it at once */
  file = options->file ? fopen(options->file, "we") : stdout;
  code = file ? run_to(options, file, connection) : fail(EXIT_REFUSED, "%s: %s", options->file, g_strerror(errno));
  if (file && file != stdout && fclose(file) != 0 && code == EXIT_DONE)
    code = fail_writing(options->file);
  connection_close(&connection);
  return code;
}
