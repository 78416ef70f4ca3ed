/* SPDX-License-Identifier: MIT */
/* Reads ahead in a frame. A new frame is in no cache, so each first read of a row waits for the
 * memory. */
#ifndef CORE_AHEAD_H
#define CORE_AHEAD_H

#include <stddef.h>

#include "ops/lanes.h"

enum { ET_CACHE_LINE = 64, ET_AHEAD_MOST = 1024, ET_SECOND_LEVEL = 2 };

/* Asks for the beginning of a row of `bytes`. Once it is read, the processor asks for the rest by
 * itself. It goes to the second-level cache, because the first is too small for several rows.
 * (Inlined, because the compiler takes a function that only prefetches for one without effect.)
 * RT-safe. */
ET_INLINE void et_prefetch_row(const uint8_t *row, ptrdiff_t bytes)
{
  for (ptrdiff_t i = 0; i < bytes && i < ET_AHEAD_MOST; i += ET_CACHE_LINE)
    __builtin_prefetch(row + i, 0, ET_SECOND_LEVEL);
}

#endif
