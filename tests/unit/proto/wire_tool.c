/* SPDX-License-Identifier: MIT */
/* For check_schemas.py: prints one of every message, or says what the parser makes of requests.
 *
 *   wire_tool print     lines of SCHEMA#/$defs/NAME, a tab, and the message (events without topic)
 *   wire_tool parse     the error code of each line of the input */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"

static const char epoch[] = "9f31c2aa";

/* Takes ownership of `text`. */
static void show(const char *schema, char *text)
{
  const char *json = text ? strchr(text, '{') : NULL;

  if (!json)
    exit(EXIT_FAILURE);
  printf("%s\t%s\n", schema, json);
  free(text);
}

static void show_requests(void)
{
  const struct proto_request track = {.has_id = true,
                                      .id = "\xc3\xa9\"",
                                      .command = PROTO_TRACK,
                                      .stream = "cam0",
                                      .start = {.box = {1, 2, 3, 4}, .frame = INT64_MAX, .pts_ns = -1}};
  const struct proto_request point = {
    .command = PROTO_TRACK,
    .stream = "cam0",
    .start = {.units = ET_UNITS_NORM, .is_point = true, .box = {0.5, 0.5}, .radius_px = 16, .pts_ns = 61266666666}};
  const struct proto_request set = {.command = PROTO_SET, .stream = "cam0", .values = 1, .value = {{"coast_s", 2}}};

  show("request.schema.json#/$defs/track", proto_request_print(&track));
  show("request.schema.json#/$defs/track", proto_request_print(&point));
  show("request.schema.json#/$defs/set", proto_request_print(&set));
  show("request.schema.json#/$defs/status", proto_request_print(&sample_request));
}

static void show_replies(void)
{
  const struct proto_request *r = &sample_request;

  for (int code = PROTO_ERR_BAD_JSON; code <= PROTO_ERR_INTERNAL; code++)
    show("reply.schema.json#/$defs/error", proto_reply_error(r, epoch, (enum proto_error)code, "words"));
  show("reply.schema.json#/$defs/done", proto_reply_ok(r, epoch));
  show("reply.schema.json#/$defs/done", proto_reply_ok(&(struct proto_request){0}, epoch));
  show("reply.schema.json#/$defs/track", proto_reply_track(r, epoch, 7, 1834));
  show("reply.schema.json#/$defs/hello", proto_reply_hello(r, epoch, &sample_hello));
  show("reply.schema.json#/$defs/streams", proto_reply_streams(r, epoch, sample_streams, 2));
  show("reply.schema.json#/$defs/status", proto_reply_status(r, epoch, &sample_status));
  show("reply.schema.json#/$defs/snapshot", proto_reply_snapshot(r, epoch, 1838, 65536));
  show("reply.schema.json#/$defs/cameras", proto_reply_cameras(r, epoch, sample_cameras, 2));
  show("reply.schema.json#/$defs/metrics", proto_reply_metrics(r, epoch, "a 1\n"));
}

static void show_track(const struct proto_track *track)
{
  char *text = malloc(PROTO_EVENT_SIZE);

  if (text && !proto_print_track(track, text, PROTO_EVENT_SIZE))
    exit(EXIT_FAILURE);
  show("event.schema.json#/$defs/track", text);
}

static void show_event(const struct proto_event *event)
{
  char *text = malloc(PROTO_EVENT_SIZE);

  if (text && !proto_print_event(event, text, PROTO_EVENT_SIZE))
    exit(EXIT_FAILURE);
  show("event.schema.json#/$defs/event", text);
}

static void show_events(void)
{
  static const struct proto_event up = {.epoch = epoch,
                                        .stream = "cam0",
                                        .seq = 1,
                                        .event = "stream-up",
                                        .reason = "",
                                        .record = {.pts_ns = -1, .width = 640, .height = 480},
                                        .rate_hz = 30};
  struct proto_event stopped = sample_event;
  struct proto_track lost = sample_track;

  stopped.event = "stopped";
  stopped.reason = "search-timeout";
  lost.record.result.state = ET_STATE_LOST;
  lost.record.result.has_box = false;
  lost.record.pts_ns = -1;
  show_track(&sample_track);
  show_track(&lost);
  show_event(&sample_event);
  show_event(&sample_stream_down);
  show_event(&stopped);
  show_event(&up);
  show("event.schema.json#/$defs/status", proto_print_status(&sample_status, epoch, 3));
}

static void parse_lines(void)
{
  static char line[PROTO_MAX_REQUEST + 16];

  while (fgets(line, sizeof line, stdin)) {
    struct proto_request request;
    struct proto_words words;
    const enum proto_error error = proto_request_parse(line, strcspn(line, "\n"), &request, &words);

    puts(proto_error_name(error));
  }
}

int main(int argc, char **argv)
{
  if (argc == 2 && strcmp(argv[1], "parse") == 0) {
    parse_lines();
    return EXIT_SUCCESS;
  }
  if (argc != 2 || strcmp(argv[1], "print") != 0)
    return 64;
  show_requests();
  show_replies();
  show_events();
  return EXIT_SUCCESS;
}
