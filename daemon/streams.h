/* SPDX-License-Identifier: MIT */
/* The streams: each a pipeline that is built, watched, and built again when it fails, and the way from its threads to the control thread. */
#ifndef DAEMON_STREAMS_H
#define DAEMON_STREAMS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "mailbox.h"
#include "pipeline/graph.h"
#include "proto/message.h"

/* What a stream is; the strings of `graph` live for the call that takes it. */
struct stream_config {
  struct graph_config graph;
  double hfov_deg; /* horizontal field of view; 0 = unknown */
  double stall_s;  /* without a frame, after which the source counts as gone; 0 = never */
};

/* What is known of a stream at one moment. */
struct stream_view {
  enum proto_link link;
  char reason[400];  /* of PROTO_LINK_DOWN */
  int width, height; /* 0 = no frame yet */
  double rate_hz;
  struct et_params params; /* as they are now */
  uint64_t restarts;
  uint64_t frame; /* the newest that arrived; 0 = none */
  struct graph_counters counters;
  uint64_t lost_messages; /* results that the control thread was too late for */
};

/* One stream. References are counted, because the control thread and what is posted to it may hold one longer than the table does.
 * Thread-safety: what is in this block from any thread, but stream_next_result() from the control thread alone. */
struct stream;

struct stream *stream_ref(struct stream *stream);
void stream_unref(struct stream *stream); /* accepts NULL */
const char *stream_name(const struct stream *stream);
const char *stream_source(const struct stream *stream); /* without passwords */
double stream_hfov_deg(const struct stream *stream);
const char *stream_model_name(const struct stream *stream);
void stream_view(struct stream *stream, struct stream_view *view);

/* The oldest result that was not taken yet, if at most `news` pieces of the stream's news were posted before it: so results and news can be
 * handled in the order in which they came about. */
bool stream_next_result(struct stream *stream, uint64_t news, struct et_record *result);

/* What follows sets `error` to a GRAPH_ERROR: SOURCE if the stream is down, has ended or was removed; NO_FRAME, VALUE, or another that is the daemon's. */

/* Asks for a target and returns its number; 0 with `error`. News say what became of it, unless stream_cancel() succeeds. */
uint64_t stream_track(struct stream *stream, const struct et_start *start, GError **error);

/* Takes such a start back; false if its frame has its turn, or had it: then news come, or have come. */
bool stream_cancel(struct stream *stream, uint64_t target);

/* Ends the target of that number; nothing if it is not there (any more). */
bool stream_end_target(struct stream *stream, uint64_t target, GError **error);

/* Changes live parameters: `change` gets the present ones. All or none. */
typedef void stream_params_change(struct et_params *params, void *user);
bool stream_change_params(struct stream *stream, stream_params_change *change, void *user, GError **error);

/* The newest frame; encoding it is the caller's, and takes its time. Ownership: the caller's. */
struct graph_picture *stream_newest_picture(struct stream *stream, GError **error);

/* What streams tell, in the order in which it came about. Called by mailbox_run(), that is in the control thread; the strings live for the call. */
struct stream_listener {
  void (*added)(struct stream *stream, void *user); /* the first of all */
  void (*up)(struct stream *stream, int width, int height, double rate_hz, void *user);
  void (*down)(struct stream *stream, const char *reason, void *user);
  void (*ended)(struct stream *stream, void *user);
  void (*transition)(struct stream *stream, const struct et_record *record, void *user);
  void (*refused)(struct stream *stream, uint64_t target, enum et_refusal why, const char *words, void *user);
  void (*removed)(struct stream *stream, void *user); /* the last of all */
};

/* The table. Thread-safety: the main thread. */
struct streams;

/* The mailbox gets the streams' news, for `listener` (its functions and `user`), and wakes for results; all must outlive the table. */
struct streams *streams_create(struct mailbox *mailbox, const struct stream_listener *listener, void *user);

/* Stops and frees every stream, all at once: what hangs holds it up for less than two seconds in all. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void streams_destroy(struct streams **streams);

/* Makes the table what `configs` say: new streams are built and started, others go, changed ones are built anew (live parameters alone are just
 * set). Whole or not at all: with an error, which is EXIT_CONFIG and names the stream, nothing has changed. A source that does not work now is no error. */
bool streams_replace(struct streams *streams, const struct stream_config *configs, size_t count, GError **error);

/* Builds what `configs` say, plays nothing, and takes it down again. Errors as above. */
bool streams_try(struct streams *streams, const struct stream_config *configs, size_t count, GError **error);

/* Looks for sources that have gone silent. Call it every half second or so. */
void streams_check(struct streams *streams);

/* Whether every stream's tracker gets on: false if one had frames and a target since the last call and processed none of them. */
bool streams_progress(struct streams *streams);

/* The name of the model that they track with; "" without streams. */
const char *streams_model_name(const struct streams *streams);

/* How many streams there are, and how many of them are up. */
void streams_count(struct streams *streams, unsigned *count, unsigned *up);

#endif
