/* SPDX-License-Identifier: MIT */
/* Reads replies and events. */
#include "proto/read.h"

#include <jansson.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* An array that was read. The arrays of a document are freed together. */
struct block {
  struct block *next;
  max_align_t data[];
};

struct proto_document {
  json_t *root;
  struct block *blocks;
};

struct proto_document *proto_document_read(const char *bytes, size_t size)
{
  struct proto_document *d = calloc(1, sizeof *d);
  const char *space = size && *bytes != '{' ? memchr(bytes, ' ', size) : NULL;
  const char *json = space ? space + 1 : bytes;

  if (!d)
    return NULL;
  d->root = json_loadb(json, size - (size_t)(json - bytes), 0, NULL);
  if (!json_is_object(d->root))
    proto_document_free(&d);
  return d;
}

void proto_document_free(struct proto_document **document)
{
  if (!document || !*document)
    return;
  for (struct block *b = (*document)->blocks, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  json_decref((*document)->root);
  free(*document);
  *document = NULL;
}

/* Returns room for an array, or NULL. */
static void *take(struct proto_document *d, size_t count, size_t size)
{
  struct block *b = calloc(1, sizeof *b + count * size);

  if (!b)
    return NULL;
  b->next = d->blocks;
  d->blocks = b;
  return b->data;
}

/* Each function below accepts NULL and any type. A value that is absent or of another type reads as
 * nothing. */
static const json_t *member(const json_t *object, const char *key)
{
  return json_object_get(object, key);
}

static double real(const json_t *item)
{
  return json_number_value(item);
}

/* Whole numbers, limited to what the type can hold. */
static int64_t integer(const json_t *item)
{
  return json_is_integer(item) ? json_integer_value(item) : (int64_t)fmin(fmax(real(item), -9.2e18), 9.2e18);
}

static uint64_t natural(const json_t *item)
{
  const int64_t value = integer(item);

  return value > 0 ? (uint64_t)value : 0;
}

static int32_t small(const json_t *item)
{
  return (int32_t)fmin(fmax(real(item), INT32_MIN), INT32_MAX);
}

static const char *string(const json_t *item)
{
  const char *s = json_string_value(item);

  return s ? s : "";
}

enum proto_kind proto_document_kind(const struct proto_document *d)
{
  const char *type = string(member(d->root, "type"));

  if (json_is_boolean(member(d->root, "ok")))
    return PROTO_KIND_REPLY;
  if (strcmp(type, "track") == 0)
    return PROTO_KIND_TRACK;
  if (strcmp(type, "event") == 0)
    return PROTO_KIND_EVENT;
  return strcmp(type, "status") == 0 ? PROTO_KIND_STATUS : PROTO_KIND_OTHER;
}

void proto_read_reply(struct proto_document *d, struct proto_reply *reply)
{
  const json_t *error = member(d->root, "error");

  *reply = (struct proto_reply){
    .ok = json_is_true(member(d->root, "ok")),
    .id = string(member(d->root, "id")),
    .epoch = string(member(d->root, "epoch")),
    .code = string(member(error, "code")),
    .message = string(member(error, "message")),
    .target = natural(member(d->root, "target")),
    .frame = natural(member(d->root, "frame")),
    .size_bytes = natural(member(d->root, "size_bytes")),
    .text = string(member(d->root, "text")),
  };
}

static struct proto_clocks clocks_of(const json_t *item)
{
  return (struct proto_clocks){integer(member(item, "monotonic_ns")), integer(member(item, "realtime_ns"))};
}

void proto_read_hello(struct proto_document *d, struct proto_hello *hello)
{
  const json_t *names = member(d->root, "streams"), *name;
  const size_t count = json_array_size(names);
  const char **streams = take(d, count, sizeof *streams);
  size_t i;

  if (streams)
    json_array_foreach(names, i, name) streams[i] = string(name);
  *hello = (struct proto_hello){
    .version = string(member(d->root, "version")),
    .model = string(member(d->root, "model")),
    .streams = streams,
    .count = streams ? count : 0,
    .clocks = clocks_of(member(d->root, "clocks")),
  };
}

static void read_size(const json_t *item, int *width, int *height)
{
  *width = small(json_array_get(item, 0));
  *height = small(json_array_get(item, 1));
}

/* False if there is no box. */
static bool read_box(const json_t *item, struct et_box *box)
{
  if (json_array_size(item) != 4)
    return false;
  *box = (struct et_box){
    real(json_array_get(item, 0)),
    real(json_array_get(item, 1)),
    real(json_array_get(item, 2)),
    real(json_array_get(item, 3)),
  };
  return true;
}

static void read_counters(const json_t *item, const json_t *latency, struct proto_stream *s)
{
  s->frames = natural(member(item, "frames"));
  s->processed = natural(member(item, "processed"));
  s->dropped = natural(member(item, "dropped"));
  s->lost_messages = natural(member(item, "lost_messages"));
  s->restarts = natural(member(item, "restarts"));
  s->latency = (struct proto_latency){
    .count = natural(member(latency, "count")),
    .p50_ns = integer(member(latency, "p50_ns")),
    .p95_ns = integer(member(latency, "p95_ns")),
    .p99_ns = integer(member(latency, "p99_ns")),
    .max_ns = integer(member(latency, "max_ns")),
  };
}

/* Reads the parameters that this version knows; another daemon may have others. */
static void read_params(const json_t *item, struct proto_stream *s)
{
  size_t count;
  const struct et_param_info *info = et_param_table(&count);

  s->has_params = json_is_object(item);
  for (size_t i = 0; i < count; i++)
    *et_param_value(&s->params, &info[i]) = real(member(item, info[i].name));
}

static enum proto_link link_of(const char *name)
{
  for (enum proto_link link = PROTO_LINK_STARTING; link <= PROTO_LINK_ENDED; link++)
    if (strcmp(name, proto_link_name(link)) == 0)
      return link;
  return PROTO_LINK_STARTING;
}

static void read_last(const json_t *item, struct et_record *last)
{
  *last = (struct et_record){
    .target = natural(member(item, "target")),
    .frame = natural(member(item, "box_frame")),
    .pts_ns = -1,
    .result = {.state = et_state_of(string(member(item, "state"))), .score = real(member(item, "score"))},
  };
  last->result.has_box = read_box(member(item, "box"), &last->result.box);
}

static void read_stream(const json_t *item, struct proto_stream *s)
{
  *s = (struct proto_stream){
    .name = string(member(item, "stream")),
    .source = string(member(item, "source")),
    .link = link_of(string(member(item, "link"))),
    .reason = string(member(item, "reason")),
    .rate_hz = real(member(item, "rate_hz")),
    .frame = natural(member(item, "frame")),
  };
  read_size(member(item, "size"), &s->width, &s->height);
  read_last(item, &s->last);
  read_counters(member(item, "counters"), member(item, "latency"), s);
  read_params(member(item, "params"), s);
}

void proto_read_status(struct proto_document *d, struct proto_status *status)
{
  const json_t *items = member(d->root, "streams"), *item;
  const size_t count = json_array_size(items);
  struct proto_stream *streams = take(d, count, sizeof *streams);
  size_t i;

  if (streams)
    json_array_foreach(items, i, item) read_stream(item, &streams[i]);
  *status = (struct proto_status){
    .clocks = clocks_of(member(d->root, "clocks")),
    .uptime_ns = integer(member(d->root, "uptime_ns")),
    .memory_bytes = natural(member(d->root, "memory_bytes")),
    .streams = streams,
    .count = streams ? count : 0,
  };
}

static void read_modes(struct proto_document *d, const json_t *items, struct proto_camera *camera)
{
  struct proto_mode *modes = take(d, json_array_size(items), sizeof *modes);
  const json_t *item;
  size_t i;

  camera->modes = modes;
  if (!modes)
    return;
  json_array_foreach(items, i, item)
  {
    struct proto_mode *mode = &modes[camera->mode_count++];

    *mode = (struct proto_mode){.format = string(member(item, "format")), .rate_hz = real(member(item, "rate_hz"))};
    read_size(member(item, "size"), &mode->width, &mode->height);
  }
}

static void read_controls(struct proto_document *d, const json_t *items, struct proto_camera *camera)
{
  struct proto_control *controls = take(d, json_array_size(items), sizeof *controls);
  const json_t *item;
  size_t i;

  camera->controls = controls;
  if (!controls)
    return;
  json_array_foreach(items, i, item)
  {
    controls[camera->control_count++] = (struct proto_control){
      .name = string(member(item, "name")),
      .label = string(member(item, "label")),
      .minimum = small(member(item, "min")),
      .maximum = small(member(item, "max")),
      .step = small(member(item, "step")),
      .fallback = small(member(item, "default")),
      .value = small(member(item, "value")),
      .writable = json_is_true(member(item, "writable")),
    };
  }
}

void proto_read_cameras(struct proto_document *d, const struct proto_camera **cameras, size_t *count)
{
  const json_t *items = member(d->root, "cameras"), *item;
  struct proto_camera *list = take(d, json_array_size(items), sizeof *list);
  size_t i;

  *cameras = list;
  *count = 0;
  if (!list)
    return;
  json_array_foreach(items, i, item)
  {
    struct proto_camera *camera = &list[(*count)++];

    camera->path = string(member(item, "path"));
    camera->name = string(member(item, "name"));
    read_modes(d, member(item, "modes"), camera);
    read_controls(d, member(item, "controls"), camera);
  }
}

/* -1 if there is no PTS. */
static int64_t pts_of(const json_t *root)
{
  const json_t *item = member(root, "pts_ns");

  return json_is_number(item) ? integer(item) : -1;
}

/* Microseconds on the wire, nanoseconds here. */
static int64_t duration_of(const json_t *root, const char *key)
{
  return (int64_t)fmin(fmax(real(member(root, key)), -9e15), 9e15) * 1000;
}

static void read_measures(const json_t *root, struct et_result *result)
{
  const json_t *velocity = member(root, "velocity_px_s"), *camera = member(root, "camera_motion_px_s");

  *result = (struct et_result){
    .state = et_state_of(string(member(root, "state"))),
    .event = et_event_of(string(member(root, "event"))),
    .score = real(member(root, "score")),
    .raw_score = real(member(root, "raw_score")),
    .likeness = real(member(root, "likeness")),
    .rival = real(member(root, "rival")),
    .velocity_x_px_s = real(json_array_get(velocity, 0)),
    .velocity_y_px_s = real(json_array_get(velocity, 1)),
    .camera_x_px_s = real(json_array_get(camera, 0)),
    .camera_y_px_s = real(json_array_get(camera, 1)),
    .gap_ns = integer(member(root, "gap_ns")),
  };
  result->has_box = read_box(member(root, "box"), &result->box);
}

/* Reads the part of a record that a message has. */
static void read_record(const json_t *root, struct et_record *r)
{
  *r = (struct et_record){
    .target = natural(member(root, "target")),
    .frame = natural(member(root, "frame")),
    .pts_ns = pts_of(root),
    .capture_ns = integer(member(root, "capture_ns")),
    .capture_by_driver = strcmp(string(member(root, "capture_source")), "driver") == 0,
    .reason = et_reason_of(string(member(root, "reason"))),
    .pixel_aspect = 1, /* not in the message */
    .dropped = natural(member(root, "dropped")),
    .queue_ns = duration_of(root, "queue_us"),
    .infer_ns = duration_of(root, "infer_us"),
  };
  read_size(member(root, "size"), &r->width, &r->height);
  read_measures(root, &r->result);
}

void proto_read_track(struct proto_document *d, struct proto_track *t)
{
  *t = (struct proto_track){
    .epoch = string(member(d->root, "epoch")),
    .stream = string(member(d->root, "stream")),
    .seq = natural(member(d->root, "seq")),
    .age_ns = duration_of(d->root, "age_us"),
  };
  read_record(d->root, &t->record);
  t->record.of_frame = true;
}

void proto_read_event(struct proto_document *d, struct proto_event *e)
{
  *e = (struct proto_event){
    .epoch = string(member(d->root, "epoch")),
    .stream = string(member(d->root, "stream")),
    .seq = natural(member(d->root, "seq")),
    .event = string(member(d->root, "event")),
    .reason = string(member(d->root, "reason")),
    .rate_hz = real(member(d->root, "rate_hz")),
  };
  read_record(d->root, &e->record);
}
