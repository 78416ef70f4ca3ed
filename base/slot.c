/* SPDX-License-Identifier: MIT */
/* The newest-frame slot.
 *
 * Design notes. The item changes hands by one atomic exchange on either side, so that no lock is
 * held and the producer never waits. The consumer looks for it when the next one is due
 * (base/lookout.c), and is woken only if none is expected. */
#include "base/slot.h"

#include <stdatomic.h>
#include <stddef.h>

enum {
  LOOK_EVERY_US = 1000, /* short compared with the network's time for a frame */
  LOOKS_IN_VAIN = 200,  /* a stream above 5 frames per second may jitter and still wakes nobody */
};

bool et_slot_init(struct et_slot *slot)
{
  atomic_init(&slot->item, NULL);
  atomic_init(&slot->woken, false);
  return et_lookout_init(&slot->consumer, LOOK_EVERY_US, LOOKS_IN_VAIN);
}

void et_slot_fini(struct et_slot *slot)
{
  et_lookout_fini(&slot->consumer);
}

void *et_slot_put(struct et_slot *slot, void *item)
{
  void *displaced = atomic_exchange(&slot->item, item);

  et_lookout_arrived(&slot->consumer);
  return displaced;
}

void *et_slot_clear(struct et_slot *slot)
{
  return atomic_exchange(&slot->item, NULL);
}

static bool is_there(void *user)
{
  struct et_slot *slot = user;

  return atomic_load(&slot->item) || atomic_load(&slot->woken);
}

void *et_slot_wait(struct et_slot *slot)
{
  et_lookout_wait(&slot->consumer, is_there, slot);
  atomic_store(&slot->woken, false);
  return atomic_exchange(&slot->item, NULL);
}

void et_slot_wake(struct et_slot *slot)
{
  atomic_store(&slot->woken, true);
  et_lookout_call(&slot->consumer);
}
