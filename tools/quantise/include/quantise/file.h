/* SPDX-License-Identifier: MIT */
/* Writes model files. */
#ifndef QUANTISE_FILE_H
#define QUANTISE_FILE_H

#include "etrack/model.h"
#include "net/safetensors.h"
#include "quantise/group.h"

/* Writes the model of `file`, of format etrack/1, to `path` as etrack/2. The chosen groups must be
 * quantised; the others stay in floats. The path is replaced
 * at once or not at all. */
gboolean file_write(const char *path, struct et_safetensors *file, const GPtrArray *groups, GError **error);

/* The same model, opened. Ownership: the caller's. NULL after an error. */
struct et_model *file_open(struct et_safetensors *file, const GPtrArray *groups, GError **error);

#endif
