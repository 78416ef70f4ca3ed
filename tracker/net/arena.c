/* SPDX-License-Identifier: MIT */
/* Memory that is reserved piece by piece and freed at once. */
#include "net/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, CHUNK = 4 << 20, HUGE_PAGE = 2 << 20 };

struct et_arena_chunk {
  struct et_arena_chunk *next;
  size_t size, used; /* bytes, this header included */
};

static struct et_arena_chunk *add_chunk(struct et_arena *arena, size_t wanted)
{
  size_t size = wanted + ALIGNMENT > CHUNK ? wanted + ALIGNMENT : CHUNK;
  struct et_arena_chunk *chunk;

  size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  chunk = aligned_alloc(HUGE_PAGE, size);
  if (!chunk)
    return NULL;
  madvise(chunk, size, MADV_HUGEPAGE);
  memset(chunk, 0, size);
  *chunk = (struct et_arena_chunk){.next = arena->chunks, .size = size, .used = ALIGNMENT};
  arena->chunks = chunk;
  return chunk;
}

void *et_arena_bytes(struct et_arena *arena, size_t bytes)
{
  struct et_arena_chunk *chunk = arena->chunks;
  void *p;

  if (arena->failed || bytes > PTRDIFF_MAX - 2 * CHUNK) {
    arena->failed = true;
    return NULL;
  }
  bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (!chunk || chunk->size - chunk->used < bytes)
    chunk = add_chunk(arena, bytes);
  if (!chunk) {
    arena->failed = true;
    return NULL;
  }
  p = (char *)chunk + chunk->used;
  chunk->used += bytes;
  return p;
}

float *et_arena_floats(struct et_arena *arena, size_t count)
{
  size_t bytes;

  if (__builtin_mul_overflow(count, sizeof(float), &bytes))
    bytes = SIZE_MAX;
  return et_arena_bytes(arena, bytes);
}

void et_arena_fini(struct et_arena *arena)
{
  while (arena->chunks) {
    struct et_arena_chunk *next = arena->chunks->next;

    free(arena->chunks);
    arena->chunks = next;
  }
  arena->failed = false;
}
