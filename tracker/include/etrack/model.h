/* SPDX-License-Identifier: MIT */
/* A network's weights and architecture, read from a NAME.safetensors file (format etrack/1).
 * Network: Blatter, Kanakis, Danelljan, Van Gool, "Efficient Visual Tracking with Exemplar Transformers", WACV 2023. */
#ifndef ETRACK_MODEL_H
#define ETRACK_MODEL_H

#include "etrack/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable once loaded, so any number of trackers in any threads may read one. */
struct et_model;

/* Reads the file, checks all of it (every tensor's name, shape, offsets and values) and describes
 * the network.
 * Ownership: *model is the caller's, to be closed with et_model_close() after the last tracker made from it.
 * Errors: ET_ERR_NO_MEMORY, ET_ERR_ARGUMENT, ET_ERR_MODEL_* (the words name the file and the tensor or offset).
 * Thread-safety: any thread. */
ET_API enum et_error et_model_open(const char *path, struct et_model **model, struct et_error_detail *detail) ET_MUST_CHECK;

enum { ET_MODEL_PATH = 512 };

/* Where the model is: `wanted` (NULL or "" = not given); else $ETRACK_MODEL; else the build tree's models/ where this library was built and not
 * installed; else the installed one. Only the first of these that was given counts.
 * Errors: ET_ERR_MODEL_MISSING (the words list what was tried). Thread-safety: any thread while nobody changes the environment. */
ET_API enum et_error et_model_find(const char *wanted, char path[ET_MODEL_PATH], struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind. Thread-safety: no tracker of the model may be running. */
ET_API void et_model_close(struct et_model **model);

/* The file's name without folder and ending: "etrack-small". Lives as long as the model. Thread-safety: any thread. */
ET_API const char *et_model_name(const struct et_model *model);

#ifdef __cplusplus
}
#endif
#endif
