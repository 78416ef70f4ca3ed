/* SPDX-License-Identifier: MIT */
/* What the files of a stream share: stream.c (what others ask), life.c, and streams.c (the
 * table). */
#ifndef DAEMON_STREAM_PARTS_H
#define DAEMON_STREAM_PARTS_H

#include "base/ring.h"
#include "streams.h"

/* The receiver of a stream's news. */
struct stream_audience {
  struct mailbox *mailbox;
  const struct stream_listener *listener;
  void *user;
};

struct stream {
  atomic_uint references;
  struct stream_config config; /* owns its strings */
  char model[64];              /* set before other threads know the stream */
  char *shown_source;          /* without passwords, for clients */
  struct stream_audience audience;
  _Atomic uint64_t news; /* number that were posted; raised by mailbox_post() */
  struct et_ring *results;

  /* only for the control thread: a result that was popped too early */
  struct stream_result {
    uint64_t news_before; /* number of news before the result */
    struct et_record record;
  } held;
  bool has_held;

  GMutex lock; /* guards what follows, up to the next comment */
  GCond released;
  bool open; /* others may use the graph */
  unsigned users;
  uint64_t first_frame;
  struct stream_view known; /* its counters are the newest that could be read */

  /* only for the main thread */
  struct graph *graph;
  guint retry;   /* GSource of the next attempt; 0 = none */
  guint give_up; /* GSource that ends the search for a target without frames; 0 = none */
  unsigned pause_ms;
  int64_t up_ns;        /* when it came up; 0 = it is not up */
  uint64_t seen_frames; /* by stream_check_silence() */
  int64_t seen_ns;

  struct stream *replaces;        /* set before it starts; run_added() clears it */
  atomic_bool has_target;         /* written by the tracker thread */
  struct graph_counters progress; /* by stream_makes_progress(); main thread */
};

/* life.c; main thread. */

/* Makes a stream that is built but does not run. NULL with `error`, a DAEMON_ERROR. */
struct stream *stream_make(const struct stream_audience *audience, const struct stream_config *config, GError **error);

/* Frees a stream that never ran. */
void stream_discard(struct stream *stream);

/* Tells that the stream is added, and starts it. `first_frame`: the number of its first frame. */
void stream_start(struct stream *stream, uint64_t first_frame);

/* End a stream in two steps, so that several stop at once. After stream_halt() no frame comes.
 * stream_end() waits until `until_ns` at most, and returns the number of its newest frame. It tells
 * that the stream is removed and drops the table's reference, or gives it to the `heir`, a stream
 * of the same name that starts next and tells it then (NULL = none). */
void stream_halt(struct stream *stream);
uint64_t stream_end(struct stream *stream, int64_t until_ns, struct stream *heir);

void stream_use_params(struct stream *stream, const struct et_params *params);
void stream_check_silence(struct stream *stream, int64_t now_ns);
bool stream_makes_progress(struct stream *stream);

/* stream_config.c. */

/* Whether a running stream can go on with the new configuration, ignoring live parameters. It
 * cannot if the file of its model has changed. */
bool stream_can_stay(struct stream *stream, const struct stream_config *config);

/* Copies the strings too. */
void stream_config_copy(struct stream_config *to, const struct stream_config *from);
void stream_config_free(struct stream_config *config);

#endif
