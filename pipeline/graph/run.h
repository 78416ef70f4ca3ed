/* SPDX-License-Identifier: MIT */
/* One pipeline from its start to its end, in its own thread: nobody waits for a source that
 * hangs. */
#ifndef GRAPH_RUN_H
#define GRAPH_RUN_H

#include <gst/gst.h>
#include <stdbool.h>

/* References are counted: the thread of a source that hangs outlives the graph. */
struct run;

/* What is started and stopped. References are taken; the strings are copied. */
struct run_parts {
  GstElement *pipeline;
  GstElement *head, *tail; /* its parts before and behind the tracker */
  GstElement *paced;       /* the sink in `tail` that sets the pace */
  bool has_output;         /* there are more sinks in it, which must see the end of the stream */
  const char *device;      /* of a camera, for `controls`; NULL = none */
  const char *controls;    /* NULL = leave them */
};

/* Called once, in the main loop, when the attempt to start is over, unless run_stop() came before.
 * `why` is NULL if it succeeded, otherwise what failed, as far as it is known. */
typedef void run_settled(const char *why, void *user);

/* Begins to start the parts. NULL if the system has no thread left. Main thread. */
struct run *run_start(const struct run_parts *parts, run_settled *settled, void *user);

/* Begins to stop them for good: the output sees the end of the stream and gets its time, the source
 * goes. Does not wait. No `settled` comes after it. Main thread. */
void run_stop(struct run *run);

/* True if the source has let go of what it had: a camera or a port may be opened again. */
bool run_source_has_stopped(struct run *run);

/* True if the source is live, as far as its start has shown. */
bool run_is_live(struct run *run);

/* After run_stop(): waits until everything has stopped, or until the monotonic time `until_us`.
 * False in the latter case: then it goes on by itself, and ends if what hangs ever lets it. */
bool run_wait(struct run *run, gint64 until_us);

/* Accepts NULL and a pointer to NULL; leaves NULL behind. After run_stop(). */
void run_unref(struct run **run);

#endif
