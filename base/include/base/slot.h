/* SPDX-License-Identifier: MIT */
/* The newest-frame slot: one producer leaves an item, one consumer waits for it, and what was not taken in time is displaced. */
#ifndef BASE_SLOT_H
#define BASE_SLOT_H

#include <stdbool.h>

#include "base/lookout.h"

/* Items are pointers; who holds one owns it.
 * Thread-safety: put and displace from one thread, wait from another; wake from any. */
struct et_slot {
  void *_Atomic item;
  _Atomic bool woken;
  struct et_lookout consumer;
};

/* Returns false where the system has no semaphore left. */
bool et_slot_init(struct et_slot *slot) __attribute__((warn_unused_result));

/* The slot must be empty and nobody waiting. */
void et_slot_fini(struct et_slot *slot);

/* Leaves `item` (not NULL) and returns the one it displaced, which is the caller's again; NULL if the slot was empty. RT-safe. */
void *et_slot_put(struct et_slot *slot, void *item) __attribute__((warn_unused_result));

/* Takes what is there without waiting: to empty the slot. RT-safe. */
void *et_slot_clear(struct et_slot *slot) __attribute__((warn_unused_result));

/* Waits until an item or a wake-up comes, and finds an item within about a millisecond if it is not too early. Returns the item, or NULL after a wake-up or if a clear came first. */
void *et_slot_wait(struct et_slot *slot) __attribute__((warn_unused_result));

/* Wakes the consumer without an item. RT-safe. */
void et_slot_wake(struct et_slot *slot);

#endif
