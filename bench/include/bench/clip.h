/* SPDX-License-Identifier: MIT */
/* A sequence in OTB's layout (img/NUMBER.jpg and groundtruth_rect.txt), decoded once so that every
 * contender reads the same memory. */
#ifndef BENCH_CLIP_H
#define BENCH_CLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bench_box {
  double x, y, w, h; /* pixels of the frame; w = 0: there is no target in it */
};

/* One picture: BGR (OpenCV's order), 3 bytes per pixel, rows without gaps. */
struct bench_frame {
  uint8_t *bgr;
  struct bench_box truth;
};

struct bench_clip {
  char name[64];
  int width, height; /* of every frame */
  size_t count;
  struct bench_frame *frame;
};

/* Decodes the first `most` frames of the folder. If it returns false, it has printed the reason,
 * and there is nothing to free. */
bool bench_clip_open(const char *folder, size_t most, struct bench_clip *clip) __attribute__((warn_unused_result));
void bench_clip_close(struct bench_clip *clip);

/* Intersection over union. */
double bench_overlap(struct bench_box a, struct bench_box b);

#ifdef __cplusplus
}
#endif
#endif
