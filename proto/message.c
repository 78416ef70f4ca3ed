/* SPDX-License-Identifier: MIT */
/* Prints replies and events. */
#include "proto/message.h"

#include <math.h>
#include <stdlib.h>

#include "writer.h"

static void open_reply(struct writer *w, const struct proto_request *request, const char *epoch, bool ok)
{
  *w = writer_growing();
  open_object(w, NULL);
  if (request->has_id)
    put_string(w, "id", request->id);
  put_string(w, "epoch", epoch);
  put_boolean(w, "ok", ok);
}

static char *close_reply(struct writer *w)
{
  close_object(w);
  return writer_finish(w);
}

char *proto_reply_error(const struct proto_request *request, const char *epoch, enum proto_error error, const char *message)
{
  struct writer w;

  open_reply(&w, request, epoch, false);
  open_object(&w, "error");
  put_string(&w, "code", proto_error_name(error));
  put_string(&w, "message", message);
  close_object(&w);
  return close_reply(&w);
}

char *proto_reply_ok(const struct proto_request *request, const char *epoch)
{
  struct writer w;

  open_reply(&w, request, epoch, true);
  return close_reply(&w);
}

char *proto_reply_track(const struct proto_request *request, const char *epoch, uint64_t target, uint64_t frame)
{
  struct writer w;

  open_reply(&w, request, epoch, true);
  put_unsigned(&w, "target", target);
  put_unsigned(&w, "frame", frame);
  return close_reply(&w);
}

static void put_clocks(struct writer *w, const struct proto_clocks *clocks)
{
  open_object(w, "clocks");
  put_integer(w, "monotonic_ns", clocks->monotonic_ns);
  put_integer(w, "realtime_ns", clocks->realtime_ns);
  close_object(w);
}

char *proto_reply_hello(const struct proto_request *request, const char *epoch, const struct proto_hello *hello)
{
  struct writer w;

  open_reply(&w, request, epoch, true);
  put_string(&w, "name", "etrackd");
  put_string(&w, "version", hello->version);
  put_integer(&w, "proto", PROTO_VERSION);
  put_string(&w, "model", hello->model);
  open_array(&w, "streams");
  for (size_t i = 0; i < hello->count; i++)
    put_string(&w, NULL, hello->streams[i]);
  close_array(&w);
  put_clocks(&w, &hello->clocks);
  return close_reply(&w);
}

static void put_box(struct writer *w, const char *key, const struct et_box *box, int decimals)
{
  open_array(w, key);
  put_number(w, NULL, box->x, decimals);
  put_number(w, NULL, box->y, decimals);
  put_number(w, NULL, box->w, decimals);
  put_number(w, NULL, box->h, decimals);
  close_array(w);
}

static void put_size(struct writer *w, int width, int height)
{
  open_array(w, "size");
  put_integer(w, NULL, width);
  put_integer(w, NULL, height);
  close_array(w);
}

/* Writes what `streams` and `status` have in common. */
static void put_stream_head(struct writer *w, const struct proto_stream *s)
{
  put_string(w, "stream", s->name);
  put_string(w, "source", s->source);
  put_string(w, "link", proto_link_name(s->link));
  if (*s->reason)
    put_string(w, "reason", s->reason);
  if (s->width)
    put_size(w, s->width, s->height);
  if (s->rate_hz > 0)
    put_number(w, "rate_hz", s->rate_hz, 3);
  put_string(w, "state", et_state_name(s->last.target ? s->last.result.state : ET_STATE_IDLE));
}

static void put_latency(struct writer *w, const struct proto_latency *l)
{
  open_object(w, "latency");
  put_unsigned(w, "count", l->count);
  put_integer(w, "p50_ns", l->p50_ns);
  put_integer(w, "p95_ns", l->p95_ns);
  put_integer(w, "p99_ns", l->p99_ns);
  put_integer(w, "max_ns", l->max_ns);
  close_object(w);
}

static void put_params(struct writer *w, const struct et_params *params)
{
  struct et_params copy = *params;
  size_t count;
  const struct et_param_info *info = et_param_table(&count);

  open_object(w, "params");
  for (size_t i = 0; i < count; i++)
    put_number(w, info[i].name, *et_param_value(&copy, &info[i]), 6);
  close_object(w);
}

static void put_last(struct writer *w, const struct et_record *last)
{
  if (!last->target)
    return;
  put_unsigned(w, "target", last->target);
  put_number(w, "score", last->result.score, 4);
  if (!last->result.has_box)
    return;
  put_box(w, "box", &last->result.box, 3);
  put_unsigned(w, "box_frame", last->frame);
}

static void put_stream_status(struct writer *w, const struct proto_stream *s)
{
  open_object(w, NULL);
  put_stream_head(w, s);
  put_unsigned(w, "frame", s->frame);
  put_last(w, &s->last);
  open_object(w, "counters");
  put_unsigned(w, "frames", s->frames);
  put_unsigned(w, "processed", s->processed);
  put_unsigned(w, "dropped", s->dropped);
  put_unsigned(w, "lost_messages", s->lost_messages);
  put_unsigned(w, "restarts", s->restarts);
  close_object(w);
  put_latency(w, &s->latency);
  if (s->has_params)
    put_params(w, &s->params);
  close_object(w);
}

char *proto_reply_streams(const struct proto_request *request, const char *epoch, const struct proto_stream *streams, size_t count)
{
  struct writer w;

  open_reply(&w, request, epoch, true);
  open_array(&w, "streams");
  for (size_t i = 0; i < count; i++) {
    open_object(&w, NULL);
    put_stream_head(&w, &streams[i]);
    close_object(&w);
  }
  close_array(&w);
  return close_reply(&w);
}

static void put_status(struct writer *w, const struct proto_status *s)
{
  put_clocks(w, &s->clocks);
  put_integer(w, "uptime_ns", s->uptime_ns);
  put_unsigned(w, "memory_bytes", s->memory_bytes);
  open_array(w, "streams");
  for (size_t i = 0; i < s->count; i++)
    put_stream_status(w, &s->streams[i]);
  close_array(w);
}

char *proto_reply_status(const struct proto_request *request, const char *epoch, const struct proto_status *status)
{
  struct writer w;

  open_reply(&w, request, epoch, true);
  put_status(&w, status);
  return close_reply(&w);
}

char *proto_reply_snapshot(const struct proto_request *request, const char *epoch, uint64_t frame, uint64_t size_bytes)
{
  struct writer w;

  open_reply(&w, request, epoch, true);
  put_string(&w, "format", "image/jpeg");
  put_unsigned(&w, "frame", frame);
  put_unsigned(&w, "size_bytes", size_bytes);
  return close_reply(&w);
}

static void put_camera(struct writer *w, const struct proto_camera *c)
{
  open_object(w, NULL);
  put_string(w, "path", c->path);
  put_string(w, "name", c->name);
  open_array(w, "modes");
  for (size_t i = 0; i < c->mode_count; i++) {
    open_object(w, NULL);
    put_string(w, "format", c->modes[i].format);
    put_size(w, c->modes[i].width, c->modes[i].height);
    if (c->modes[i].rate_hz > 0)
      put_number(w, "rate_hz", c->modes[i].rate_hz, 3);
    close_object(w);
  }
  close_array(w);
  open_array(w, "controls");
  for (size_t i = 0; i < c->control_count; i++) {
    const struct proto_control *k = &c->controls[i];

    open_object(w, NULL);
    put_string(w, "name", k->name);
    put_string(w, "label", k->label);
    put_integer(w, "min", k->minimum);
    put_integer(w, "max", k->maximum);
    put_integer(w, "step", k->step);
    put_integer(w, "default", k->fallback);
    put_integer(w, "value", k->value);
    put_boolean(w, "writable", k->writable);
    close_object(w);
  }
  close_array(w);
  close_object(w);
}

char *proto_reply_cameras(const struct proto_request *request, const char *epoch, const struct proto_camera *cameras, size_t count)
{
  struct writer w;

  open_reply(&w, request, epoch, true);
  open_array(&w, "cameras");
  for (size_t i = 0; i < count; i++)
    put_camera(&w, &cameras[i]);
  close_array(&w);
  return close_reply(&w);
}

char *proto_reply_metrics(const struct proto_request *request, const char *epoch, const char *text)
{
  struct writer w;

  open_reply(&w, request, epoch, true);
  put_string(&w, "text", text);
  return close_reply(&w);
}

static void open_event(struct writer *w, const char *topic, const char *stream, const char *type, const char *epoch)
{
  put_raw(w, topic);
  if (stream) {
    put_raw(w, ".");
    put_raw(w, stream);
  }
  put_raw(w, " ");
  open_object(w, NULL);
  put_string(w, "type", type);
  put_integer(w, "proto", PROTO_VERSION);
  put_string(w, "epoch", epoch);
  if (stream)
    put_string(w, "stream", stream);
}

/* Writes a pair of numbers as an array. */
static void put_pair(struct writer *w, const char *key, double x, double y, int decimals)
{
  open_array(w, key);
  put_number(w, NULL, x, decimals);
  put_number(w, NULL, y, decimals);
  close_array(w);
}

/* Writes the offset of the box centre from the frame centre, and its angles by a pinhole camera.
 * The aspect ratio is that of the display: pixels need not be square. */
static void put_offset(struct writer *w, const struct et_record *r, double hfov_deg)
{
  const struct et_box *box = &r->result.box;
  const double x = (box->x + box->w / 2) / r->width * 2 - 1, y = (box->y + box->h / 2) / r->height * 2 - 1;
  const double tangent = tan(hfov_deg / 2 * M_PI / 180), aspect = r->height / (r->width * r->pixel_aspect);

  put_pair(w, "offset", x, y, 4);
  if (hfov_deg > 0)
    put_pair(w, "angle_deg", atan(x * tangent) * 180 / M_PI, atan(y * tangent * aspect) * 180 / M_PI, 3);
}

static struct et_box in_shares(const struct et_record *r)
{
  const struct et_box *box = &r->result.box;

  return (struct et_box){box->x / r->width, box->y / r->height, box->w / r->width, box->h / r->height};
}

static void put_measures(struct writer *w, const struct et_record *r, double hfov_deg)
{
  const struct et_box shares = in_shares(r);

  if (r->result.has_box) {
    put_box(w, "box", &r->result.box, 3);
    put_box(w, "box_norm", &shares, 6);
  }
  put_size(w, r->width, r->height);
  if (r->result.has_box)
    put_offset(w, r, hfov_deg);
  put_number(w, "score", r->result.score, 4);
  put_number(w, "raw_score", r->result.raw_score, 4);
  put_number(w, "likeness", r->result.likeness, 4);
  put_number(w, "rival", r->result.rival, 4);
  if (r->result.has_box)
    put_pair(w, "velocity_px_s", r->result.velocity_x_px_s, r->result.velocity_y_px_s, 3);
  put_pair(w, "camera_motion_px_s", r->result.camera_x_px_s, r->result.camera_y_px_s, 3);
}

static void put_time(struct writer *w, const struct et_record *r)
{
  if (r->pts_ns >= 0)
    put_integer(w, "pts_ns", r->pts_ns);
  if (r->capture_ns > 0)
    put_integer(w, "capture_ns", r->capture_ns);
}

size_t proto_print_track(const struct proto_track *t, char *buffer, size_t size)
{
  const struct et_record *r = &t->record;
  struct writer w = writer_fixed(buffer, size);

  open_event(&w, "track", t->stream, "track", t->epoch);
  put_unsigned(&w, "seq", t->seq);
  put_unsigned(&w, "frame", r->frame);
  put_time(&w, r);
  put_string(&w, "capture_source", r->capture_by_driver ? "driver" : "arrival");
  put_unsigned(&w, "target", r->target);
  put_string(&w, "state", et_state_name(r->result.state));
  put_measures(&w, r, t->hfov_deg);
  put_unsigned(&w, "dropped", r->dropped);
  put_integer(&w, "queue_us", r->queue_ns / 1000);
  put_integer(&w, "infer_us", r->infer_ns / 1000);
  put_integer(&w, "age_us", t->age_ns / 1000);
  close_object(&w);
  return writer_finish(&w) ? w.length : 0;
}

size_t proto_print_event(const struct proto_event *e, char *buffer, size_t size)
{
  const struct et_record *r = &e->record;
  struct writer w = writer_fixed(buffer, size);

  open_event(&w, "event", e->stream, "event", e->epoch);
  put_unsigned(&w, "seq", e->seq);
  put_string(&w, "event", e->event);
  if (*e->reason)
    put_string(&w, "reason", e->reason);
  if (r->target) {
    put_unsigned(&w, "target", r->target);
    put_number(&w, "score", r->result.score, 4);
  }
  if (r->frame)
    put_unsigned(&w, "frame", r->frame);
  put_time(&w, r);
  if (r->result.gap_ns)
    put_integer(&w, "gap_ns", r->result.gap_ns);
  if (r->width)
    put_size(&w, r->width, r->height);
  if (e->rate_hz > 0)
    put_number(&w, "rate_hz", e->rate_hz, 3);
  close_object(&w);
  return writer_finish(&w) ? w.length : 0;
}

char *proto_print_status(const struct proto_status *status, const char *epoch, uint64_t seq)
{
  struct writer w = writer_growing();

  open_event(&w, "status", NULL, "status", epoch);
  put_unsigned(&w, "seq", seq);
  put_status(&w, status);
  close_object(&w);
  return writer_finish(&w);
}
