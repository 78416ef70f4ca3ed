/* SPDX-License-Identifier: MIT */
/* A network's weights and architecture, read from a NAME.safetensors file (docs/tracker.md).
 * Network: Blatter, Kanakis, Danelljan, Van Gool, "Efficient Visual Tracking with Exemplar
 * Transformers", WACV 2023. */
#ifndef ETRACK_MODEL_H
#define ETRACK_MODEL_H

#include "etrack/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable once it is loaded: any number of trackers in any threads may share one. */
struct et_model;

/* Reads the file and checks all of it: every tensor's name, shape, offsets and values.
 * Ownership: *model is the caller's. Close it with et_model_close() after the last tracker made
 * from it.
 * Errors: ET_ERR_NO_MEMORY, ET_ERR_ARGUMENT, ET_ERR_MODEL_* (the words name the file and the tensor
 * or offset).
 * Thread-safety: any thread. */
ET_API enum et_error et_model_open(const char *path, struct et_model **model, struct et_error_detail *detail) ET_MUST_CHECK;

enum { ET_MODEL_PATH = 512 };

/* Finds the model file. The first of these that is given counts, and no other: `wanted` (NULL or ""
 * = not given); $ETRACK_MODEL; models/ of the build tree, if this library was built and not
 * installed; the installed models. Of the shipped models it is etrack-small-int8, or etrack-small
 * on a processor on which 8 bits take longer: one without AVX2 or the dot products of ARM.
 * Errors: ET_ERR_MODEL_MISSING (the words list what was tried).
 * Thread-safety: any thread while no thread changes the environment. */
ET_API enum et_error et_model_find(const char *wanted, char path[ET_MODEL_PATH], struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind.
 * Thread-safety: no tracker of the model may be running. */
ET_API void et_model_close(struct et_model **model);

/* The file's name without folder and ending: "etrack-small". Lives as long as the model.
 * Thread-safety: any thread. */
ET_API const char *et_model_name(const struct et_model *model);

#ifdef __cplusplus
}
#endif
#endif
