/* SPDX-License-Identifier: MIT */
/* The crops for a bare network. Their values are whole numbers, as for a network with 8-bit input,
 * so that both engines see the same picture. */
#ifndef BENCH_INPUT_H
#define BENCH_INPUT_H

#include "bench/clip.h"

struct et_cropper;

struct bench_input {
  struct et_cropper *cropper;
  int template_size, search_size; /* sides of the crops, pixels */
  float *rgb;                     /* the last crop, three floats per pixel */
};

/* If it returns false, there is nothing to free. */
bool bench_input_init(struct bench_input *input, int template_size, int search_size) __attribute__((warn_unused_result));
void bench_input_fini(struct bench_input *input);

/* Take the template crop, or the search crop, of a target at `box`. */
void bench_input_template(struct bench_input *input, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box);
void bench_input_search(struct bench_input *input, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box);

#endif
