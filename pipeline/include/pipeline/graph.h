/* SPDX-License-Identifier: MIT */
/* A stream's GStreamer pipeline, built from its configuration: source -> decoding -> etrack ->
 * sink, and an optional output branch. The daemon knows streams only through this header; it does
 * not know that the tracker is an element of a pipeline. */
#ifndef PIPELINE_GRAPH_H
#define PIPELINE_GRAPH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"
#include "etrack/params.h"
#include "etrack/record.h"

/* Why something here failed. The code says what to do about it; the message names the key and what
 * GStreamer said. */
#define GRAPH_ERROR graph_error_quark()
GQuark graph_error_quark(void);

enum graph_error {
  GRAPH_ERROR_CONFIG,  /* a key's value cannot work: no retry helps */
  GRAPH_ERROR_MODEL,   /* no model, or an unreadable one: no retry helps */
  GRAPH_ERROR_PLUGIN,  /* the GStreamer element that it names is not installed: no retry helps */
  GRAPH_ERROR_SOURCE,  /* the source or the pipeline does not work now: worth a retry */
  GRAPH_ERROR_VALUE,   /* a live parameter's value is refused */
  GRAPH_ERROR_NO_FRAME /* no frame has come yet */
};

/* A source, or words that may hold one, with "***" for passwords, so that anybody may read it
 * (base/secrets.h). Ownership: the caller's, for g_free(). */
char *graph_public_source(const char *source);

/* Why the source cannot be opened now, though it may be later: its file or device is not there.
 * NULL if nothing is known against it. Ownership: the caller's, for g_free(). Thread-safety: any
 * thread. */
char *graph_source_warning(const char *source);

/* The configuration of a stream. A string may be NULL if its comment says so. Strings need to live
 * only during graph_create(). */
struct graph_config {
  const char *name;         /* [A-Za-z0-9_-]{1,32} */
  const char *source;       /* one of the table in base/source.h */
  int width, height;        /* pixels to ask the source for; 0 = whatever it gives */
  double rate_hz;           /* frames per second to ask for; 0 = whatever it gives (images: 25) */
  const char *pixel_format; /* V4L2 or GStreamer name to ask for; NULL = any */
  const char *controls;     /* "name=value,..." for a camera; NULL = leave them */
  bool loop;                /* file, images, pipeline: start again at the end */
  const char *output;       /* gst-launch fragment behind the element; NULL = none */
  bool output_draw;         /* true: the output shows box and label */
  bool sync;                /* true: a frame waits for its own result; false: it never waits */
  const char *model;        /* path; NULL = the element looks for it */
  int64_t history_bytes;    /* -1 = the element's default */
  struct et_params params;
  enum et_deinterlace deinterlace; /* of v4l2, file and rtsp */
};

/* Called from the stream's own threads: copy what you need, wake another thread, return. `user` is
 * graph_create()'s. */
struct graph_observer {
  /* A processed frame while there is a target. Tracker thread. */
  void (*result)(const struct et_record *record, void *user);
  /* A transition; its event is never ET_EVENT_NONE. Comes before result(), in addition to it.
   * `started` answers graph_track(). Tracker thread. */
  void (*transition)(const struct et_record *record, void *user);
  /* A start was refused after graph_track() had accepted it. Tracker or streaming thread. */
  void (*refused)(uint64_t target, enum et_refusal why, const char *words, void *user);
  /* Frames flow: with the first frame after a start, and when the size has changed. Streaming
   * thread. */
  void (*up)(int width, int height, double rate_hz, void *user);
  /* The pipeline failed, or did not start. It is halted, and a target is reported as lost about now
   * (ET_REASON_STREAM_DOWN). Call graph_restart() or graph_destroy(). Main loop. */
  void (*down)(const char *reason, void *user);
  /* A source that is played once came to its end. A target is reported as lost about now
   * (ET_REASON_STREAM_ENDED). Main loop. */
  void (*ended)(void *user);
  /* An element of the pipeline posted a warning. Main loop. */
  void (*warned)(const char *words, void *user);
};

struct graph_counters {
  uint64_t frames;    /* arrived */
  uint64_t processed; /* went through the tracker */
  uint64_t dropped;   /* left out before the tracker came to them */
};

/* Thread-safety: create, start, halt, restart and destroy from the main thread, which must iterate
 * its default main context; the others from any thread, several at once, but not during a destroy.
 * Nothing waits for more than short locks, unless its comment says so. */
struct graph;

/* Builds the pipeline and checks the model; nothing runs yet. `config` and its strings are copied.
 * The plugin that has `etrack` must be in GStreamer's registry (gst_init() done). Ownership: the
 * graph is the caller's, for graph_destroy(). Errors name the key and what GStreamer said. */
struct graph *graph_create(const struct graph_config *config, const struct graph_observer *observer, void *user, GError **error);

/* Halts, waits for the stream's threads, and frees. For a source or an output that hangs it waits
 * until the monotonic time `until_ns` at most. Accepts NULL and a pointer to NULL; leaves NULL
 * behind. No observer call comes after it. */
void graph_destroy(struct graph **graph, int64_t until_ns);

/* Begins to set it to PLAYING, in a thread of its own, so that a source that blocks holds nobody
 * up. down() tells what fails, and that the source does not open within ten seconds. `first_frame`
 * is the number of the first frame, so that counting goes on after another graph of the stream.
 * Frames count from 1, because frame 0 means "the next one"; 0 is taken as 1. False, with `error`
 * set, if the system has no thread left. */
bool graph_start(struct graph *graph, uint64_t first_frame, GError **error);

/* From now on no frame comes, and a target is reported as lost. Devices, ports and the output are
 * let go of in the background. Harmless if it is halted already. It does not disturb what other
 * threads ask. */
void graph_halt(struct graph *graph);

/* After graph_halt(): waits until all of the pipeline has stopped, or until the monotonic time
 * `until_ns`. */
void graph_wait_halted(struct graph *graph, int64_t until_ns);

/* After down(): builds the pipeline anew round the same tracker and starts it. Frame numbers,
 * counters and parameters go on. A target keeps its number; it is lost, and searched for when
 * frames come back. Fails while the source before has not let go. May be called again after it
 * failed. */
bool graph_restart(struct graph *graph, GError **error);

/* The name of the model that was opened: its file name without folder and ending. Ownership: the
 * caller's, for g_free(). */
char *graph_model_name(struct graph *graph);

/* True if a graph that is made now would open another model: the file was saved over, replaced or
 * removed, or is found in another place. */
bool graph_model_has_changed(struct graph *graph);

/* Asks for a target. Returns its number, unique in the process. Then either the transition
 * `started` or refused() comes, unless graph_cancel() succeeds. */
uint64_t graph_track(struct graph *graph, const struct et_start *start);

/* Takes a start back before its frame is processed. False if that is too late: then what became of
 * it is told, or has been. */
bool graph_cancel(struct graph *graph, uint64_t target);

/* Ends the target of that number (0 = any target, and a start that waits). The transition `stopped`
 * follows if there was a target. */
void graph_end_target(struct graph *graph, uint64_t target, enum et_reason reason);

/* Live parameters, all or none. Errors: GRAPH_ERROR_VALUE. */
bool graph_set_params(struct graph *graph, const struct et_params *params, GError **error);
void graph_get_params(struct graph *graph, struct et_params *params);

void graph_get_counters(struct graph *graph, struct graph_counters *counters);

/* A picture of a stream. */
struct graph_picture;

/* The newest frame. NULL with GRAPH_ERROR_NO_FRAME before the first one. Ownership: the caller's,
 * for graph_picture_free(). */
struct graph_picture *graph_newest_picture(struct graph *graph, GError **error);

/* Encodes it as JPEG. Blocks meanwhile, but does not need the graph. NULL with `error`.
 * Thread-safety: any thread. */
GBytes *graph_picture_encode(const struct graph_picture *picture, GError **error);

/* The number of its frame. */
uint64_t graph_picture_frame(const struct graph_picture *picture);

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void graph_picture_free(struct graph_picture **picture);

#endif
