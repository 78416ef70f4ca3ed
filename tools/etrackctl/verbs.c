/* SPDX-License-Identifier: MIT */
/* Runs the commands: makes the request, sends it, shows the answer. */
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "base/clock.h"
#include "keyfile.h"
#include "proto/read.h"
#include "show.h"
#include "watch.h"

static struct proto_request request_for(enum proto_command command)
{
  return (struct proto_request){.has_id = true, .id = "1", .command = command};
}

static void print_json(GBytes *json)
{
  gsize size;
  const char *text = g_bytes_get_data(json, &size);

  fwrite(text, 1, size, stdout);
  fputc('\n', stdout);
}

/* Shows a reply: as JSON if that is wanted, otherwise with `show` unless it is a refusal. */
static enum exit_code show_reply(const struct call *call, GBytes *json, show_function *show)
{
  gsize size;
  const char *text = g_bytes_get_data(json, &size);
  struct proto_document *document = proto_document_read(text, size);
  struct proto_reply reply = {0};
  enum exit_code code = EXIT_DONE;

  if (call->options->json)
    print_json(json);
  if (!document || proto_document_kind(document) != PROTO_KIND_REPLY) {
    proto_document_free(&document);
    return fail(EXIT_REFUSED, "what answered is not etrackd; check --control");
  }
  proto_read_reply(document, &reply);
  if (!reply.ok)
    code = fail(EXIT_REFUSED, "%s: %s", reply.code, reply.message);
  else if (!call->options->json)
    show(document);
  proto_document_free(&document);
  return code;
}

/* Connects and asks; the answer is the caller's to clear. */
static enum exit_code ask(const struct call *call, const struct proto_request *request, struct answer *answer)
{
  struct connection *connection = NULL;
  enum exit_code code = connection_open_control(&call->options->connection, &connection);

  *answer = (struct answer){0};
  if (code == EXIT_DONE)
    code = connection_ask(connection, request, answer);
  connection_close(&connection);
  return code;
}

static enum exit_code ask_and_show(const struct call *call, const struct proto_request *request, show_function *show)
{
  struct answer answer;
  enum exit_code code = ask(call, request, &answer);

  if (code == EXIT_DONE)
    code = show_reply(call, answer.json, show);
  answer_clear(&answer);
  return code;
}

static enum exit_code run_plain(const struct call *call, enum proto_command command, show_function *show)
{
  const struct proto_request request = request_for(command);

  return ask_and_show(call, &request, show);
}

static enum exit_code run_hello(const struct call *call)
{
  return run_plain(call, PROTO_HELLO, show_hello);
}

static enum exit_code run_streams(const struct call *call)
{
  return run_plain(call, PROTO_STREAMS, show_streams);
}

static enum exit_code run_cameras(const struct call *call)
{
  return run_plain(call, PROTO_CAMERAS, show_cameras);
}

static enum exit_code run_metrics(const struct call *call)
{
  return run_plain(call, PROTO_METRICS, show_metrics);
}

static enum exit_code run_reload(const struct call *call)
{
  return run_plain(call, PROTO_RELOAD, show_nothing);
}

static enum exit_code run_status(const struct call *call)
{
  struct proto_request request = request_for(PROTO_STATUS);

  if (call->count && !argument_stream(call->arguments[0], &request))
    return EXIT_USAGE;
  return ask_and_show(call, &request, show_status);
}

static enum exit_code run_stop(const struct call *call)
{
  struct proto_request request = request_for(PROTO_STOP);

  if (!argument_stream(call->arguments[0], &request))
    return EXIT_USAGE;
  return ask_and_show(call, &request, show_nothing);
}

static enum exit_code run_ping(const struct call *call)
{
  const struct proto_request request = request_for(PROTO_PING);
  struct connection *connection = NULL;
  struct answer answer = {0};
  enum exit_code code = connection_open_control(&call->options->connection, &connection);
  const int64_t start_ns = et_clock_ns();
  int64_t trip_ns = 0;

  if (code == EXIT_DONE)
    code = connection_ask(connection, &request, &answer);
  trip_ns = et_clock_ns() - start_ns;
  connection_close(&connection);
  if (code == EXIT_DONE)
    code = show_reply(call, answer.json, show_nothing);
  answer_clear(&answer);
  if (code == EXIT_DONE && !call->options->json)
    printf("%.2f ms\n", (double)trip_ns / 1e6);
  return code;
}

static enum exit_code run_track(const struct call *call)
{
  struct proto_request request = request_for(PROTO_TRACK);

  if (!argument_stream(call->arguments[0], &request) || !argument_target(call->arguments[1], call->options, &request) ||
      !argument_moment(call->options, &request))
    return EXIT_USAGE;
  return ask_and_show(call, &request, show_target);
}

/* Without values it shows the present ones. */
static enum exit_code run_set(const struct call *call)
{
  struct proto_request request = request_for(call->count > 1 ? PROTO_SET : PROTO_STATUS);

  if (!argument_stream(call->arguments[0], &request) || !argument_values(call->arguments + 1, call->count - 1, &request))
    return EXIT_USAGE;
  return ask_and_show(call, &request, call->count > 1 ? show_nothing : show_params);
}

/* Writes as a shell's redirection does: an existing device or pipe stays one. */
static enum exit_code write_picture(const char *path, GBytes *picture)
{
  const bool to_stdout = strcmp(path, "-") == 0;
  gsize size;
  const void *data = picture ? g_bytes_get_data(picture, &size) : NULL;
  FILE *file;
  bool done;

  if (!data)
    return fail(EXIT_REFUSED, "the answer came without its picture");
  file = to_stdout ? stdout : fopen(path, "we");
  if (!file)
    return fail(EXIT_REFUSED, "%s: %s", path, g_strerror(errno));
  done = fwrite(data, 1, size, file) == size;
  done = (to_stdout ? fflush(file) : fclose(file)) == 0 && done;
  return done ? EXIT_DONE : fail_writing(to_stdout ? "stdout" : path);
}

static enum exit_code run_snapshot(const struct call *call)
{
  struct proto_request request = request_for(PROTO_SNAPSHOT);
  struct answer answer;
  enum exit_code code;

  if (!argument_stream(call->arguments[0], &request) || !argument_file(call->arguments[1]))
    return EXIT_USAGE;
  code = ask(call, &request, &answer);
  if (code == EXIT_DONE)
    code = show_reply(call, answer.json, show_nothing);
  if (code == EXIT_DONE)
    code = write_picture(call->arguments[1], answer.second);
  answer_clear(&answer);
  return code;
}

static bool check_names(char **names)
{
  struct proto_request scratch;

  for (; *names; names++)
    if (!argument_stream(*names, &scratch))
      return false;
  return true;
}

static enum exit_code run_watcher(const struct call *call, const char *file, char **streams)
{
  const struct options *o = call->options;
  const struct watch_options options = {
    .streams = (const char *const *)streams,
    .file = file,
    .live = o->live,
    .with_status = o->with_status,
    .count = o->count,
    .seconds = o->seconds,
  };

  if (o->live && o->json)
    return fail(EXIT_USAGE, "give --live or --json, not both");
  return check_names(streams) ? watch(&o->connection, &options) : EXIT_USAGE;
}

static enum exit_code run_watch(const struct call *call)
{
  return run_watcher(call, NULL, call->arguments);
}

static enum exit_code run_record(const struct call *call)
{
  return argument_file(call->arguments[0]) ? run_watcher(call, call->arguments[0], call->arguments + 1) : EXIT_USAGE;
}

static enum exit_code run_keygen(const struct call *call)
{
  return argument_file(call->arguments[0]) ? key_make_pair(call->arguments[0]) : EXIT_USAGE;
}

const struct command commands[] = {
  {"hello", "", "show the daemon's version, model and streams", 0, 0, 0, run_hello},
  {"streams", "", "list the streams: link, target, format, source", 0, 0, 0, run_streams},
  {"track", "STREAM [X,Y,W,H]", "start a target instead of the present one", 1, 2, OPTION_TRACK, run_track},
  {"stop", "STREAM", "end the target", 1, 1, 0, run_stop},
  {"status", "[STREAM]", "show last result, counters, latency, memory", 0, 1, 0, run_status},
  {"set", "STREAM [NAME=NUMBER...]", "change live parameters, or print them", 1, -1, 0, run_set},
  {"watch", "[STREAM...]", "print events as they come, one JSON per line", 0, -1, OPTION_FOLLOW | OPTION_WATCH, run_watch},
  {"record", "FILE [STREAM...]", "write events to a file, one JSON per line", 1, -1, OPTION_FOLLOW, run_record},
  {"snapshot", "STREAM FILE", "write the newest frame as JPEG (-: stdout)", 2, 2, 0, run_snapshot},
  {"cameras", "", "list the cameras, their formats and controls", 0, 0, 0, run_cameras},
  {"metrics", "", "print the counters as Prometheus text", 0, 0, 0, run_metrics},
  {"reload", "", "make the daemon read its configuration again", 0, 0, 0, run_reload},
  {"ping", "", "measure the time of a round trip", 0, 0, 0, run_ping},
  {"keygen", "NAME", "make a pair of keys: NAME.key and NAME.pub", 1, 1, 0, run_keygen},
  {NULL, NULL, NULL, 0, 0, 0, NULL},
};

const struct command *command_find(const char *name)
{
  for (const struct command *c = commands; c->name; c++)
    if (strcmp(c->name, name) == 0)
      return c;
  return NULL;
}
