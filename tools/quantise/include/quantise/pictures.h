/* SPDX-License-Identifier: MIT */
/* A folder of pictures to calibrate with, and the boxes in them. */
#ifndef QUANTISE_PICTURES_H
#define QUANTISE_PICTURES_H

#include <glib.h>

#include "etrack/box.h"

/* The error domain of the tool: files that cannot be used. The message names the file. */
#define QUANTISE_ERROR (quantise_error_quark())
GQuark quantise_error_quark(void);

enum quantise_error_code { QUANTISE_ERROR_DATA };

/* A picture with a box. */
struct shot {
  char *path;
  struct et_box box; /* pixels; w = 0: there is none */
};

/* A target: one picture of it or more, in order of time. */
struct track {
  GArray *shots; /* of struct shot */
};

/* Reads FOLDER/index.jsonl. Each line is an object {"frames": [[picture, x, y, w, h], ...]}, with
 * paths relative to the folder; other keys are ignored. Without such a file every picture of the
 * folder (.jpg, .jpeg, .png, .webp) is a track without a box.
 * Returns the tracks in order, for g_ptr_array_unref(); NULL after an error. */
GPtrArray *tracks_load(const char *folder, GError **error);

#endif
