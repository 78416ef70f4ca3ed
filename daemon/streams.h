/* SPDX-License-Identifier: MIT */
/* The streams: each has a pipeline that is built, watched, and built again when it fails. Results
 * and news go from its threads to the control thread. */
#ifndef DAEMON_STREAMS_H
#define DAEMON_STREAMS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "mailbox.h"
#include "pipeline/graph.h"
#include "proto/message.h"

/* The configuration of a stream. The strings of `graph` must live during the call that takes it. */
struct stream_config {
  struct graph_config graph;
  double hfov_deg; /* horizontal field of view; 0 = unknown */
  double stall_s;  /* without a frame, after which the stream is down; 0 = never */
};

/* The state of a stream at one moment. */
struct stream_view {
  enum proto_link link;
  char reason[400];  /* of PROTO_LINK_DOWN */
  int width, height; /* 0 = no frame yet */
  double rate_hz;
  struct et_params params; /* as they are now */
  uint64_t restarts;
  uint64_t frame; /* the newest one that arrived; 0 = none */
  struct graph_counters counters;
  uint64_t lost_messages; /* results overwritten before the control thread read them */
};

/* One stream. References are counted, because the control thread and posted news may hold a stream
 * longer than the table does.
 * Thread-safety: any thread may call the functions of this block, except stream_next_result(),
 * which only the control thread may call. */
struct stream;

struct stream *stream_ref(struct stream *stream);
void stream_unref(struct stream *stream); /* accepts NULL */
const char *stream_name(const struct stream *stream);
const char *stream_source(const struct stream *stream); /* without passwords */
double stream_hfov_deg(const struct stream *stream);
const char *stream_model_name(const struct stream *stream);
void stream_view(struct stream *stream, struct stream_view *view);

/* Takes the oldest result, if at most `news` of the stream's news were posted before it. So results
 * and news can be handled in their order. */
bool stream_next_result(struct stream *stream, uint64_t news, struct et_record *result);

/* The functions below set `error` to a GRAPH_ERROR: SOURCE if the stream is down, has ended or was
 * removed; NO_FRAME or VALUE for the request; others for faults of the daemon. */

/* Asks for a target and returns its number; 0 with `error`. News tell the result, unless
 * stream_cancel() succeeds. */
uint64_t stream_track(struct stream *stream, const struct et_start *start, GError **error);

/* Takes such a start back. False if its frame is being or has been processed: then its news come,
 * or have come. */
bool stream_cancel(struct stream *stream, uint64_t target);

/* Ends the target with that number. Does nothing if there is no such target. */
bool stream_end_target(struct stream *stream, uint64_t target, GError **error);

/* Changes live parameters: `change` gets the present ones. Either all changes take effect or
 * none. */
typedef void stream_params_change(struct et_params *params, void *user);
bool stream_change_params(struct stream *stream, stream_params_change *change, void *user, GError **error);

/* The newest frame. The caller encodes it, which takes time, and frees it. */
struct graph_picture *stream_newest_picture(struct stream *stream, GError **error);

/* Gets the news of streams, in their order. mailbox_run() calls it in the control thread. The
 * strings live during the call. */
struct stream_listener {
  void (*added)(struct stream *stream, void *user); /* before all others */
  void (*up)(struct stream *stream, int width, int height, double rate_hz, void *user);
  void (*down)(struct stream *stream, const char *reason, void *user);
  void (*ended)(struct stream *stream, void *user);
  void (*transition)(struct stream *stream, const struct et_record *record, void *user);
  void (*refused)(struct stream *stream, uint64_t target, enum et_refusal why, const char *words, void *user);
  void (*removed)(struct stream *stream, void *user); /* after all others */
};

/* The table. Thread-safety: the main thread. */
struct streams;

/* The mailbox gets the news of the streams, for `listener` with `user`, and is woken for results.
 * All three must outlive the table. */
struct streams *streams_create(struct mailbox *mailbox, const struct stream_listener *listener, void *user);

/* Stops and frees all streams at once. If some hang, it still takes less than two seconds in all.
 * Accepts NULL and a pointer to NULL; leaves NULL behind. */
void streams_destroy(struct streams **streams);

/* Makes the table match `configs`: adds new streams, ends removed ones, and builds changed ones
 * anew; if only live parameters changed, they are just set. On an error nothing changes. A source
 * that does not work now is not an error.
 * Errors: EXIT_CONFIG; the message names the stream. */
bool streams_replace(struct streams *streams, const struct stream_config *configs, size_t count, GError **error);

/* Builds the streams of `configs`, plays nothing, and frees them again. Errors as above. */
bool streams_try(struct streams *streams, const struct stream_config *configs, size_t count, GError **error);

/* Looks for sources that have become silent. Call it about every half second. */
void streams_check(struct streams *streams);

/* Whether the tracker of every stream makes progress. False if a stream had frames and a target
 * since the last call and processed none of the frames. */
bool streams_progress(struct streams *streams);

/* The name of the model of the streams; "" without streams. */
const char *streams_model_name(const struct streams *streams);

/* How many streams there are, and how many of them are up. */
void streams_count(struct streams *streams, unsigned *count, unsigned *up);

#endif
