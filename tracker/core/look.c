/* SPDX-License-Identifier: MIT */
/* One look at a frame: crop, network, best cell. */
#include "core/look.h"

#include <stdlib.h>

#include "base/clock.h"
#include "core/mean.h"

enum et_error et_eye_init(struct et_eye *eye, const struct et_model *model, const struct et_ops *ops, struct et_error_detail *detail)
{
  const struct et_architecture *a = &model->architecture;
  const int n = a->search_size > a->template_size ? a->search_size : a->template_size;
  enum et_error error = et_procedure_init(&eye->procedure, a, detail);

  if (!error)
    error = et_cropper_create(n, &eye->cropper, detail);
  if (!error)
    error = et_camera_motion_create(&eye->camera, detail);
  if (!error)
    error = et_network_create(model, ops, &eye->network, detail);
  if (error)
    return error;
  eye->pixels = calloc((size_t)n * (size_t)n * 3, sizeof *eye->pixels);
  return eye->pixels ? ET_OK : et_fail(detail, ET_ERR_NO_MEMORY, "out of memory for the crop");
}

void et_eye_fini(struct et_eye *eye)
{
  free(eye->pixels);
  et_network_destroy(&eye->network);
  et_camera_motion_destroy(&eye->camera);
  et_cropper_destroy(&eye->cropper);
  et_procedure_fini(&eye->procedure);
  eye->pixels = NULL;
}

void et_eye_open(struct et_eye *eye)
{
  eye->reading = true;
}

void et_eye_close(struct et_eye *eye)
{
  if (eye->reading && eye->image_done)
    eye->image_done(eye->user);
  eye->reading = false;
}

void et_eye_adapt(struct et_eye *eye, const struct et_image *image)
{
  et_stretch_follow(&eye->stretch, image);
}

void et_eye_learn(struct et_eye *eye, const struct et_image *image, const struct et_place *place)
{
  et_stretch_start(&eye->stretch, image);
  et_camera_motion_start(eye->camera, image, &eye->stretch);
  et_image_mean(image, &eye->stretch, eye->mean);
  et_crop(eye->cropper, image, &eye->stretch, place->cx, place->cy, et_template_side(place), eye->procedure.template_size, eye->mean,
          eye->pixels);
  et_eye_close(eye);
  et_network_set_template(eye->network, eye->pixels);
}

struct et_look et_eye_look(struct et_eye *eye, const struct et_image *image, const struct et_place *place, double zoom, enum et_after after)
{
  const int64_t start_ns = et_clock_ns();
  struct et_look look = {.side = et_search_side(&eye->procedure, place) * zoom};
  struct et_scores scores;

  et_crop(eye->cropper, image, &eye->stretch, place->cx, place->cy, look.side, eye->procedure.search_size, eye->mean, eye->pixels);
  if (after == ET_AFTER_DONE)
    et_eye_close(eye);
  scores = et_network_search(eye->network, eye->pixels);
  look.best = et_procedure_choose(&eye->procedure, &scores, place, look.side);
  et_candidates_find(&eye->procedure, &scores, &look.best, place, look.side, &look.candidates);
  eye->look_ns = eye->assumed_look_ns ? eye->assumed_look_ns : et_clock_ns() - start_ns;
  return look;
}
