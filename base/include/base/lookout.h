/* SPDX-License-Identifier: MIT */
/* A thread waits for what another thread leaves for it, and seldom has to be woken. */
#ifndef BASE_LOOKOUT_H
#define BASE_LOOKOUT_H

#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arrivals.h"

struct et_lookout {
  sem_t called;
  _Atomic int64_t next_look_ns; /* of the waiting thread; 0 = it is awake */
  _Atomic int64_t open_ns;      /* an arrival is expected from then on; 0 = at any time */
  struct et_arrivals arrivals;  /* used by the thread that notes them */
  int64_t every_ns;
  int looks;
};

/* While an arrival is expected, the waiting thread looks every `every_us` microseconds. After
 * `looks` looks in vain it sleeps until it is called. Returns false if the system has no semaphore
 * left. */
bool et_lookout_init(struct et_lookout *lookout, int every_us, int looks) __attribute__((warn_unused_result));

/* No thread may be waiting. */
void et_lookout_fini(struct et_lookout *lookout);

/* Returns when a look finds that `there(user)` is true. Thread-safety: one thread at a time. */
void et_lookout_wait(struct et_lookout *lookout, bool (*there)(void *user), void *user);

/* Call it after `there` has become true: the waiting thread then looks at once.
 * Thread-safety: any thread. RT-safe. */
void et_lookout_call(struct et_lookout *lookout);

/* The same for what arrives in a series, such as frames. The waiting thread learns from the series
 * when to look. It finds an arrival that comes when it is due by itself, within about `every_us`.
 * It is called only if it sleeps, or if its next look is far away.
 * Thread-safety: one thread at a time. RT-safe. */
void et_lookout_arrived(struct et_lookout *lookout);

#endif
