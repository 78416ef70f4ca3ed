/* SPDX-License-Identifier: MIT */
/* A tracker of one target: create it from a model, init it with a frame and a box, then give it frames. */
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

/* Thread-safety: one thread at a time; trackers of one model are independent of each other. */
struct et_tracker;

/* Structural settings: fixed from create to destroy. Lives for the call. */
struct et_tracker_options {
  /* default false: true runs the bare procedure, with no target states on top (state is then always ET_STATE_TRACKING) */
  bool raw;
  /* default NULL: those that $ETRACK_KERNELS names, else the fastest that this processor runs; a name as et_tracker_kernels() gives it */
  const char *kernels;
  /* default NULL: nobody needs to know. Called by et_tracker_init() and et_tracker_track() on their caller's thread as soon as the image has been
   * read for the last time, which is before the network's last run: its pixels may then go back to the camera. Exactly once in a call that succeeds
   * (a search that looks several times reads the image up to the last look), never in one that fails. It must not call the tracker. */
  void (*image_done)(void *user);
  void *user; /* image_done's argument */
  /* live parameters to start with */
  struct et_params params;
};

/* Thread-safety: any thread. RT-safe. */
ET_API void et_tracker_options_default(struct et_tracker_options *options);

/* Allocates everything that tracking will ever need and warms the network up with one frame.
 * Ownership: the model stays the caller's and must outlive the tracker; *tracker is the caller's.
 * `options` may be NULL for the defaults.
 * Errors: ET_ERR_NO_MEMORY, ET_ERR_ARGUMENT (a parameter's range; kernels that this processor lacks).
 * Thread-safety: any thread. */
ET_API enum et_error et_tracker_create(const struct et_model *model, const struct et_tracker_options *options, struct et_tracker **tracker,
                                       struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
ET_API void et_tracker_destroy(struct et_tracker **tracker);

/* The kernels in use: "portable", "sse2", "avx2", "avx512", "neon". Static storage. */
ET_API const char *et_tracker_kernels(const struct et_tracker *tracker);

/* Takes the template at `box` and starts a target there; any earlier target is replaced. On an error the earlier one stays as it was.
 * Ownership: the image is the caller's; it is read until options->image_done is called, at most to the end of the call.
 * `result` (may be NULL) gets the box itself with score 1 and ET_EVENT_STARTED.
 * `time_ns`: when the frame was taken, on any clock whose differences are elapsed time; the same clock for every frame of a target.
 * Errors: ET_ERR_IMAGE, ET_ERR_BOX_OUTSIDE, ET_ERR_BOX_SIZE.
 * RT-safe. */
ET_API enum et_error et_tracker_init(struct et_tracker *tracker, const struct et_image *image, const struct et_box *box, int64_t time_ns,
                                     struct et_result *result, struct et_error_detail *detail) ET_MUST_CHECK;

/* Follows the target into the next frame. The frame may have another size than the one before: the
 * target's place is taken as pixels of it (see et_tracker_rescale()).
 * `time_ns` may be wrong now and then. A time that goes back, stands still, or leaps ahead by more
 * than eight usual frame times (at least 250 ms) is doubted and counts as one usual frame time. If
 * the next frame goes on from the time before, it is as if the doubted one had never come. If two
 * frames in a row go on from the doubted one, time has a new base: a pause ahead of up to a day
 * then counts in full, so that coast_s and search_s hold in a stream that paused; a step back
 * counts nothing more. No velocity is measured over a doubted step.
 * Ownership: the image is the caller's; it is read until options->image_done is called, at most to
 * the end of the call.
 * Errors: ET_ERR_IMAGE, ET_ERR_NO_TARGET.
 * RT-safe. */
ET_API enum et_error et_tracker_track(struct et_tracker *tracker, const struct et_image *image, int64_t time_ns, struct et_result *result,
                                      struct et_error_detail *detail) ET_MUST_CHECK;

/* The picture has another size from now on: scales place, size and velocity of the target by x and y (> 0). RT-safe. */
ET_API void et_tracker_rescale(struct et_tracker *tracker, double x, double y);

/* Frames stopped coming, or changed so that the target cannot be carried over: the target is lost
 * and is searched for from the next frame on. The pause until then counts in full.
 * `time_ns`: the same clock; only a time shortly after the last frame's counts. Without a target
 * it does nothing. RT-safe. */
ET_API void et_tracker_lose(struct et_tracker *tracker, int64_t time_ns);

/* Ends the target; harmless without one. RT-safe. */
ET_API void et_tracker_stop(struct et_tracker *tracker);

/* Replaces the live parameters. Errors: ET_ERR_ARGUMENT (the old ones stay). RT-safe. */
ET_API enum et_error et_tracker_set_params(struct et_tracker *tracker, const struct et_params *params,
                                           struct et_error_detail *detail) ET_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
