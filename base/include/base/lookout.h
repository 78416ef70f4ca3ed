/* SPDX-License-Identifier: MIT */
/* A thread waits for what another one leaves, which seldom has to wake it. */
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
  struct et_arrivals arrivals;  /* in the thread that notes them */
  int64_t every_ns;
  int looks;
};

/* While an arrival is expected the waiting thread looks every `every_us` microseconds. After `looks` looks in vain it sleeps until it is called. Returns
 * false if the system has no semaphore left. */
bool et_lookout_init(struct et_lookout *lookout, int every_us, int looks) __attribute__((warn_unused_result));

/* Nobody may be waiting. */
void et_lookout_fini(struct et_lookout *lookout);

/* Returns as soon as a look finds that `there(user)` holds. Thread-safety: one thread at a time. */
void et_lookout_wait(struct et_lookout *lookout, bool (*there)(void *user), void *user);

/* To be called after `there` has come to hold: the waiting thread looks at once. Thread-safety: any thread. RT-safe. */
void et_lookout_call(struct et_lookout *lookout);

/* The same for what arrives in a series, such as frames. The waiting thread learns from the series when to look, and finds an arrival by itself, within
 * about `every_us` if it comes when it is due. There is a call only if the thread sleeps, or if its next look is far away. Thread-safety: one thread at a time. RT-safe. */
void et_lookout_arrived(struct et_lookout *lookout);

#endif
