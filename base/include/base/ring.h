/* SPDX-License-Identifier: MIT */
/* A bounded ring of records from one producer to one consumer; a full ring drops the oldest one. */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Records have a fixed size. Dropped records are counted.
 * Thread-safety: one thread pushes, one thread pops, any thread may read the count. */
struct et_ring;

/* `capacity`: records, a power of two. `size`: bytes of a record, which must be plain data.
 * NULL: out of memory. */
struct et_ring *et_ring_create(size_t capacity, size_t size) __attribute__((warn_unused_result));

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void et_ring_destroy(struct et_ring **ring);

/* Copies the record in. Never waits. RT-safe. */
void et_ring_push(struct et_ring *ring, const void *record);

/* Copies the oldest record out. Returns false if there is none. RT-safe. */
bool et_ring_pop(struct et_ring *ring, void *record) __attribute__((warn_unused_result));

/* Records dropped since creation. RT-safe. */
uint64_t et_ring_dropped(const struct et_ring *ring);

#endif
