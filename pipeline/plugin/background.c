/* SPDX-License-Identifier: MIT */
/* Threads that work while buffers flow: no buffer may wait for them, not even for a processor. */
#include "background.h"

#include <pthread.h>
#include <sched.h>

void background_enter(const char *name)
{
  const struct sched_param none = {0};

  pthread_setname_np(pthread_self(), name);
  /* A batch thread that wakes preempts no other thread. If the system refuses, the thread stays as
   * it is. */
  pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}
