/* SPDX-License-Identifier: MIT */
/* Waits by looking.
 *
 * Design notes. Waking a thread costs the waker a system call, a long one if the sleeper's
 * processor has gone to sleep too. It is also the moment at which the scheduler takes the waker's
 * own processor away, for milliseconds, if its slice is used up. A streaming thread decodes a
 * picture before each call, so its slice is always used up. Therefore the waiting thread looks by
 * itself. Looking costs power, so it sleeps until shortly before the next arrival is expected
 * (base/arrivals.c), and looks often only then. If nothing comes, it sleeps until it is called. An
 * arrival before its time waits for the first look. It is called for only if that look is far away,
 * because a slow series has become a fast one. A call for each early arrival cost the caller its
 * processor one time in ten under load.
 *
 * `next_look_ns` is set before the last look, and read after the item of that look was left. Both
 * are sequentially consistent, so at least one of the two threads sees the other. The thread that
 * sets it back to 0 owes the sleeper a call. A call that comes too late ends the next sleep early,
 * and the thread looks once more. */
#include "base/lookout.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"

/* An arrival is worth a call if the next look is more than this many look periods away. A jittering
 * stream of 30 frames per second is never that far off. */
enum { FAR = 32 };

static const int64_t until_called = INT64_MAX;

bool et_lookout_init(struct et_lookout *lookout, int every_us, int looks)
{
  atomic_init(&lookout->next_look_ns, 0);
  atomic_init(&lookout->open_ns, 0);
  lookout->arrivals = (struct et_arrivals){0};
  lookout->every_ns = every_us * INT64_C(1000);
  lookout->looks = looks;
  return sem_init(&lookout->called, 0, 0) == 0;
}

void et_lookout_fini(struct et_lookout *lookout)
{
  sem_destroy(&lookout->called);
}

static int wait_for_call(struct et_lookout *lookout, int64_t until_ns)
{
  const struct timespec until = {.tv_sec = until_ns / ET_SECOND_NS, .tv_nsec = until_ns % ET_SECOND_NS};

  return until_ns == until_called ? sem_wait(&lookout->called) : sem_clockwait(&lookout->called, CLOCK_MONOTONIC, &until);
}

static void sleep_until(struct et_lookout *lookout, int64_t until_ns, bool (*there)(void *user), void *user)
{
  atomic_store(&lookout->next_look_ns, until_ns);
  if (!there(user))
    while (wait_for_call(lookout, until_ns) != 0 && errno == EINTR)
      ;
  atomic_store(&lookout->next_look_ns, 0);
}

/* The first look is a little later than the earliest arrival, so that it finds one that is on
 * time. */
static int64_t next_look_ns(struct et_lookout *lookout, int looks)
{
  const int64_t now_ns = et_clock_ns(), first_ns = atomic_load(&lookout->open_ns) + lookout->every_ns / 4;

  if (looks == lookout->looks)
    return until_called;
  return first_ns > now_ns ? first_ns : now_ns + lookout->every_ns;
}

void et_lookout_wait(struct et_lookout *lookout, bool (*there)(void *user), void *user)
{
  for (int looks = 0; !there(user); looks += looks < lookout->looks)
    sleep_until(lookout, next_look_ns(lookout, looks), there, user);
}

void et_lookout_call(struct et_lookout *lookout)
{
  if (atomic_exchange(&lookout->next_look_ns, 0))
    sem_post(&lookout->called);
}

void et_lookout_arrived(struct et_lookout *lookout)
{
  const int64_t now_ns = et_clock_ns();

  et_arrivals_note(&lookout->arrivals, now_ns);
  atomic_store(&lookout->open_ns, et_arrivals_next_ns(&lookout->arrivals));
  if (atomic_load(&lookout->next_look_ns) > now_ns + FAR * lookout->every_ns)
    et_lookout_call(lookout);
}
