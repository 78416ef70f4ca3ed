/* SPDX-License-Identifier: MIT */
/* Makes crops for bare networks with the tracker's own cropper and geometry. */
#include "bench/input.h"

#include <math.h>
#include <stdlib.h>

#include "core/crop.h"
#include "core/mean.h"
#include "core/procedure.h"

bool bench_input_init(struct bench_input *input, int template_size, int search_size)
{
  const int largest = template_size > search_size ? template_size : search_size;

  *input = (struct bench_input){.template_size = template_size, .search_size = search_size};
  if (et_cropper_create(largest, &input->cropper, NULL) != ET_OK)
    return false;
  input->rgb = calloc((size_t)largest * (size_t)largest * 3, sizeof *input->rgb);
  if (!input->rgb)
    bench_input_fini(input);
  return input->rgb != NULL;
}

void bench_input_fini(struct bench_input *input)
{
  et_cropper_destroy(&input->cropper);
  free(input->rgb);
  input->rgb = NULL;
}

static void crop(struct bench_input *input, const struct bench_clip *clip, const struct bench_frame *frame, const struct et_place *place,
                 double side, int n)
{
  const struct et_image image = {
    .format = ET_FORMAT_BGR,
    .width = clip->width,
    .height = clip->height,
    .plane = {frame->bgr},
    .stride = {3 * (ptrdiff_t)clip->width},
  };
  float mean[3];

  et_image_mean(&image, NULL, mean);
  et_crop(input->cropper, &image, NULL, place->cx, place->cy, side, n, mean, input->rgb);
  for (int i = 0; i < n * n * 3; i++)
    input->rgb[i] = fminf(fmaxf(rintf(input->rgb[i]), 0), 255);
}

static struct et_place place_of(struct bench_box box)
{
  return et_place_of_box(&(struct et_box){box.x, box.y, box.w, box.h});
}

void bench_input_template(struct bench_input *input, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box)
{
  const struct et_place place = place_of(box);

  crop(input, clip, frame, &place, et_template_side(&place), input->template_size);
}

void bench_input_search(struct bench_input *input, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box)
{
  const struct et_place place = place_of(box);
  const struct et_procedure geometry = {.template_size = input->template_size, .search_size = input->search_size};

  crop(input, clip, frame, &place, et_search_side(&geometry, &place), input->search_size);
}
