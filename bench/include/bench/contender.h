/* SPDX-License-Identifier: MIT */
/* A contender of the comparison: it is given frames and timed. */
#ifndef BENCH_CONTENDER_H
#define BENCH_CONTENDER_H

#include <stdbool.h>

#include "bench/clip.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bench_contender {
  const char *name; /* NULL: absent */
  void *self;
  /* Takes the target at `box`; not timed. */
  bool (*start)(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box);
  /* Prepares the input of a bare network; not timed. NULL = nothing to do. */
  void (*prepare)(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box around);
  /* The timed part. `box` gets the place of the target if the contender finds one. */
  bool (*step)(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box *box);
  void (*destroy)(void *self);
  /* The score map of the last step of a bare network: `*count` values that live until the next
   * step. NULL for other contenders. */
  const float *(*scores)(void *self, size_t *count);
};

/* The files of the models; NULL = not given. */
struct bench_paths {
  const char *model; /* ours */
  const char *vit;
  const char *nano_backbone, *nano_head;
  const char *onnx_search, *onnx_template; /* our network */
};

/* Each function fills `contender`, or prints "SKIP name: why" and leaves it absent (name NULL). */

/* Our tracker as users call it. `raw`: without the target states. `kernels`: NULL = the fastest. */
void bench_etrack(const struct bench_paths *paths, const char *kernels, bool raw, struct bench_contender *contender);

/* Our network alone, and ONNX Runtime on the same network, both with the same crop. */
void bench_network(const struct bench_paths *paths, const char *kernels, struct bench_contender *contender);
void bench_onnxruntime(const struct bench_paths *paths, struct bench_contender *contender);

/* OpenCV's trackers. */
void bench_opencv_vit(const struct bench_paths *paths, struct bench_contender *contender);
void bench_opencv_nano(const struct bench_paths *paths, struct bench_contender *contender);

#ifdef __cplusplus
}
#endif
#endif
