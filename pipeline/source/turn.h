/* SPDX-License-Identifier: MIT */
/* Turns the pictures of a file upright. */
#ifndef PIPELINE_SOURCE_TURN_H
#define PIPELINE_SOURCE_TURN_H

#include "head.h"

/* Appends an element that turns the picture as the tag image-orientation says, and tells what
 * follows that it is upright. Pictures without the tag pass through untouched. False with
 * `error`. */
bool turn_append(struct head *head, GError **error);

#endif
