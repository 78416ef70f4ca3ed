/* SPDX-License-Identifier: MIT */
/* A tracker of one target: create it from a model, init it with a frame and a box, then track
 * frames. */
#ifndef ETRACK_TRACKER_H
#define ETRACK_TRACKER_H

#include <stdbool.h>
#include <stdint.h>

#include "etrack/error.h"
#include "etrack/image.h"
#include "etrack/model.h"
#include "etrack/params.h"
#include "etrack/record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Thread-safety: one thread at a time. Trackers of one model are independent of each other. */
struct et_tracker;

/* Settings that are fixed from create to destroy. The struct is read during the call only. */
struct et_tracker_options {
  /* default false; true runs the bare procedure without target states: the state is then always
   * ET_STATE_TRACKING */
  bool raw;
  /* a name as et_tracker_kernels() gives it; default NULL: those that $ETRACK_KERNELS names,
   * otherwise the fastest that this processor runs */
  const char *kernels;
  /* Called when the image has been read for the last time; default NULL. Its pixels may then go
   * back to the camera. The call comes before the network's last run, from the thread that called
   * et_tracker_init() or et_tracker_track(). It comes exactly once in a call that succeeds (a
   * search may read the image several times first), and never in one that fails. The function must
   * not call the tracker. */
  void (*image_done)(void *user);
  void *user; /* the argument of image_done */
  /* nanoseconds that a search takes one look to last, which decides how many it does per frame;
   * default 0: it measures them. With a value, runs over the same frames are equal on every
   * machine. */
  int64_t look_ns;
  /* the live parameters at the start */
  struct et_params params;
};

/* Thread-safety: any thread. RT-safe. */
ET_API void et_tracker_options_default(struct et_tracker_options *options);

/* Allocates everything that tracking will ever need, and runs the network once to warm it up.
 * Ownership: the model stays the caller's and must outlive the tracker. *tracker is the caller's.
 * `options` may be NULL for the defaults.
 * Errors: ET_ERR_NO_MEMORY, ET_ERR_ARGUMENT (a parameter out of range, or kernels that this
 * processor lacks).
 * Thread-safety: any thread. */
ET_API enum et_error et_tracker_create(const struct et_model *model, const struct et_tracker_options *options, struct et_tracker **tracker,
                                       struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
ET_API void et_tracker_destroy(struct et_tracker **tracker);

/* The kernels in use: "portable"; on x86-64 "sse2", "avx2", "avxvnni", "avx512", "avx512vnni"; on
 * aarch64 "neon", "dotprod", "i8mm". Static storage. */
ET_API const char *et_tracker_kernels(const struct et_tracker *tracker);

/* Takes the template at `box` and starts a target there. It replaces an earlier target; after an
 * error the earlier target stays as it was.
 * Ownership: the image is the caller's. It is read until options->image_done is called, at most to
 * the end of the call.
 * `result` (may be NULL) gets the box itself with score 1 and ET_EVENT_STARTED.
 * `time_ns`: when the frame was taken. Any clock that measures elapsed time will do; use the same
 * one for every frame of a target.
 * Errors: ET_ERR_IMAGE, ET_ERR_BOX_OUTSIDE, ET_ERR_BOX_SIZE.
 * RT-safe. */
ET_API enum et_error et_tracker_init(struct et_tracker *tracker, const struct et_image *image, const struct et_box *box, int64_t time_ns,
                                     struct et_result *result, struct et_error_detail *detail) ET_MUST_CHECK;

/* Follows the target into the next frame. The frame may differ in size from the one before; the
 * target's place then means the same pixels of it (see et_tracker_rescale()).
 * `time_ns` may be wrong now and then. A time is doubted if it goes back, stands still, or leaps
 * ahead by more than eight usual frame times (at least 250 ms). A doubted time counts as one usual
 * frame time. If the next frame goes on from the time before, the doubted time has no further
 * effect. If two frames in a row go on from the doubted time, time has a new base: a pause ahead of
 * up to a day then counts in full, so that coast_s and search_s hold in a stream that paused; a
 * step back counts nothing more. No velocity is measured over a doubted step.
 * Ownership: the image is the caller's. It is read until options->image_done is called, at most to
 * the end of the call.
 * Errors: ET_ERR_IMAGE, ET_ERR_NO_TARGET.
 * RT-safe. */
ET_API enum et_error et_tracker_track(struct et_tracker *tracker, const struct et_image *image, int64_t time_ns, struct et_result *result,
                                      struct et_error_detail *detail) ET_MUST_CHECK;

/* Tells the tracker that the frames have another size from now on. Scales the target's place, size
 * and velocity by x and y (> 0). RT-safe. */
ET_API void et_tracker_rescale(struct et_tracker *tracker, double x, double y);

/* Makes the target lost, because frames stopped coming or changed so that the target cannot be
 * carried over. The search begins with the next frame. The pause until then counts in full.
 * `time_ns`: on the same clock; only a time shortly after the last frame's counts.
 * Does nothing if there is no target. RT-safe. */
ET_API void et_tracker_lose(struct et_tracker *tracker, int64_t time_ns);

/* Ends the target. Does nothing if there is no target. RT-safe. */
ET_API void et_tracker_stop(struct et_tracker *tracker);

/* Replaces the live parameters. Errors: ET_ERR_ARGUMENT (the old ones stay). RT-safe. */
ET_API enum et_error et_tracker_set_params(struct et_tracker *tracker, const struct et_params *params,
                                           struct et_error_detail *detail) ET_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
