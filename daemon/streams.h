/* SPDX-License-Identifier: MIT */
/* The streams: each a pipeline that is built, watched, and built again when it fails, and the way from its threads to the control thread. */
#ifndef DAEMON_STREAMS_H
#define DAEMON_STREAMS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "mailbox.h"
#include "pipeline/graph.h"

/* What a stream is; the strings of `graph` live for the call that takes it. */
struct stream_config {
  struct graph_config graph;
  double hfov_deg; /* horizontal field of view; 0 = unknown */
  double stall_s;  /* without a frame, after which the source counts as gone; 0 = never */
};

enum stream_link { STREAM_STARTING, STREAM_UP, STREAM_DOWN, STREAM_ENDED };

/* What is known of a stream at one moment. */
struct stream_view {
  enum stream_link link;
  char reason[200];  /* of STREAM_DOWN */
  int width, height; /* 0 = no frame yet */
  double rate_hz;
  struct et_params params; /* as they are now */
  uint64_t restarts;
  uint64_t frame; /* the newest that arrived; 0 = none */
  struct graph_counters counters;
  uint64_t lost_messages; /* results that the control thread was too late for */
};

/* How a request to a stream went; all but STREAM_OK come with words. */
enum stream_answer { STREAM_OK, STREAM_IS_DOWN, STREAM_NO_FRAME, STREAM_BAD_BOX, STREAM_EXPIRED, STREAM_BAD_VALUE, STREAM_FAILED };

struct stream_words {
  char text[256];
};

/* One stream. References are counted, because the control thread and its mail may hold one longer than the table does.
 * Thread-safety: what stands in this block from any thread, but stream_next_result() from the control thread alone. */
struct stream;

struct stream *stream_ref(struct stream *stream);
void stream_unref(struct stream *stream); /* accepts NULL */
const char *stream_name(const struct stream *stream);
const char *stream_source(const struct stream *stream); /* without passwords */
double stream_hfov_deg(const struct stream *stream);
const char *stream_model_name(const struct stream *stream); /* "" where its graph could not be made yet */
void stream_view(struct stream *stream, struct stream_view *view);

/* The oldest result that was not taken yet, if fewer than `before` mails of the stream were posted before it: so results and mails can be handled
 * in the order in which they came about. */
bool stream_next_result(struct stream *stream, uint64_t before, struct graph_result *result);

/* Asks for a target; `*target` is its number if the answer is STREAM_OK. A later mail says what became of it. */
enum stream_answer stream_track(struct stream *stream, const double box[4], uint64_t frame, uint64_t *target, struct stream_words *words);

/* The kept frame at a presentation time. */
enum stream_answer stream_frame_at(struct stream *stream, int64_t pts_ns, uint64_t *frame, struct stream_words *words);

enum stream_answer stream_stop_target(struct stream *stream, struct stream_words *words);

/* Changes live parameters: `change` gets the present ones. All or none. */
typedef void stream_params_change(struct et_params *params, void *user);
enum stream_answer stream_change_params(struct stream *stream, stream_params_change *change, void *user, struct stream_words *words);

/* The newest frame as JPEG; takes its time. */
enum stream_answer stream_snapshot(struct stream *stream, GBytes **jpeg, uint64_t *frame, struct stream_words *words);

/* The table. Thread-safety: the main thread. */
struct streams;

/* `mailbox` gets the streams' mail and must outlive the table. */
struct streams *streams_create(struct mailbox *mailbox);

/* Stops and frees every stream. Accepts NULL and a pointer to NULL; leaves NULL behind. */
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

/* The name of the model that they track with. */
const char *streams_model_name(const struct streams *streams);

/* How many streams there are, and how many of them are up. */
void streams_count(struct streams *streams, unsigned *count, unsigned *up);

#endif
