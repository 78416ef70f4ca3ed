/* SPDX-License-Identifier: MIT */
/* What the control thread knows of each stream: its newest result, its message counts, its latency; and the messages that are made of them. */
#ifndef DAEMON_FEEDS_H
#define DAEMON_FEEDS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"
#include "proto/message.h"
#include "proto/request.h"
#include "streams.h"
#include "transport.h"

/* A `track` request that waits for its frame. */
struct pending_track {
  bool active;
  bool asked; /* the stream has it; else its size is awaited */
  struct envelope envelope;
  struct proto_request request;
  uint64_t target; /* if asked */
  int64_t deadline_ns;
};

/* One stream by name. It outlives the stream it stands for, because its message numbers go on when a stream of that name comes again. */
struct feed {
  char name[PROTO_MAX_NAME + 1];
  struct stream *stream; /* a reference; NULL while there is none of that name */
  uint64_t mails_seen;
  uint64_t track_seq, event_seq;
  uint64_t target;          /* 0 = none */
  struct graph_result last; /* of the target */
  struct et_histogram latency;
  struct pending_track pending;
  uint64_t unwanted; /* a target whose request was answered with a refusal: to be stopped if it starts after all */
};

/* Thread-safety: the control thread alone. */
struct feeds;

/* `epoch` is copied; `transport` must outlive it. */
struct feeds *feeds_create(struct transport *transport, const char *epoch);

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void feeds_destroy(struct feeds **feeds);

/* The present feed of that name, or NULL. */
struct feed *feeds_find(struct feeds *feeds, const char *name);

/* All that have a stream, in the order in which they came. Valid until the next mail. */
struct feed **feeds_present(struct feeds *feeds, size_t *count);

/* The name of the model that the stream which came last tracks with: all have the same. Valid until the next mail. */
const char *feeds_model_name(const struct feeds *feeds);

/* Publishes what a stream's mail says, after the results that came before it, and notes it. The feed it belongs to, or NULL for mail of a stream that
 * has gone. */
struct feed *feeds_take_mail(struct feeds *feeds, const struct mail *mail);

/* Publishes every result whose turn it is. */
void feeds_publish_results(struct feeds *feeds);

/* As `streams` and `status` show it; the strings belong to the feed and to `view`. */
void feed_describe(struct feed *feed, struct stream_view *view, struct proto_stream *described);

#endif
