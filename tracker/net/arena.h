/* SPDX-License-Identifier: MIT */
/* Memory that is reserved piece by piece while something is built, and freed at once. */
#ifndef NET_ARENA_H
#define NET_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* All zeros is an empty arena. Thread-safety: one thread at a time. */
struct et_arena {
  struct et_arena_chunk *chunks;
  bool failed; /* an allocation failed; every later one fails too */
};

/* Returns `count` floats, all zero, aligned to 64 bytes; NULL if there is no memory. Callers may go
 * on after NULL and check `failed` once at the end. */
float *et_arena_floats(struct et_arena *arena, size_t count);

/* The same in bytes. */
void *et_arena_bytes(struct et_arena *arena, size_t bytes);

void et_arena_fini(struct et_arena *arena);

#endif
