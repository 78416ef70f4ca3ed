/* SPDX-License-Identifier: MIT */
/* Shows the stages of a running network to an observer. */
#include "net/stage.h"

#include <stdarg.h>
#include <stdio.h>

void et_stage_show(const struct et_stage_observer *observer, const struct et_tensor *stage, const char *format, ...)
{
  char name[64];
  va_list args;

  if (!observer->function)
    return;
  va_start(args, format);
  vsnprintf(name, sizeof name, format, args);
  va_end(args);
  observer->function(name, stage, observer->user);
}
