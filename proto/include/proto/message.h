/* SPDX-License-Identifier: MIT */
/* Replies and events of the wire protocol: structs to bytes. */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include "etrack/params.h"
#include "etrack/record.h"
#include "proto/request.h"

/* Two clocks that are read together, for clients on either clock. */
struct proto_clocks {
  int64_t monotonic_ns, realtime_ns;
};

/* Time from capture to publishing. */
struct proto_latency {
  uint64_t count;
  int64_t p50_ns, p95_ns, p99_ns, max_ns;
};

/* A record of a frame of a target, for subscribers. */
struct proto_track {
  const char *epoch, *stream;
  uint64_t seq;
  struct et_record record;
  double hfov_deg; /* horizontal field of view; 0 = not configured */
  int64_t age_ns;  /* capture to publishing */
};

/* A transition of a target (record.target is its number), or a change of a stream (it is 0). */
struct proto_event {
  const char *epoch, *stream;
  uint64_t seq;
  /* of a target: et_event_name(); of a stream: "stream-up", "stream-down" or "stream-ended" */
  const char *event;
  const char *reason; /* of a target: et_reason_name(); of a stream: words; "" = not given */
  struct et_record record;
  double rate_hz; /* of stream-up; 0 = not known */
};

/* Whether a stream has frames. */
enum proto_link { PROTO_LINK_STARTING, PROTO_LINK_UP, PROTO_LINK_DOWN, PROTO_LINK_ENDED };

/* A stream as `streams`, `status` and the status event show it. */
struct proto_stream {
  const char *name, *source;
  enum proto_link link;
  const char *reason;    /* why it is down; otherwise "" */
  int width, height;     /* 0 = not known yet */
  double rate_hz;        /* 0 = not known */
  struct et_record last; /* the newest of its target; target 0 = it has no target */
  uint64_t frame;        /* number of the newest that arrived */
  uint64_t frames, processed, dropped, lost_messages, restarts;
  bool has_params; /* true for `status`, false for `streams` */
  struct et_params params;
  struct proto_latency latency;
};

struct proto_status {
  struct proto_clocks clocks;
  int64_t uptime_ns;
  uint64_t memory_bytes; /* resident */
  const struct proto_stream *streams;
  size_t count;
};

struct proto_hello {
  const char *version, *model;
  const char *const *streams;
  size_t count;
  struct proto_clocks clocks;
};

struct proto_mode {
  const char *format;
  int width, height;
  double rate_hz;
};

struct proto_control {
  const char *name, *label;
  int32_t minimum, maximum, step, fallback, value;
  bool writable;
};

struct proto_camera {
  const char *path, *name;
  const struct proto_mode *modes;
  size_t mode_count;
  const struct proto_control *controls;
  size_t control_count;
};

/* "starting", "up", "down", "ended"; static storage. */
const char *proto_link_name(enum proto_link link);

/* The proto_reply functions and proto_print_status() return a text that the caller frees with
 * free(); NULL if there is no memory. Thread-safety: any thread. */
char *proto_reply_error(const struct proto_request *request, const char *epoch, enum proto_error error, const char *message);
char *proto_reply_ok(const struct proto_request *request, const char *epoch);
char *proto_reply_track(const struct proto_request *request, const char *epoch, uint64_t target, uint64_t frame);
char *proto_reply_hello(const struct proto_request *request, const char *epoch, const struct proto_hello *hello);
char *proto_reply_streams(const struct proto_request *request, const char *epoch, const struct proto_stream *streams, size_t count);
char *proto_reply_status(const struct proto_request *request, const char *epoch, const struct proto_status *status);
char *proto_reply_snapshot(const struct proto_request *request, const char *epoch, uint64_t frame, uint64_t size_bytes);
char *proto_reply_cameras(const struct proto_request *request, const char *epoch, const struct proto_camera *cameras, size_t count);
char *proto_reply_metrics(const struct proto_request *request, const char *epoch, const char *text);

/* Whole messages with their topic: "track.cam0 {...}". The first two write into the caller's buffer
 * and return the length; 0 if it is too small (PROTO_EVENT_SIZE always suffices). They are
 * RT-safe. */
enum { PROTO_EVENT_SIZE = 4096 };
size_t proto_print_track(const struct proto_track *track, char *buffer, size_t size);
size_t proto_print_event(const struct proto_event *event, char *buffer, size_t size);
char *proto_print_status(const struct proto_status *status, const char *epoch, uint64_t seq);

#endif
