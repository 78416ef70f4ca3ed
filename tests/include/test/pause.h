/* SPDX-License-Identifier: MIT */
/* Lets time pass in a test. */
#ifndef TEST_PAUSE_H
#define TEST_PAUSE_H

#include <check.h>
#include <time.h>

/* Less than a second. */
static inline void pause_ms(int ms)
{
  const struct timespec pause = {.tv_nsec = ms * 1000000L};

  ck_assert_int_eq(nanosleep(&pause, NULL), 0);
}

#endif
