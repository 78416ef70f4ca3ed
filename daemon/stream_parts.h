/* SPDX-License-Identifier: MIT */
/* What the files of a stream share: what others ask of it, its life, and the table. */
#ifndef DAEMON_STREAM_PARTS_H
#define DAEMON_STREAM_PARTS_H

#include "base/ring.h"
#include "streams.h"

/* Where a stream's news go. */
struct stream_audience {
  struct mailbox *mailbox;
  const struct stream_listener *listener;
  void *user;
};

struct stream {
  atomic_uint references;
  struct stream_config config; /* owns its strings */
  char model[64];              /* set before others know the stream */
  char *shown_source;          /* as clients may read it */
  struct stream_audience audience;
  _Atomic uint64_t news; /* pieces of it that were posted; raised by mailbox_post() */
  struct et_ring *results;

  /* the control thread's: a result that was popped too early */
  struct stream_result {
    uint64_t news_before; /* it */
    struct et_record record;
  } held;
  bool has_held;

  GMutex lock; /* guards what follows, up to the next comment */
  GCond released;
  bool open; /* others may use the graph */
  unsigned users;
  uint64_t first_frame;
  struct stream_view known; /* the counters are the newest that could be read */

  /* the main thread's */
  struct graph *graph;
  guint retry;   /* GSource of the next attempt; 0 = none */
  guint give_up; /* GSource that ends the search for a target whose frames do not come; 0 = none */
  unsigned pause_ms;
  int64_t up_ns;        /* when it came up; 0 = it is not */
  uint64_t seen_frames; /* by stream_check_silence() */
  int64_t seen_ns;

  atomic_bool has_target;         /* written by the tracker thread */
  struct graph_counters progress; /* by stream_makes_progress(); main thread */
};

/* life.c; main thread. */

/* A stream that is built but does not run; NULL with `error`, a DAEMON_ERROR. */
struct stream *stream_make(const struct stream_audience *audience, const struct stream_config *config, GError **error);

/* Frees one that never ran. */
void stream_discard(struct stream *stream);

/* Tells that it is there, and starts it. `first_frame`: the number of its first frame. */
void stream_start(struct stream *stream, uint64_t first_frame);

/* Ends it in two steps, so that several stop at once: no frame comes after the first; the second waits until `until_ns` at most, tells that it is gone, and returns the number of its newest
 * frame. The stream is void then, but for references. */
void stream_halt(struct stream *stream);
uint64_t stream_end(struct stream *stream, int64_t until_ns);

void stream_use_params(struct stream *stream, const struct et_params *params);
void stream_check_silence(struct stream *stream, int64_t now_ns);
bool stream_makes_progress(struct stream *stream);

/* stream_config.c. */

/* Whether a running stream can go on with the new configuration, its live parameters apart; not if
 * its model's file has changed. */
bool stream_can_stay(struct stream *stream, const struct stream_config *config);

/* Strings included. */
void stream_config_copy(struct stream_config *to, const struct stream_config *from);
void stream_config_free(struct stream_config *config);

#endif
