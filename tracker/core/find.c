/* SPDX-License-Identifier: MIT */
/* Finds the model file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "etrack/model.h"
#include "ops/ops.h"

/* The shipped model that is the faster on this processor. */
static const char *shipped(void)
{
  return et_ops_find(NULL)->prefers_int8 ? "etrack-small-int8" : "etrack-small";
}

/* The places in the order of search. A place that does not apply is an empty string. */
static void list_places(const char *wanted, char places[3][ET_MODEL_PATH])
{
  const char *from_environment = getenv("ETRACK_MODEL");

  memset(places, 0, 3 * sizeof *places);
  if (wanted && *wanted) {
    snprintf(places[0], ET_MODEL_PATH, "%s", wanted);
    return;
  }
  if (from_environment && *from_environment) {
    snprintf(places[0], ET_MODEL_PATH, "%s", from_environment);
    return;
  }
  snprintf(places[1], ET_MODEL_PATH, "%s/%s.safetensors", ETRACK_BUILD_MODELS, shipped());
  snprintf(places[2], ET_MODEL_PATH, "%s/etrack/models/%s.safetensors", ETRACK_DATADIR, shipped());
}

enum et_error et_model_find(const char *wanted, char path[ET_MODEL_PATH], struct et_error_detail *detail)
{
  char places[3][ET_MODEL_PATH];

  list_places(wanted, places);
  for (int i = 0; i < 3; i++) {
    if (!*places[i] || access(places[i], R_OK) != 0)
      continue;
    memcpy(path, places[i], ET_MODEL_PATH);
    return ET_OK;
  }
  if (*places[0])
    return et_fail(detail, ET_ERR_MODEL_MISSING, "no readable model at %.200s; give the path of a .safetensors file", places[0]);
  return et_fail(detail, ET_ERR_MODEL_MISSING, "no model; tried $ETRACK_MODEL (not set), %.100s, %.100s; give a path or set ETRACK_MODEL",
                 places[1], places[2]);
}
