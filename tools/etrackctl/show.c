/* SPDX-License-Identifier: MIT */
/* Prints replies and events for people. */
#include "show.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>

void show_nothing(struct proto_document *document)
{
}

void show_hello(struct proto_document *document)
{
  struct proto_hello hello;

  proto_read_hello(document, &hello);
  printf("etrackd %s, protocol %d, model %s, streams:", hello.version, PROTO_VERSION, hello.model);
  for (size_t i = 0; i < hello.count; i++)
    printf(" %s", hello.streams[i]);
  printf("\n");
}

/* "1280x720@30.00", "1280x720", "-" */
static void print_format(int width, int height, double rate_hz, char *text, size_t size)
{
  if (width <= 0)
    g_snprintf(text, size, "-");
  else if (rate_hz > 0)
    g_snprintf(text, size, "%dx%d@%.2f", width, height, rate_hz);
  else
    g_snprintf(text, size, "%dx%d", width, height);
}

void show_streams(struct proto_document *document)
{
  struct proto_status status;

  proto_read_status(document, &status);
  printf("%-16s %-8s %-10s %-18s %s\n", "STREAM", "LINK", "TARGET", "FORMAT", "SOURCE");
  for (size_t i = 0; i < status.count; i++) {
    const struct proto_stream *s = &status.streams[i];
    char format[40];

    print_format(s->width, s->height, s->rate_hz, format, sizeof format);
    printf("%-16s %-8s %-10s %-18s %s%s%s%s\n", s->name, proto_link_name(s->link), et_state_name(s->last.result.state), format, s->source,
           *s->reason ? " (" : "", s->reason, *s->reason ? ")" : "");
  }
}

/* Prints the parameters as `set` takes them, each after `before`. */
static void print_params(const struct et_params *params, const char *before, const char *end)
{
  struct et_params copy = *params;
  size_t count;
  const struct et_param_info *info = et_param_table(&count);

  for (size_t i = 0; i < count; i++)
    printf("%s%s=%.10g%s", before, info[i].name, *et_param_value(&copy, &info[i]), end);
}

static void print_target(const struct et_record *last)
{
  const struct et_box *box = &last->result.box;

  if (last->target)
    printf("  target %" PRIu64 ": %s, score %.2f", last->target, et_state_name(last->result.state), last->result.score);
  else
    printf("  no target");
  if (last->result.has_box)
    printf(", box %.1f,%.1f,%.1f,%.1f of frame %" PRIu64, box->x, box->y, box->w, box->h, last->frame);
}

static void show_stream_status(const struct proto_stream *s)
{
  char format[40];

  print_format(s->width, s->height, s->rate_hz, format, sizeof format);
  printf("\n%s: %s%s%s, %s, %s\n", s->name, proto_link_name(s->link), *s->reason ? ", " : "", s->reason, format, s->source);
  print_target(&s->last);
  printf("\n  frames %" PRIu64 ", processed %" PRIu64 ", dropped %" PRIu64 ", messages lost %" PRIu64 ", restarts %" PRIu64 "\n", s->frames,
         s->processed, s->dropped, s->lost_messages, s->restarts);
  if (s->latency.count)
    printf("  capture to publishing: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, max %.1f ms over %" PRIu64 " messages\n",
           (double)s->latency.p50_ns / 1e6, (double)s->latency.p95_ns / 1e6, (double)s->latency.p99_ns / 1e6,
           (double)s->latency.max_ns / 1e6, s->latency.count);
  if (s->has_params) {
    printf(" ");
    print_params(&s->params, " ", "");
    printf("\n");
  }
}

void show_status(struct proto_document *document)
{
  struct proto_status status;

  proto_read_status(document, &status);
  printf("up %.0f s, %.1f MiB\n", (double)status.uptime_ns / 1e9, (double)status.memory_bytes / (1 << 20));
  for (size_t i = 0; i < status.count; i++)
    show_stream_status(&status.streams[i]);
}

void show_params(struct proto_document *document)
{
  struct proto_status status;

  proto_read_status(document, &status);
  for (size_t i = 0; i < status.count; i++)
    if (status.streams[i].has_params)
      print_params(&status.streams[i].params, "", "\n");
}

void show_target(struct proto_document *document)
{
  struct proto_reply reply;

  proto_read_reply(document, &reply);
  printf("target %" PRIu64 ", taken from frame %" PRIu64 "\n", reply.target, reply.frame);
}

static void show_camera(const struct proto_camera *camera)
{
  printf("%s: %s\n", camera->path, camera->name);
  for (size_t i = 0; i < camera->mode_count; i++) {
    const struct proto_mode *mode = &camera->modes[i];
    char format[40];

    print_format(mode->width, mode->height, mode->rate_hz, format, sizeof format);
    printf("  %-16s %s\n", mode->format, format);
  }
  for (size_t i = 0; i < camera->control_count; i++) {
    const struct proto_control *c = &camera->controls[i];

    printf("  %s = %d (%d to %d, step %d, default %d)%s\n", c->name, c->value, c->minimum, c->maximum, c->step, c->fallback,
           c->writable ? "" : ", read-only now");
  }
}

void show_cameras(struct proto_document *document)
{
  const struct proto_camera *cameras;
  size_t count;

  proto_read_cameras(document, &cameras, &count);
  if (count == 0)
    printf("no camera\n");
  for (size_t i = 0; i < count; i++)
    show_camera(&cameras[i]);
}

void show_metrics(struct proto_document *document)
{
  struct proto_reply reply;

  proto_read_reply(document, &reply);
  printf("%s", reply.text);
}

void show_track_line(const struct proto_track *t, char *line, size_t size)
{
  const struct et_record *r = &t->record;
  const struct et_box *b = &r->result.box;
  char box[80] = "no box";

  if (r->result.has_box)
    g_snprintf(box, sizeof box, "%.1f,%.1f %.1fx%.1f", b->x, b->y, b->w, b->h);
  g_snprintf(line, size, "%s #%" PRIu64 " target %" PRIu64 " %-9s %s score %.2f age %.1f ms", t->stream, r->frame, r->target,
             et_state_name(r->result.state), box, r->result.score, (double)t->age_ns / 1e6);
}

void show_event_line(const struct proto_event *e, char *line, size_t size)
{
  char target[40] = "";

  if (e->record.target)
    g_snprintf(target, sizeof target, " target %" PRIu64, e->record.target);
  g_snprintf(line, size, "%s #%" PRIu64 "%s %s%s%s", e->stream, e->record.frame, target, e->event, *e->reason ? ": " : "", e->reason);
}
