/* SPDX-License-Identifier: MIT */
/* A stream's GStreamer pipeline, built from its configuration: source -> decoding -> etrack -> sink, and an optional output branch.
 * The daemon knows streams through this header alone; that the tracker is an element of a pipeline is this module's affair. */
#ifndef PIPELINE_GRAPH_H
#define PIPELINE_GRAPH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"
#include "etrack/params.h"

/* Why something here failed: the code says what to do about it, the message names the key and what GStreamer said. */
#define GRAPH_ERROR graph_error_quark()
GQuark graph_error_quark(void);

enum graph_error {
  GRAPH_ERROR_CONFIG,  /* a key's value cannot work: no retry helps */
  GRAPH_ERROR_MODEL,   /* no model, or an unreadable one: no retry helps */
  GRAPH_ERROR_PLUGIN,  /* a GStreamer element is not installed (the message names it): no retry helps */
  GRAPH_ERROR_SOURCE,  /* the source or the pipeline does not work now: worth a retry */
  GRAPH_ERROR_BOX,     /* the box cannot start a target in this frame */
  GRAPH_ERROR_VALUE,   /* a live parameter's value is refused */
  GRAPH_ERROR_NO_FRAME /* no frame has come yet */
};

/* The source, or words that may hold one, as anybody may read it: passwords are "***"
 * (base/secrets.h). Ownership: the caller's, for g_free(). */
char *graph_public_source(const char *source);

/* Why the source cannot be opened now, though it may be later: its file or device is not there.
 * NULL if nothing is known against it. Ownership: the caller's, for g_free().
 * Thread-safety: any thread. */
char *graph_source_warning(const char *source);

/* What a stream is. Strings may be NULL where said so; they live for the call of graph_create(). */
struct graph_config {
  const char *name;         /* [A-Za-z0-9_-]{1,32} */
  const char *source;       /* one of the table in base/source.h */
  int width, height;        /* pixels to ask the source for; 0 = whatever it gives */
  double rate_hz;           /* frames a second to ask for; 0 = whatever it gives (images: 25) */
  const char *pixel_format; /* V4L2 or GStreamer name to ask for; NULL = any */
  const char *controls;     /* "name=value,..." for a camera; NULL = leave them */
  bool loop;                /* file, images, pipeline: start again at the end */
  const char *output;       /* gst-launch fragment behind the element; NULL = none */
  bool output_draw;         /* true: the output shows box and label */
  const char *model;        /* path; NULL = looked for where the element looks */
  int threads;              /* 0 = the element's default */
  int64_t history_bytes;    /* -1 = the element's default */
  struct et_params params;
  enum et_deinterlace deinterlace; /* of v4l2, file and rtsp */
};

/* One processed frame of a target, or one transition: what the wire's track and event messages are made of. Plain data, may be copied. */
struct graph_result {
  uint64_t target;
  uint64_t frame;         /* counts the frames that arrived on the stream, dropped ones included */
  int64_t pts_ns;         /* -1 = none; goes on over loops and restarts */
  int64_t capture_ns;     /* CLOCK_MONOTONIC */
  bool capture_by_driver; /* of a camera whose stamps make sense; else the time of arrival */
  char state[12];         /* "tracking", "uncertain", "coasting", "lost", "idle" */
  char event[12];         /* "" where the frame brought no transition */
  char reason[16];        /* of stopped and lost: "requested", "replaced", "search-timeout", "stream-down"; else "" */
  bool has_box;
  double x, y, w, h; /* px, not clipped */
  int width, height; /* of the frame */
  double score, rival;
  double velocity_x_px_s, velocity_y_px_s;
  uint64_t dropped; /* frames skipped since the last result */
  int64_t queue_ns; /* arrival to crop */
  int64_t infer_ns; /* crop to result */
  int64_t gap_ns;   /* of reacquired; else 0 */
};

enum graph_refusal {
  GRAPH_REFUSED_BAD_BOX,
  GRAPH_REFUSED_FRAME_EXPIRED,
  GRAPH_REFUSED_REPLACED, /* another track request, or a stop, came before this one's frame */
  GRAPH_REFUSED_INTERNAL,
};

/* Called from the stream's own threads, so: copy what you need, wake somebody, return. `user` is graph_create()'s. */
struct graph_observer {
  /* A processed frame while there is a target. Tracker thread. */
  void (*result)(const struct graph_result *result, void *user);
  /* A transition (event is never ""); comes in addition to result(), before it. `started` answers graph_track(). Tracker thread. */
  void (*transition)(const struct graph_result *result, void *user);
  /* graph_track() came to nothing after it had been accepted. Tracker or streaming thread. */
  void (*refused)(uint64_t target, enum graph_refusal why, const char *message, void *user);
  /* Frames flow (first frame after graph_start(), and again after a caps change: the size). Streaming thread. */
  void (*up)(int width, int height, double rate_hz, void *user);
  /* The pipeline failed: graph_restart() or graph_destroy() it; it is halted, and a target is reported as lost (reason "stream-down")
   * about now. Main loop. */
  void (*down)(const char *reason, void *user);
  /* A source that is played once came to its end. Main loop. */
  void (*ended)(void *user);
};

struct graph_counters {
  uint64_t frames;    /* arrived */
  uint64_t processed; /* went through the tracker */
  uint64_t dropped;   /* displaced by a newer one */
};

/* Thread-safety: create, start, restart and destroy from the main thread, whose default main context must be iterated; the others from any thread,
 * several at once, but not during a restart or a destroy. Nothing but graph_snapshot() waits for anything but short locks. */
struct graph;

/* Builds the pipeline; nothing runs yet, but the model is looked for and checked. `first_frame`: number of the first frame, so that counting goes on
 * after another graph of the stream; frames count from 1, for frame 0 means "the next one"; 0 is taken as 1. `config` and its strings are copied.
 * The plugin that has `etrack` must be in GStreamer's registry (gst_init() done).
 * Ownership: the graph is the caller's, for graph_destroy(). Errors name the key and what GStreamer said. */
struct graph *graph_create(const struct graph_config *config, uint64_t first_frame, const struct graph_observer *observer, void *user,
                           GError **error);

/* Stops, waits for the stream's threads, frees. Accepts NULL and a pointer to NULL; leaves NULL behind. No observer call comes after it. */
void graph_destroy(struct graph **graph);

/* Sets it to PLAYING; failures that come later arrive by down(). */
bool graph_start(struct graph *graph, GError **error);

/* Stops the pipeline, so that no frame comes any more and devices and ports are free, and reports a target as lost; harmless where it is halted. It
 * does not disturb what other threads ask. Main thread. */
void graph_halt(struct graph *graph);

/* After down(): builds the pipeline anew round the same tracker and sets it to PLAYING. Frame numbers, counters and parameters go on; a target keeps
 * its number and is searched for, as lost, when frames come back. May be called again after it failed. Main thread. */
bool graph_restart(struct graph *graph, GError **error);

/* The name of the model that was opened: its file's, without folder and ending. Ownership: the caller's, for g_free(). */
char *graph_model_name(struct graph *graph);

/* Starts a target on the next frame (frame 0), or on a kept past frame. Returns its number, unique in the process, or 0 with `error` set where the box
 * cannot be right (what is known at once); after that either the transition `started` or refused() comes. */
uint64_t graph_track(struct graph *graph, double x, double y, double w, double h, uint64_t frame, GError **error);

/* The kept frame whose PTS is nearest to `pts_ns`, within half a frame time: a number for graph_track(). False: it is not kept. */
bool graph_frame_at(struct graph *graph, int64_t pts_ns, uint64_t *frame);

/* Ends the target; the transition `stopped` follows where there was one. */
void graph_stop_target(struct graph *graph);

/* Live parameters, all or none; of two at once the later wins, whole. */
bool graph_set_params(struct graph *graph, const struct et_params *params, GError **error);
void graph_get_params(struct graph *graph, struct et_params *params);

void graph_get_counters(struct graph *graph, struct graph_counters *counters);

/* The frame's size now; false before the first frame. */
bool graph_get_size(struct graph *graph, int *width, int *height, double *rate_hz);

/* The newest frame as JPEG; blocks while it is encoded. NULL with `error` where there is none. */
GBytes *graph_snapshot(struct graph *graph, uint64_t *frame, GError **error);

#endif
