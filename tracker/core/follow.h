/* SPDX-License-Identifier: MIT */
/* The target states on top of the procedure: what a look means, and what to do next
 * (docs/states.md). */
#ifndef CORE_FOLLOW_H
#define CORE_FOLLOW_H

#include "core/look.h"
#include "core/target.h"

/* Looks at one frame for a target in any state but idle, moves it on, and returns the transition.
 * RT-safe. */
enum et_event et_follow(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns,
                        struct et_target *target);

#endif
