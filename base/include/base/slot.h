/* SPDX-License-Identifier: MIT */
/* The newest-frame slot: one producer leaves an item, one consumer waits for it, and what was not taken in time is displaced. */
#ifndef BASE_SLOT_H
#define BASE_SLOT_H

#include <semaphore.h>
#include <stdbool.h>

/* Items are pointers; who holds one owns it.
 * Thread-safety: put and displace from one thread, wait from another; wake from any. */
struct et_slot {
  void *_Atomic item;
  sem_t ready; /* counts changes from empty to full, and wake-ups */
};

/* Returns false where the system has no semaphore left. */
bool et_slot_init(struct et_slot *slot) __attribute__((warn_unused_result));

/* The slot must be empty and nobody waiting. */
void et_slot_fini(struct et_slot *slot);

/* Leaves `item` (not NULL) and returns the one it displaced, which is the caller's again; NULL if the slot was empty. RT-safe. */
void *et_slot_put(struct et_slot *slot, void *item) __attribute__((warn_unused_result));

/* Takes what is there without waiting: to empty the slot. The consumer may then wake up to nothing. RT-safe. */
void *et_slot_clear(struct et_slot *slot) __attribute__((warn_unused_result));

/* Sleeps until an item or a wake-up comes. Returns the item, or NULL after a wake-up or a clear. */
void *et_slot_wait(struct et_slot *slot) __attribute__((warn_unused_result));

/* Wakes the consumer without an item. RT-safe. */
void et_slot_wake(struct et_slot *slot);

#endif
