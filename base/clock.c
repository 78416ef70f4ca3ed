/* SPDX-License-Identifier: MIT */
/* Reads the system's clocks. */
#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
  struct timespec t;

  clock_gettime(id, &t);
  return (int64_t)t.tv_sec * ET_SECOND_NS + t.tv_nsec;
}

int64_t et_clock_ns(void)
{
  return read_clock(CLOCK_MONOTONIC);
}

int64_t et_clock_realtime_ns(void)
{
  return read_clock(CLOCK_REALTIME);
}
