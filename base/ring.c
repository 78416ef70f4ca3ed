/* SPDX-License-Identifier: MIT */
/* The bounded ring between one producer and one consumer.
 *
 * Design notes. Only the producer writes `head`. Both move `tail` to remove the oldest record: the
 * consumer after it has copied the record, the producer when it needs the room. Both use
 * compare-and-swap, so that a record is either popped or dropped, never both. The consumer may copy
 * a record while the producer overwrites it. Its swap then fails, and the copy is thrown away. The
 * words are atomic (relaxed) to make that race defined. */
#include "base/ring.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct et_ring {
  size_t capacity, size, words; /* words: of 8 bytes, per record */
  _Atomic uint64_t head, tail, dropped;
  _Atomic uint64_t *data;
};

struct et_ring *et_ring_create(size_t capacity, size_t size)
{
  struct et_ring *ring = calloc(1, sizeof *ring);

  assert(capacity && (capacity & (capacity - 1)) == 0 && size);
  if (!ring)
    return NULL;
  ring->capacity = capacity;
  ring->size = size;
  ring->words = (size + 7) / 8;
  ring->data = calloc(capacity * ring->words, sizeof *ring->data);
  if (!ring->data)
    et_ring_destroy(&ring);
  return ring;
}

void et_ring_destroy(struct et_ring **ring)
{
  if (!ring || !*ring)
    return;
  free((*ring)->data);
  free(*ring);
  *ring = NULL;
}

static _Atomic uint64_t *record_at(const struct et_ring *ring, uint64_t index)
{
  return ring->data + (index & (ring->capacity - 1)) * ring->words;
}

/* The bytes of word `w` that belong to the record: 8, or fewer in the last one. */
static size_t word_bytes(const struct et_ring *ring, size_t w)
{
  size_t left = ring->size - w * 8;

  return left < 8 ? left : 8;
}

static void drop_oldest(struct et_ring *ring, uint64_t tail)
{
  if (atomic_compare_exchange_strong(&ring->tail, &tail, tail + 1))
    atomic_fetch_add_explicit(&ring->dropped, 1, memory_order_relaxed);
}

void et_ring_push(struct et_ring *ring, const void *record)
{
  uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
  uint64_t tail = atomic_load(&ring->tail);
  _Atomic uint64_t *to = record_at(ring, head);

  if (head - tail == ring->capacity)
    drop_oldest(ring, tail);
  for (size_t w = 0; w < ring->words; w++) {
    uint64_t word = 0;

    memcpy(&word, (const char *)record + w * 8, word_bytes(ring, w));
    atomic_store_explicit(&to[w], word, memory_order_relaxed);
  }
  atomic_store(&ring->head, head + 1);
}

static void copy_out(const struct et_ring *ring, uint64_t index, void *record)
{
  const _Atomic uint64_t *from = record_at(ring, index);

  for (size_t w = 0; w < ring->words; w++) {
    uint64_t word = atomic_load_explicit(&from[w], memory_order_relaxed);

    memcpy((char *)record + w * 8, &word, word_bytes(ring, w));
  }
}

bool et_ring_pop(struct et_ring *ring, void *record)
{
  uint64_t tail = atomic_load(&ring->tail);

  while (tail != atomic_load(&ring->head)) {
    copy_out(ring, tail, record);
    if (atomic_compare_exchange_strong(&ring->tail, &tail, tail + 1))
      return true;
  }
  return false;
}

uint64_t et_ring_dropped(const struct et_ring *ring)
{
  return atomic_load_explicit(&ring->dropped, memory_order_relaxed);
}
