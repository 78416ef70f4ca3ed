/* SPDX-License-Identifier: MIT */
/* The newest-frame slot.
 *
 * Design notes. The item changes hands by one atomic exchange on either side, so no lock is held and the producer never waits. The semaphore
 * is posted exactly when the item goes from NULL to something: a put that displaces finds that post still pending. A clear leaves one post
 * too many behind, which the consumer sees as a wake-up with nothing to do. */
#include "base/slot.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

bool et_slot_init(struct et_slot *slot)
{
  atomic_init(&slot->item, NULL);
  return sem_init(&slot->ready, 0, 0) == 0;
}

void et_slot_fini(struct et_slot *slot)
{
  sem_destroy(&slot->ready);
}

void *et_slot_put(struct et_slot *slot, void *item)
{
  void *displaced = atomic_exchange(&slot->item, item);

  if (!displaced)
    sem_post(&slot->ready);
  return displaced;
}

void *et_slot_clear(struct et_slot *slot)
{
  return atomic_exchange(&slot->item, NULL);
}

void *et_slot_wait(struct et_slot *slot)
{
  while (sem_wait(&slot->ready) != 0 && errno == EINTR)
    ;
  return atomic_exchange(&slot->item, NULL);
}

void et_slot_wake(struct et_slot *slot)
{
  sem_post(&slot->ready);
}
