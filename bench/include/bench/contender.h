/* SPDX-License-Identifier: MIT */
/* A contender of the comparison: it is given frames and timed. */
#ifndef BENCH_CONTENDER_H
#define BENCH_CONTENDER_H

#include <stdbool.h>

#include "bench/clip.h"

#ifdef __cplusplus
extern "C" {
#endif

enum bench_kind {
  BENCH_TRACKER, /* follows the target by itself */
  BENCH_NETWORK, /* is given crops */
};

struct bench_contender {
  char name[128];
  char missing[512]; /* why it cannot take part; "" if it can */
  enum bench_kind kind;
  /* Ours: file and kernels. A peer: "". */
  char model[64], kernels[16];
  bool raw;         /* our tracker without the target states */
  char library[64]; /* a peer's, with its version if it tells one; ours: "" */

  void *self;
  /* Takes the target at `box`; not timed. */
  bool (*start)(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box);
  /* Prepares the input of a bare network; not timed. NULL = nothing to do. */
  void (*prepare)(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box around);
  /* The timed part. `box` gets the place of the target if the contender finds one. */
  bool (*step)(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box *box);
  void (*destroy)(void *self);
  /* The score map of the last step of a bare network: `*count` values that live until the next
   * step. NULL for trackers, and for networks without our weights. */
  const float *(*scores)(void *self, size_t *count);
};

/* The models of the peers; NULL = not given. */
struct bench_paths {
  const char *vit;
  const char *nano_backbone, *nano_head;
  const char *onnx_search, *onnx_template; /* our network */
  const char *onnx_int8;                   /* our network's search graph, in int8 */
};

/* Each function fills `contender`, which is all zeros: its name always, and either what it is or
 * why it is missing. */

/* Our tracker as users call it. `kernels`: NULL = the fastest. */
void bench_etrack(const char *model, const char *kernels, bool raw, struct bench_contender *contender);

/* Our network alone, on the crops that the other networks get. */
void bench_network(const char *model, const char *kernels, struct bench_contender *contender);

/* ONNX Runtime on the same network, in float32 or in int8. */
void bench_onnxruntime(const struct bench_paths *paths, bool int8, struct bench_contender *contender);

/* XNNPACK on the layers of our network, whose shapes are those of the file `model`: in float32, or
 * with the dense layers in int8 that our int8 network has in int8. `held`: to AVX2. */
void bench_xnnpack(const char *model, bool int8, bool held, struct bench_contender *contender);

/* OpenCV's trackers. */
void bench_opencv_vit(const struct bench_paths *paths, struct bench_contender *contender);
void bench_opencv_nano(const struct bench_paths *paths, struct bench_contender *contender);

#ifdef __cplusplus
}
#endif
#endif
