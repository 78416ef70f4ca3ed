/* SPDX-License-Identifier: MIT */
/* A slot for the newest frame. One producer leaves items, one consumer waits for them. */
#ifndef BASE_SLOT_H
#define BASE_SLOT_H

#include <stdbool.h>

#include "base/lookout.h"

/* Items are pointers. Whoever holds one owns it. An item that was not taken in time is displaced.
 * Thread-safety: put and clear from one thread, wait from another, wake from any. */
struct et_slot {
  void *_Atomic item;
  _Atomic bool woken;
  struct et_lookout consumer;
};

/* Returns false if the system has no semaphore left. */
bool et_slot_init(struct et_slot *slot) __attribute__((warn_unused_result));

/* The slot must be empty, and no thread may be waiting. */
void et_slot_fini(struct et_slot *slot);

/* Leaves `item` (not NULL) and returns the item that it displaced, which is the caller's again;
 * NULL if the slot was empty. RT-safe. */
void *et_slot_put(struct et_slot *slot, void *item) __attribute__((warn_unused_result));

/* Empties the slot without waiting. Returns its item, or NULL. RT-safe. */
void *et_slot_clear(struct et_slot *slot) __attribute__((warn_unused_result));

/* Waits until an item or a wake-up comes. It finds an item within about a millisecond unless the
 * item is too early. Returns the item; NULL after a wake-up, or if a clear came first. */
void *et_slot_wait(struct et_slot *slot) __attribute__((warn_unused_result));

/* Wakes the consumer without an item. RT-safe. */
void et_slot_wake(struct et_slot *slot);

#endif
