/* SPDX-License-Identifier: MIT */
/* The commands. */
#include "verbs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "keyfile.h"
#include "proto/read.h"
#include "show.h"
#include "watch.h"

static struct proto_request request_for(enum proto_command command)
{
  return (struct proto_request){.has_id = true, .id = "1", .command = command};
}

static bool set_stream(struct proto_request *request, const char *name)
{
  if (!proto_stream_name_valid(name)) {
    fail(EXIT_USAGE, "`%s` is no stream's name: those have 1 to %d letters, digits, _ and -", name, PROTO_MAX_NAME);
    return false;
  }
  g_strlcpy(request->stream, name, sizeof request->stream);
  return true;
}

static void print_json(GBytes *json)
{
  gsize size;
  const char *text = g_bytes_get_data(json, &size);

  fwrite(text, 1, size, stdout);
  fputc('\n', stdout);
}

/* Shows a reply; `show` where it went well and nobody wants JSON. */
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
    return fail(EXIT_REFUSED, "what answered is no etrackd");
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

  if (call->count && !set_stream(&request, call->arguments[0]))
    return EXIT_USAGE;
  return ask_and_show(call, &request, show_status);
}

static enum exit_code run_stop(const struct call *call)
{
  struct proto_request request = request_for(PROTO_STOP);

  if (!set_stream(&request, call->arguments[0]))
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

/* "X,Y,..." into `count` numbers. */
static bool read_numbers(const char *text, int count, double *numbers)
{
  for (int i = 0; i < count; i++) {
    char *end;

    numbers[i] = g_ascii_strtod(text, &end);
    if (end == text || !isfinite(numbers[i]) || *end != (i + 1 < count ? ',' : '\0'))
      return false;
    text = end + 1;
  }
  return true;
}

static bool set_target(const struct call *call, struct proto_request *request)
{
  const char *point = call->options->point, *box = call->count > 1 ? call->arguments[1] : NULL;

  request->has_box = box != NULL;
  if (!box == !point) {
    fail(EXIT_USAGE, "track takes either a box X,Y,W,H or --point X,Y");
    return false;
  }
  if (box && !read_numbers(box, 4, request->box)) {
    fail(EXIT_USAGE, "`%s` is no box: X,Y,W,H, as in 312,208,64,48", g_strstrip(call->arguments[1]));
    return false;
  }
  if (point && !read_numbers(point, 2, request->point)) {
    fail(EXIT_USAGE, "`%s` is no point: X,Y, as in 312,208", point);
    return false;
  }
  return true;
}

static bool set_moment(const struct options *options, struct proto_request *request)
{
  if (options->frame >= 0 && options->pts_ns >= 0) {
    fail(EXIT_USAGE, "--frame and --pts exclude each other");
    return false;
  }
  if (options->frame == 0) {
    fail(EXIT_USAGE, "frames count from 1");
    return false;
  }
  request->frame = options->frame > 0 ? (uint64_t)options->frame : 0;
  request->has_pts = options->pts_ns >= 0;
  request->pts_ns = request->has_pts ? options->pts_ns : 0;
  return true;
}

static enum exit_code run_track(const struct call *call)
{
  struct proto_request request = request_for(PROTO_TRACK);

  if (!set_stream(&request, call->arguments[0]) || !set_target(call, &request) || !set_moment(call->options, &request))
    return EXIT_USAGE;
  if (call->options->radius_px != 0 && (request.has_box || !(call->options->radius_px > 0)))
    return fail(EXIT_USAGE, "--radius goes with --point and is above 0");
  request.radius_px = call->options->radius_px;
  request.normalised = call->options->norm;
  return ask_and_show(call, &request, show_target);
}

/* NAME=NUMBER; whether there is such a parameter is the daemon's to say. */
static bool read_value(const char *text, struct proto_value *value)
{
  const char *equals = strchr(text, '=');
  const size_t length = equals ? (size_t)(equals - text) : 0;

  if (length == 0 || length >= sizeof value->name || !read_numbers(equals + 1, 1, &value->value)) {
    fail(EXIT_USAGE, "`%s` is no parameter: NAME=NUMBER, as in weak_score=0.5", text);
    return false;
  }
  memcpy(value->name, text, length);
  value->name[length] = '\0';
  return true;
}

/* Without values it shows those that there are. */
static enum exit_code run_set(const struct call *call)
{
  struct proto_request request = request_for(call->count > 1 ? PROTO_SET : PROTO_STATUS);

  if (!set_stream(&request, call->arguments[0]))
    return EXIT_USAGE;
  if (call->count - 1 > PROTO_MAX_VALUES)
    return fail(EXIT_USAGE, "at most %d parameters at once", PROTO_MAX_VALUES);
  for (int i = 1; i < call->count; i++)
    if (!read_value(call->arguments[i], &request.value[request.values++]))
      return EXIT_USAGE;
  return ask_and_show(call, &request, call->count > 1 ? show_nothing : show_params);
}

static enum exit_code write_picture(const char *path, GBytes *picture)
{
  gsize size;
  const void *data = picture ? g_bytes_get_data(picture, &size) : NULL;
  g_autoptr(GError) error = NULL;

  if (!data)
    return fail(EXIT_REFUSED, "the answer came without its picture");
  if (strcmp(path, "-") == 0)
    return fwrite(data, 1, size, stdout) == size && fflush(stdout) == 0 ? EXIT_DONE : fail(EXIT_REFUSED, "stdout: %s", g_strerror(errno));
  if (!g_file_set_contents(path, data, (gssize)size, &error))
    return fail(EXIT_REFUSED, "%s", error->message);
  return EXIT_DONE;
}

static enum exit_code run_snapshot(const struct call *call)
{
  struct proto_request request = request_for(PROTO_SNAPSHOT);
  struct answer answer;
  enum exit_code code;

  if (!set_stream(&request, call->arguments[0]))
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
    if (!set_stream(&scratch, *names))
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

  return check_names(streams) ? watch(&o->connection, &options) : EXIT_USAGE;
}

static enum exit_code run_watch(const struct call *call)
{
  return run_watcher(call, NULL, call->arguments);
}

static enum exit_code run_record(const struct call *call)
{
  return run_watcher(call, call->arguments[0], call->arguments + 1);
}

static enum exit_code run_keygen(const struct call *call)
{
  return key_make_pair(call->arguments[0]);
}

const struct command commands[] = {
  {"hello", "", "who answers: version, model, streams", 0, 0, 0, run_hello},
  {"streams", "", "every stream: link, target, format, source", 0, 0, 0, run_streams},
  {"track", "STREAM [X,Y,W,H]", "start a target, or replace the present one", 1, 2, OPTION_TRACK, run_track},
  {"stop", "STREAM", "end the target", 1, 1, 0, run_stop},
  {"status", "[STREAM]", "last result, counters, latency, memory", 0, 1, 0, run_status},
  {"set", "STREAM [NAME=NUMBER...]", "change live parameters, or print them", 1, -1, 0, run_set},
  {"watch", "[STREAM...]", "print events as JSON lines as they come", 0, -1, OPTION_FOLLOW | OPTION_WATCH, run_watch},
  {"record", "FILE [STREAM...]", "write events to a file of JSON lines", 1, -1, OPTION_FOLLOW, run_record},
  {"snapshot", "STREAM FILE", "write the newest frame as JPEG (- = stdout)", 2, 2, 0, run_snapshot},
  {"cameras", "", "cameras with their formats and controls", 0, 0, 0, run_cameras},
  {"metrics", "", "the counters as Prometheus text", 0, 0, 0, run_metrics},
  {"reload", "", "read the configuration again", 0, 0, 0, run_reload},
  {"ping", "", "time of a round trip", 0, 0, 0, run_ping},
  {"keygen", "NAME", "make a pair of keys for tcp: NAME.key and NAME.pub", 1, 1, 0, run_keygen},
  {NULL, NULL, NULL, 0, 0, 0, NULL},
};

const struct command *command_find(const char *name)
{
  for (const struct command *c = commands; c->name; c++)
    if (strcmp(c->name, name) == 0)
      return c;
  return NULL;
}
