/* SPDX-License-Identifier: MIT */
/* One look at a frame: crop, network, best cell. All that a tracker does with pixels. */
#ifndef CORE_LOOK_H
#define CORE_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/camera_motion.h"
#include "core/candidates.h"
#include "core/crop.h"
#include "etrack/params.h"

/* The eye: network, cropper and the pixels between them. Thread-safety: one thread at a time. */
struct et_eye {
  struct et_network *network;
  struct et_cropper *cropper;
  struct et_camera_motion *camera;
  struct et_procedure procedure;
  float *pixels;             /* of the larger crop */
  struct et_stretch stretch; /* of 16-bit grey; one for template and search region */
  float mean[3];             /* mean colour of the template's frame; it fills what lies outside */
  void (*image_done)(void *user);
  void *user;
  bool reading;            /* the image may still be read; image_done has not been called */
  int64_t look_ns;         /* duration of the last look; 0 = there was no look yet */
  int64_t assumed_look_ns; /* what a look is taken to last; 0 = what it does last */
};

/* Whether the image may be looked at again after this look. */
enum et_after { ET_AFTER_DONE, ET_AFTER_MORE };

/* The result of a look. */
struct et_look {
  double side; /* of the search region, frame pixels */
  struct et_choice best;
  struct et_candidates candidates; /* [0] is the best */
};

/* Errors: ET_ERR_NO_MEMORY. et_eye_fini() accepts an eye whose init failed. */
enum et_error et_eye_init(struct et_eye *eye, const struct et_model *model, const struct et_ops *ops,
                          struct et_error_detail *detail) ET_MUST_CHECK;
void et_eye_fini(struct et_eye *eye);

/* Begins a call with an image. RT-safe. */
void et_eye_open(struct et_eye *eye);

/* The image is no longer read from here on. Calls image_done once. As RT-safe as image_done is. */
void et_eye_close(struct et_eye *eye);

/* Measures which range of 16-bit grey the frame uses. Call it once per frame, before the first
 * look. RT-safe. */
void et_eye_adapt(struct et_eye *eye, const struct et_image *image);

/* Takes the template. Closes the eye between crop and network. RT-safe. */
void et_eye_learn(struct et_eye *eye, const struct et_image *image, const struct et_place *place);

/* Looks for the template around the place, in a square of `zoom` times the usual search region
 * (1 = the procedure's own). Closes the eye between crop and network unless more looks may follow.
 * RT-safe. */
struct et_look et_eye_look(struct et_eye *eye, const struct et_image *image, const struct et_place *place, double zoom,
                           enum et_after after);

#endif
