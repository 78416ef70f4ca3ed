/* SPDX-License-Identifier: MIT */
/* What is known of a target at one frame: the one record that goes from the tracker to the wire. */
#ifndef ETRACK_RECORD_H
#define ETRACK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "etrack/box.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The states of a target (docs/states.md). */
enum et_state {
  ET_STATE_IDLE,      /* no target */
  ET_STATE_TRACKING,  /* measured and trusted */
  ET_STATE_UNCERTAIN, /* measured; the score is weak, or it may be another object */
  ET_STATE_COASTING,  /* predicted */
  ET_STATE_LOST,      /* no box; being searched for */
};

/* A transition, at most one per frame. */
enum et_event {
  ET_EVENT_NONE,
  ET_EVENT_STARTED,
  ET_EVENT_UNCERTAIN,
  ET_EVENT_RECOVERED,
  ET_EVENT_COASTING,
  ET_EVENT_LOST,
  ET_EVENT_RIVAL, /* it is not clear which of two objects it is; a search takes neither */
  ET_EVENT_REACQUIRED,
  ET_EVENT_STOPPED, /* the state is now idle */
};

/* Why a target was lost or stopped. */
enum et_reason {
  ET_REASON_NONE,           /* the tracker no longer sees it */
  ET_REASON_REQUESTED,      /* somebody stopped it */
  ET_REASON_REPLACED,       /* another target was started */
  ET_REASON_SEARCH_TIMEOUT, /* it was not found within `search_s` */
  ET_REASON_STREAM_DOWN,    /* its source failed or was removed */
  ET_REASON_STREAM_ENDED,   /* its source came to its end */
};

/* Why a start request failed. */
enum et_refusal {
  ET_REFUSAL_BAD_BOX,       /* the box cannot start a target in its frame */
  ET_REFUSAL_FRAME_EXPIRED, /* the past frame is no longer kept */
  ET_REFUSAL_REPLACED,      /* another request came before the frame of this one */
  ET_REFUSAL_INTERNAL,      /* the frame cannot be read, or the tracker failed */
};

/* What the tracker measured in one frame. Its times are steady: they are the caller's, except that
 * times that went back or leaped are corrected (see et_tracker_track()). They never go back. */
struct et_result {
  int64_t time_ns; /* of the frame */
  enum et_state state;
  enum et_event event;
  bool has_box;           /* false if lost or idle */
  struct et_box box;      /* frame pixels, not clipped; all zero without a box */
  double score;           /* 0..1, how likely the box is right (docs/states.md, "The score") */
  double raw_score;       /* 0..1, the network's, of the best cell; the thresholds compare it */
  double likeness;        /* 0..1, of what was seen to the target in its first frames; 0 = none */
  double rival;           /* 0..1, raw score of the best other candidate; 0 = none */
  double velocity_x_px_s; /* of the box centre in the picture, with the motion of the camera */
  double velocity_y_px_s;
  double camera_x_px_s; /* how the motion of the camera shifts the picture; 0 = it is not known */
  double camera_y_px_s;
  int64_t first_seen_ns; /* time of the frame that the target was started on */
  int64_t last_seen_ns;  /* time of the last frame in which it was measured */
  int64_t gap_ns;        /* with ET_EVENT_REACQUIRED: how long it was not measured; otherwise 0 */
};

/* A processed frame of a target, or a transition between two frames. Plain data: it may be copied.
 * The tracker's thread fills it in. The element's signal `result` and the daemon pass it on
 * unchanged, and the wire protocol prints it. */
struct et_record {
  uint64_t target;         /* its number, unique in the process; 0 = there is no target */
  bool of_frame;           /* false: a transition; the rest is as in the record before */
  uint64_t frame;          /* number of the frame; dropped frames are counted too */
  int64_t pts_ns;          /* of the frame; -1 = it has none */
  int64_t capture_ns;      /* CLOCK_MONOTONIC when the frame was taken */
  bool capture_by_driver;  /* true: the camera's driver gave it; false: it is the time of arrival */
  int width, height;       /* of the frame, pixels */
  double pixel_aspect;     /* width of a pixel divided by its height; 1 = square */
  struct et_result result; /* its times are running times of the pipeline; -1 = not known */
  enum et_reason reason;   /* of ET_EVENT_LOST and ET_EVENT_STOPPED */
  uint64_t dropped;        /* frames skipped since the last record of a frame */
  int64_t queue_ns;        /* arrival to crop */
  int64_t infer_ns;        /* crop to result */
};

/* The names on the wire and in messages: "tracking", "search-timeout", "bad-box". "none" for
 * ET_EVENT_NONE, "" for ET_REASON_NONE. Never NULL; static storage.
 * Thread-safety: any thread. RT-safe. */
ET_API const char *et_state_name(enum et_state state);
ET_API const char *et_event_name(enum et_event event);
ET_API const char *et_reason_name(enum et_reason reason);
ET_API const char *et_refusal_name(enum et_refusal refusal);

/* The values of names, for readers. An unknown name gives ET_STATE_IDLE, ET_EVENT_NONE or
 * ET_REASON_NONE. Thread-safety: any thread. RT-safe. */
ET_API enum et_state et_state_of(const char *name);
ET_API enum et_event et_event_of(const char *name);
ET_API enum et_reason et_reason_of(const char *name);

#ifdef __cplusplus
}
#endif
#endif
