/* SPDX-License-Identifier: MIT */
/* Pictures that a file says are turned are turned back. */
#ifndef PIPELINE_SOURCE_TURN_H
#define PIPELINE_SOURCE_TURN_H

#include "head.h"

/* Appends an element that turns the picture as the tag image-orientation says, and takes the tag's
 * word back for what follows. Pictures without the tag pass through untouched. False with
 * `error`. */
bool turn_append(struct head *head, GError **error);

#endif
