/* SPDX-License-Identifier: MIT */
/* The search for a lost target. */
#ifndef CORE_SEARCH_H
#define CORE_SEARCH_H

#include "core/look.h"
#include "core/target.h"

/* Looks at a few places of the frame, the most likely first. RT-safe. */
enum et_event et_search(struct et_eye *eye, const struct et_params *params, const struct et_image *image, int64_t time_ns,
                        struct et_target *target);

#endif
