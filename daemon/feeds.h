/* SPDX-License-Identifier: MIT */
/* What the control thread knows of each stream: its newest result, message counts and latency.
 * Publishes messages from them. */
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

/* One stream by name. It outlives the stream, because the message numbers go on when a stream with
 * the same name comes again. */
struct feed {
  char name[PROTO_MAX_NAME + 1];
  struct stream *stream; /* a reference; NULL while there is none of that name */
  uint64_t news_seen;    /* pieces of the stream's news */
  uint64_t track_seq, event_seq;
  struct et_record last; /* target 0 = there is no target */
  struct et_histogram latency;
};

/* Thread-safety: only the control thread. */
struct feeds;

/* `epoch` is copied; `transport` must outlive it. */
struct feeds *feeds_create(struct transport *transport, const char *epoch);

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void feeds_destroy(struct feeds **feeds);

/* The present feed with that name, or NULL. */
struct feed *feeds_find(struct feeds *feeds, const char *name);

/* The present feed of that stream, or NULL if the stream has gone. */
struct feed *feeds_of(struct feeds *feeds, const struct stream *stream);

/* All feeds that have a stream, in the order in which they came. Valid until the next news. */
struct feed **feeds_present(struct feeds *feeds, size_t *count);

/* The name of the model, which is the same for all streams; taken from the newest. Valid until the
 * next news. */
const char *feeds_model_name(const struct feeds *feeds);

/* News of streams, in their order. Each function publishes the results that came before the news,
 * then the news; each is for one function of the listener. News of a stream that has gone are
 * ignored. */
void feeds_add(struct feeds *feeds, struct stream *stream);
void feeds_up(struct feeds *feeds, const struct stream *stream, int width, int height, double rate_hz);
void feeds_down(struct feeds *feeds, const struct stream *stream, const char *reason);
void feeds_ended(struct feeds *feeds, const struct stream *stream);
void feeds_transition(struct feeds *feeds, const struct stream *stream, const struct et_record *record);
void feeds_refused(struct feeds *feeds, const struct stream *stream);
void feeds_remove(struct feeds *feeds, const struct stream *stream);

/* Publishes the results that are due. */
void feeds_publish_results(struct feeds *feeds);

/* Fills `described` for `streams` and `status`. The strings belong to the feed and to `view`. */
void feed_describe(struct feed *feed, struct stream_view *view, struct proto_stream *described);

#endif
