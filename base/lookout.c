/* SPDX-License-Identifier: MIT */
/* Waiting by looking.
 *
 * Design notes. Waking a thread costs the waker a system call, a long one where that one's processor has gone to sleep; and it is where the scheduler takes
 * the waker's own processor away, for milliseconds, if its slice is used up. A streaming thread that decodes a picture before each call has always used it up. So
 * the waiting thread looks by itself while there is traffic. `sleeps` is set before the last look and read after what that look is for was left, both
 * sequentially consistent: one of the two threads sees the other. A call too many wakes the sleeper to nothing, and it sleeps again. */
#include "base/lookout.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>

bool et_lookout_init(struct et_lookout *lookout, int every_us, int looks)
{
  atomic_init(&lookout->sleeps, false);
  lookout->every_us = every_us;
  lookout->looks = looks;
  return sem_init(&lookout->called, 0, 0) == 0;
}

void et_lookout_fini(struct et_lookout *lookout)
{
  sem_destroy(&lookout->called);
}

static void pause_for(int us)
{
  const struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000L};

  clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

static void sleep_until_called(struct et_lookout *lookout, bool (*there)(void *user), void *user)
{
  atomic_store(&lookout->sleeps, true);
  if (there(user)) {
    atomic_store(&lookout->sleeps, false);
    return;
  }
  while (sem_wait(&lookout->called) != 0 && errno == EINTR)
    ;
}

void et_lookout_wait(struct et_lookout *lookout, bool (*there)(void *user), void *user)
{
  for (int looks = 0; !there(user); looks++)
    if (looks < lookout->looks)
      pause_for(lookout->every_us);
    else
      sleep_until_called(lookout, there, user);
}

void et_lookout_call(struct et_lookout *lookout)
{
  if (atomic_exchange(&lookout->sleeps, false))
    sem_post(&lookout->called);
}
