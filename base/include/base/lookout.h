/* SPDX-License-Identifier: MIT */
/* A thread waits for what another one leaves, which seldom has to wake it. */
#ifndef BASE_LOOKOUT_H
#define BASE_LOOKOUT_H

#include <semaphore.h>
#include <stdbool.h>

struct et_lookout {
  sem_t called;
  _Atomic bool sleeps;
  int every_us, looks;
};

/* The waiting thread looks every `every_us` microseconds, and sleeps after `looks` looks in vain until it is called. Returns false where the system has no
 * semaphore left. */
bool et_lookout_init(struct et_lookout *lookout, int every_us, int looks) __attribute__((warn_unused_result));

/* Nobody may be waiting. */
void et_lookout_fini(struct et_lookout *lookout);

/* Returns as soon as a look finds that `there(user)` holds. Thread-safety: one thread at a time. */
void et_lookout_wait(struct et_lookout *lookout, bool (*there)(void *user), void *user);

/* To be called after `there` has come to hold. Thread-safety: any thread. RT-safe. */
void et_lookout_call(struct et_lookout *lookout);

#endif
