/* SPDX-License-Identifier: MIT */
/* What the files of a graph share. */
#ifndef GRAPH_PARTS_H
#define GRAPH_PARTS_H

#include <gst/gst.h>
#include <stdatomic.h>

#include "base/file_id.h"
#include "pipeline/graph.h"
#include "run.h"
#include "source.h"
#include "timeline.h"

struct graph {
  struct graph_config config; /* strings are the graph's own */
  struct et_file_id model;    /* the file of config.model before it was opened */
  char *wanted_model;         /* as it was configured; NULL = the tracker looks for it */
  struct graph_observer observer;
  void *user;
  char *shown_source, *shown_output; /* without passwords; "" = no output */
  GstElement *tracker;               /* the element etrack; a reference of our own */

  /* main thread: the pipeline round it */
  GstElement *pipeline;    /* NULL while there is none */
  GstElement *head, *tail; /* its parts before and behind the tracker */
  GstElement *paced;       /* the sink in `tail` that sets the pace; a reference of our own */
  guint bus_watch;
  struct source_kind kind;
  struct run *run; /* NULL before it has been started */
  guint patience;  /* GSource that ends the wait for the source to open; 0 = none */
  bool told_down;
  char *last_warning; /* so that the same words are told once */

  atomic_bool halted; /* frames are dropped on their way in */
  struct timeline timeline;
  guint64 passed; /* number of the newest frame that left waiting.c's queue; streaming thread */

  GMutex lock;       /* guards what follows */
  int width, height; /* 0 = no frame yet */
  double rate_hz;
  bool told_up;
  GstSample *newest; /* the newest frame, for snapshots */
  guint64 newest_frame;
};

/* build.c. Builds the pipeline round the tracker, or takes it down; then nothing of it calls
 * back. */
bool graph_make_pipeline(struct graph *graph, GError **error);
void graph_drop_pipeline(struct graph *graph);

/* waiting.c, for `mode = sync`. Puts the queue at the end of the head. */
bool graph_add_waiting(struct graph *graph, GstElement *head, GError **error);
/* The source is live: the newest frame wins, and the source sets the pace. Does nothing without the
 * queue. */
void graph_let_newest_win(struct graph *graph);
/* With each frame that leaves the queue: tells the tracker how many were left out before it. */
void graph_count_leaked(struct graph *graph, const GstBuffer *buffer);

/* observe.c. Listens to the tracker, or to a new pipeline's bus. */
void graph_watch_tracker(struct graph *graph);
void graph_watch_bus(struct graph *graph);
/* The first error that waits on the bus, in words; NULL if there is none. Ownership: the
 * caller's. */
char *graph_take_error(struct graph *graph);

/* Tells a warning on the bus, once in a row. */
void graph_tell_warning(struct graph *graph, GstMessage *message);

/* loop.c. True if an event on its way to the tracker concerns the source alone; and what the main
 * loop does with the message that follows the end of the source. */
bool graph_stops_before_tracker(struct graph *graph, GstEvent *event);
void graph_play_again(struct graph *graph, GstMessage *message);

/* halt.c. Halts and tells it, once. */
void graph_tell_down(struct graph *graph, const char *reason);

/* snapshot.c. Keeps, or lets go of, the newest frame. */
void graph_keep_newest(struct graph *graph, GstBuffer *buffer, GstCaps *caps, guint64 frame);
void graph_forget_newest(struct graph *graph);

#endif
