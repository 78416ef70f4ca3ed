/* SPDX-License-Identifier: MIT */
/* Reads replies and events. */
#include "proto/read.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* An array that was read; they are freed together. */
struct block {
  struct block *next;
  max_align_t data[];
};

struct proto_document {
  cJSON *root;
  struct block *blocks;
};

struct proto_document *proto_document_read(const char *bytes, size_t size)
{
  struct proto_document *d = calloc(1, sizeof *d);
  const char *space = size && *bytes != '{' ? memchr(bytes, ' ', size) : NULL;
  const char *json = space ? space + 1 : bytes;

  if (!d)
    return NULL;
  d->root = cJSON_ParseWithLength(json, size - (size_t)(json - bytes));
  if (!cJSON_IsObject(d->root))
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
  cJSON_Delete((*document)->root);
  free(*document);
  *document = NULL;
}

/* Room for what an array holds, or NULL. */
static void *take(struct proto_document *d, size_t count, size_t size)
{
  struct block *b = calloc(1, sizeof *b + count * size);

  if (!b)
    return NULL;
  b->next = d->blocks;
  d->blocks = b;
  return b->data;
}

static const cJSON *member(const cJSON *object, const char *key)
{
  return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double real(const cJSON *item)
{
  return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? item->valuedouble : 0;
}

/* Whole numbers, kept inside what the type can hold. */
static int64_t integer(const cJSON *item)
{
  return (int64_t)fmin(fmax(real(item), -9.2e18), 9.2e18);
}

static uint64_t natural(const cJSON *item)
{
  const int64_t value = integer(item);

  return value > 0 ? (uint64_t)value : 0;
}

static int32_t small(const cJSON *item)
{
  return (int32_t)fmin(fmax(real(item), INT32_MIN), INT32_MAX);
}

static const char *string(const cJSON *item)
{
  const char *s = cJSON_GetStringValue(item);

  return s ? s : "";
}

static bool truth(const cJSON *item)
{
  return cJSON_IsTrue(item);
}

/* NULL where it is something else: cJSON walks through objects too. */
static const cJSON *array(const cJSON *object, const char *key)
{
  const cJSON *item = member(object, key);

  return cJSON_IsArray(item) ? item : NULL;
}

static size_t length_of(const cJSON *items)
{
  return (size_t)cJSON_GetArraySize(items);
}

enum proto_kind proto_document_kind(const struct proto_document *d)
{
  const char *type = string(member(d->root, "type"));

  if (cJSON_IsBool(member(d->root, "ok")))
    return PROTO_KIND_REPLY;
  if (strcmp(type, "track") == 0)
    return PROTO_KIND_TRACK;
  if (strcmp(type, "event") == 0)
    return PROTO_KIND_EVENT;
  return strcmp(type, "status") == 0 ? PROTO_KIND_STATUS : PROTO_KIND_OTHER;
}

void proto_read_reply(struct proto_document *d, struct proto_reply *reply)
{
  const cJSON *error = member(d->root, "error");

  *reply = (struct proto_reply){
    .ok = truth(member(d->root, "ok")),
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

static struct proto_clocks clocks_of(const cJSON *item)
{
  return (struct proto_clocks){integer(member(item, "monotonic_ns")), integer(member(item, "realtime_ns"))};
}

void proto_read_hello(struct proto_document *d, struct proto_hello *hello)
{
  const cJSON *names = array(d->root, "streams"), *name;
  const size_t count = length_of(names);
  const char **streams = take(d, count, sizeof *streams);
  size_t read = 0;

  if (streams)
    cJSON_ArrayForEach(name, names) streams[read++] = string(name);
  *hello = (struct proto_hello){
    .version = string(member(d->root, "version")),
    .model = string(member(d->root, "model")),
    .streams = streams,
    .count = read,
    .clocks = clocks_of(member(d->root, "clocks")),
  };
}

static void read_size(const cJSON *item, int *width, int *height)
{
  *width = small(cJSON_GetArrayItem(item, 0));
  *height = small(cJSON_GetArrayItem(item, 1));
}

/* False if there is none. */
static bool read_box(const cJSON *item, struct et_box *box)
{
  if (length_of(item) != 4)
    return false;
  *box = (struct et_box){
    real(cJSON_GetArrayItem(item, 0)),
    real(cJSON_GetArrayItem(item, 1)),
    real(cJSON_GetArrayItem(item, 2)),
    real(cJSON_GetArrayItem(item, 3)),
  };
  return true;
}

static void read_counters(const cJSON *item, const cJSON *latency, struct proto_stream *s)
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

/* Of another daemon's parameters those that we know. */
static void read_params(const cJSON *item, struct proto_stream *s)
{
  size_t count;
  const struct et_param_info *info = et_param_table(&count);

  s->has_params = cJSON_IsObject(item);
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

static void read_last(const cJSON *item, struct et_record *last)
{
  *last = (struct et_record){
    .target = natural(member(item, "target")),
    .frame = natural(member(item, "box_frame")),
    .pts_ns = -1,
    .result = {.state = et_state_of(string(member(item, "state"))), .score = real(member(item, "score"))},
  };
  last->result.has_box = read_box(array(item, "box"), &last->result.box);
}

static void read_stream(const cJSON *item, struct proto_stream *s)
{
  *s = (struct proto_stream){
    .name = string(member(item, "stream")),
    .source = string(member(item, "source")),
    .link = link_of(string(member(item, "link"))),
    .reason = string(member(item, "reason")),
    .rate_hz = real(member(item, "rate_hz")),
    .frame = natural(member(item, "frame")),
  };
  read_size(array(item, "size"), &s->width, &s->height);
  read_last(item, &s->last);
  read_counters(member(item, "counters"), member(item, "latency"), s);
  read_params(member(item, "params"), s);
}

void proto_read_status(struct proto_document *d, struct proto_status *status)
{
  const cJSON *items = array(d->root, "streams"), *item;
  struct proto_stream *streams = take(d, length_of(items), sizeof *streams);
  size_t read = 0;

  if (streams)
    cJSON_ArrayForEach(item, items) read_stream(item, &streams[read++]);
  *status = (struct proto_status){
    .clocks = clocks_of(member(d->root, "clocks")),
    .uptime_ns = integer(member(d->root, "uptime_ns")),
    .memory_bytes = natural(member(d->root, "memory_bytes")),
    .streams = streams,
    .count = read,
  };
}

static void read_modes(struct proto_document *d, const cJSON *items, struct proto_camera *camera)
{
  struct proto_mode *modes = take(d, length_of(items), sizeof *modes);
  const cJSON *item;

  camera->modes = modes;
  if (!modes)
    return;
  cJSON_ArrayForEach(item, items)
  {
    struct proto_mode *mode = &modes[camera->mode_count++];

    *mode = (struct proto_mode){.format = string(member(item, "format")), .rate_hz = real(member(item, "rate_hz"))};
    read_size(array(item, "size"), &mode->width, &mode->height);
  }
}

static void read_controls(struct proto_document *d, const cJSON *items, struct proto_camera *camera)
{
  struct proto_control *controls = take(d, length_of(items), sizeof *controls);
  const cJSON *item;

  camera->controls = controls;
  if (!controls)
    return;
  cJSON_ArrayForEach(item, items)
  {
    controls[camera->control_count++] = (struct proto_control){
      .name = string(member(item, "name")),
      .label = string(member(item, "label")),
      .minimum = small(member(item, "min")),
      .maximum = small(member(item, "max")),
      .step = small(member(item, "step")),
      .fallback = small(member(item, "default")),
      .value = small(member(item, "value")),
      .writable = truth(member(item, "writable")),
    };
  }
}

void proto_read_cameras(struct proto_document *d, const struct proto_camera **cameras, size_t *count)
{
  const cJSON *items = array(d->root, "cameras"), *item;
  struct proto_camera *list = take(d, length_of(items), sizeof *list);

  *cameras = list;
  *count = 0;
  if (!list)
    return;
  cJSON_ArrayForEach(item, items)
  {
    struct proto_camera *camera = &list[(*count)++];

    camera->path = string(member(item, "path"));
    camera->name = string(member(item, "name"));
    read_modes(d, array(item, "modes"), camera);
    read_controls(d, array(item, "controls"), camera);
  }
}

/* -1 where there is none. */
static int64_t pts_of(const cJSON *root)
{
  const cJSON *item = member(root, "pts_ns");

  return cJSON_IsNumber(item) ? integer(item) : -1;
}

/* Microseconds on the wire, nanoseconds here. */
static int64_t duration_of(const cJSON *root, const char *key)
{
  return (int64_t)fmin(fmax(real(member(root, key)), -9e15), 9e15) * 1000;
}

static void read_measures(const cJSON *root, struct et_result *result)
{
  const cJSON *velocity = array(root, "velocity_px_s");

  *result = (struct et_result){
    .state = et_state_of(string(member(root, "state"))),
    .event = et_event_of(string(member(root, "event"))),
    .score = real(member(root, "score")),
    .rival = real(member(root, "rival")),
    .velocity_x_px_s = real(cJSON_GetArrayItem(velocity, 0)),
    .velocity_y_px_s = real(cJSON_GetArrayItem(velocity, 1)),
    .gap_ns = integer(member(root, "gap_ns")),
  };
  result->has_box = read_box(array(root, "box"), &result->box);
}

/* What a message has of a record. */
static void read_record(const cJSON *root, struct et_record *r)
{
  *r = (struct et_record){
    .target = natural(member(root, "target")),
    .frame = natural(member(root, "frame")),
    .pts_ns = pts_of(root),
    .capture_ns = integer(member(root, "capture_ns")),
    .capture_by_driver = strcmp(string(member(root, "capture_source")), "driver") == 0,
    .reason = et_reason_of(string(member(root, "reason"))),
    .pixel_aspect = 1, /* is not told */
    .dropped = natural(member(root, "dropped")),
    .queue_ns = duration_of(root, "queue_us"),
    .infer_ns = duration_of(root, "infer_us"),
  };
  read_size(array(root, "size"), &r->width, &r->height);
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
