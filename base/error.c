/* SPDX-License-Identifier: MIT */
/* Names of errors, and et_fail(), which fills in their words. */
#include "etrack/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

static const char *const names[] = {
  [ET_OK] = "ok",
  [ET_ERR_NO_MEMORY] = "no-memory",
  [ET_ERR_ARGUMENT] = "argument",
  [ET_ERR_MODEL_MISSING] = "model-missing",
  [ET_ERR_MODEL_FORMAT] = "model-format",
  [ET_ERR_MODEL_OFFSETS] = "model-offsets",
  [ET_ERR_MODEL_TENSOR] = "model-tensor",
  [ET_ERR_MODEL_SHAPE] = "model-shape",
  [ET_ERR_MODEL_VALUE] = "model-value",
  [ET_ERR_IMAGE] = "image",
  [ET_ERR_BOX_OUTSIDE] = "box-outside",
  [ET_ERR_BOX_SIZE] = "box-size",
  [ET_ERR_NO_TARGET] = "no-target",
};

const char *et_error_name(enum et_error error)
{
  if ((size_t)error >= sizeof names / sizeof *names)
    return "unknown";
  return names[error];
}

enum et_error et_fail(struct et_error_detail *detail, enum et_error error, const char *format, ...)
{
  va_list args;

  if (!detail)
    return error;
  va_start(args, format);
  vsnprintf(detail->text, sizeof detail->text, format, args);
  va_end(args);
  return error;
}
