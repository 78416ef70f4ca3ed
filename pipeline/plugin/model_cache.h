/* SPDX-License-Identifier: MIT */
/* One copy of a model for all elements of the process. */
#ifndef PLUGIN_MODEL_CACHE_H
#define PLUGIN_MODEL_CACHE_H

#include "etrack/model.h"

/* Opens the model, or hands out the open one if its file has not changed since.
 * Errors: et_model_open()'s. Thread-safety: any thread. */
enum et_error model_cache_get(const char *path, const struct et_model **model, struct et_error_detail *detail) ET_MUST_CHECK;

/* Gives it back; the last one closes it. Accepts NULL. */
void model_cache_put(const struct et_model *model);

#endif
