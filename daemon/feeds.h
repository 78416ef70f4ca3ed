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

/* One stream by name. It outlives the stream it stands for, because its message numbers go on when a stream of that name comes again. */
struct feed {
  char name[PROTO_MAX_NAME + 1];
  struct stream *stream; /* a reference; NULL while there is none of that name */
  uint64_t news_seen;    /* pieces of the stream's news */
  uint64_t track_seq, event_seq;
  struct et_record last; /* of the target; target 0 = there is none */
  struct et_histogram latency;
};

/* Thread-safety: the control thread alone. */
struct feeds;

/* `epoch` is copied; `transport` must outlive it. */
struct feeds *feeds_create(struct transport *transport, const char *epoch);

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void feeds_destroy(struct feeds **feeds);

/* The present feed of that name, or NULL. */
struct feed *feeds_find(struct feeds *feeds, const char *name);

/* The present feed of that stream, or NULL if the stream has gone. */
struct feed *feeds_of(struct feeds *feeds, const struct stream *stream);

/* All that have a stream, in the order in which they came. Valid until the next news. */
struct feed **feeds_present(struct feeds *feeds, size_t *count);

/* The name of the model that the stream which came last tracks with: all have the same. Valid until the next news. */
const char *feeds_model_name(const struct feeds *feeds);

/* What streams tell, in its order: publishes the results that came before it, then says it. One function for each of a listener's; those of a stream that has gone are left
 * out. */
void feeds_add(struct feeds *feeds, struct stream *stream);
void feeds_up(struct feeds *feeds, const struct stream *stream, int width, int height, double rate_hz);
void feeds_down(struct feeds *feeds, const struct stream *stream, const char *reason);
void feeds_ended(struct feeds *feeds, const struct stream *stream);
void feeds_transition(struct feeds *feeds, const struct stream *stream, const struct et_record *record);
void feeds_refused(struct feeds *feeds, const struct stream *stream);
void feeds_remove(struct feeds *feeds, const struct stream *stream);

/* Publishes every result whose turn it is. */
void feeds_publish_results(struct feeds *feeds);

/* As `streams` and `status` show it; the strings belong to the feed and to `view`. */
void feed_describe(struct feed *feed, struct stream_view *view, struct proto_stream *described);

#endif
