/* SPDX-License-Identifier: MIT */
/* Prints or records events as they come. */
#include "watch.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "proto/read.h"
#include "show.h"

static volatile sig_atomic_t interrupted;

struct watcher {
  const struct watch_options *options;
  FILE *out;
  GHashTable *sequence; /* topic -> the last seq, as uint64_t */
  char epoch[16];
  GHashTable *line; /* stream -> its newest line, for --live */
  int64_t written;
  bool checked; /* the streams asked for were seen to exist */
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

/* Status always, as it tells which streams there are. */
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

/* A gap in the numbers of a topic is a loss, of which a recording should not be silent. */
static void check_sequence(struct watcher *f, const char *topic, const char *epoch, uint64_t seq)
{
  const uint64_t *last;

  if (strcmp(epoch, f->epoch) != 0) {
    g_strlcpy(f->epoch, epoch, sizeof f->epoch);
    g_hash_table_remove_all(f->sequence);
  }
  last = g_hash_table_lookup(f->sequence, topic);
  if (last && seq > *last + 1)
    note("%" G_GUINT64_FORMAT " messages of %s were lost", seq - *last - 1, topic);
  g_hash_table_insert(f->sequence, g_strdup(topic), g_memdup2(&seq, sizeof seq));
}

static bool write_line(struct watcher *f, const char *message, size_t size)
{
  const char *json = memchr(message, ' ', size);
  const size_t length = json ? size - (size_t)(++json - message) : 0;

  if (length && fwrite(json, 1, length, f->out) == length && fputc('\n', f->out) != EOF && fflush(f->out) == 0) {
    f->written++;
    return true;
  }
  fail(EXIT_REFUSED, "%s: cannot write: %s", f->options->file ? f->options->file : "stdout", g_strerror(errno));
  return false;
}

/* All streams' newest lines in one, over the last one. */
static void draw(struct watcher *f)
{
  GHashTableIter iter;
  gpointer line;
  const char *between = "\r\033[K";

  g_hash_table_iter_init(&iter, f->line);
  while (g_hash_table_iter_next(&iter, NULL, &line)) {
    printf("%s%s", between, (const char *)line);
    between = "  |  ";
  }
  fflush(stdout);
}

static void draw_track(struct watcher *f, const struct proto_track *track)
{
  char line[256];

  show_track_line(track, line, sizeof line);
  g_hash_table_insert(f->line, g_strdup(track->stream), g_strdup(line));
  draw(f);
}

/* A transition stays above the line. */
static void draw_event(struct watcher *f, const struct proto_event *event)
{
  char line[256];

  show_event_line(event, line, sizeof line);
  printf("\r\033[K%s\n", line);
  draw(f);
}

static bool has_stream(const struct proto_status *status, const char *name)
{
  for (size_t i = 0; i < status->count; i++)
    if (strcmp(status->streams[i].name, name) == 0)
      return true;
  return false;
}

static bool check_streams(struct watcher *f, struct proto_document *document)
{
  struct proto_status status;

  if (f->checked)
    return true;
  proto_read_status(document, &status);
  for (const char *const *name = f->options->streams; *name; name++)
    if (!has_stream(&status, *name)) {
      fail(EXIT_REFUSED, "unknown-stream: there is no stream %s", *name);
      return false;
    }
  f->checked = true;
  return true;
}

static bool take_track(struct watcher *f, struct proto_document *document, const char *topic, const char *message, size_t size)
{
  struct proto_track track;

  proto_read_track(document, &track);
  check_sequence(f, topic, track.epoch, track.seq);
  if (!f->options->live)
    return write_line(f, message, size);
  draw_track(f, &track);
  f->written++;
  return true;
}

static bool take_event(struct watcher *f, struct proto_document *document, const char *topic, const char *message, size_t size)
{
  struct proto_event event;

  proto_read_event(document, &event);
  check_sequence(f, topic, event.epoch, event.seq);
  if (!f->options->live)
    return write_line(f, message, size);
  draw_event(f, &event);
  f->written++;
  return true;
}

static bool take_status(struct watcher *f, struct proto_document *document, const char *message, size_t size)
{
  return check_streams(f, document) && (f->options->live || !f->options->with_status || write_line(f, message, size));
}

/* False where following cannot go on. */
static bool take(struct watcher *f, GBytes *bytes)
{
  size_t size;
  const char *message = g_bytes_get_data(bytes, &size), *space = size ? memchr(message, ' ', size) : NULL;
  g_autofree char *topic = space ? g_strndup(message, (gsize)(space - message)) : NULL;
  struct proto_document *document = topic ? proto_document_read(message, size) : NULL;
  const enum proto_kind kind = document ? proto_document_kind(document) : PROTO_KIND_OTHER;
  bool going = true;

  if (kind == PROTO_KIND_TRACK)
    going = take_track(f, document, topic, message, size);
  else if (kind == PROTO_KIND_EVENT)
    going = take_event(f, document, topic, message, size);
  else if (kind == PROTO_KIND_STATUS)
    going = take_status(f, document, message, size);
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

static enum exit_code run(struct watcher *f, struct connection *connection)
{
  const int64_t end_ns = f->options->seconds > 0 ? et_clock_ns() + (int64_t)(f->options->seconds * 1e9) : INT64_MAX;
  bool going = true;

  while (going && !interrupted && et_clock_ns() < end_ns && (!f->options->count || f->written < f->options->count)) {
    GBytes *message = NULL;
    const enum connection_news news = connection_next(connection, wait_ms(end_ns), &message);

    if (news == NEWS_MESSAGE)
      going = take(f, message);
    else if (news == NEWS_GONE)
      note("the daemon went away; waiting for it");
    else if (news == NEWS_BACK)
      note("the daemon is back");
    g_clear_pointer(&message, g_bytes_unref);
  }
  if (f->options->live)
    printf("\n");
  return going ? EXIT_DONE : EXIT_REFUSED;
}

static enum exit_code run_to(const struct watch_options *options, FILE *out, struct connection *connection)
{
  struct watcher f = {
    .options = options,
    .out = out,
    .sequence = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
    .line = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
  };
  const enum exit_code code = run(&f, connection);

  if (options->file && code == EXIT_DONE)
    fprintf(stderr, "%" G_GINT64_FORMAT " messages in %s\n", f.written, options->file);
  g_hash_table_destroy(f.sequence);
  g_hash_table_destroy(f.line);
  return code;
}

enum exit_code watch(const struct connection_options *connection_options, const struct watch_options *options)
{
  g_autoptr(GPtrArray) topics = topics_of(options->streams);
  struct connection *connection = NULL;
  enum exit_code code;
  FILE *file;

  catch_signals();
  code = connection_open_events(connection_options, (const char *const *)topics->pdata, &connection);
  if (code != EXIT_DONE)
    return code;
  file = options->file ? fopen(options->file, "we") : stdout;
  code = file ? run_to(options, file, connection) : fail(EXIT_REFUSED, "%s: %s", options->file, g_strerror(errno));
  if (file && file != stdout && fclose(file) != 0 && code == EXIT_DONE)
    code = fail(EXIT_REFUSED, "%s: cannot write: %s", options->file, g_strerror(errno));
  connection_close(&connection);
  return code;
}
