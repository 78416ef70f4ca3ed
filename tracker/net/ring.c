/* SPDX-License-Identifier: MIT */
/* A ring of the rows that a kernel spans. */
#include "net/ring.h"

#include <string.h>

size_t et_ring_need(const struct et_ring *r)
{
  return (size_t)(r->rows + 1) * r->row_bytes;
}

static char *row_at(const struct et_ring *r, int slot)
{
  return r->memory + (size_t)slot * r->row_bytes;
}

void et_ring_open(struct et_ring *r)
{
  for (int slot = 0; slot < r->rows; slot++) {
    memset(row_at(r, slot), 0, r->margin_bytes);
    memset(row_at(r, slot + 1) - r->margin_bytes, 0, r->margin_bytes);
  }
  memset(row_at(r, r->rows), 0, r->row_bytes);
  r->filled = 0;
}

void *et_ring_next(struct et_ring *r, int last)
{
  if (r->filled > last || r->filled == r->height)
    return NULL;
  return row_at(r, r->filled++ % r->rows) + r->margin_bytes;
}

void et_ring_span(const struct et_ring *r, int first, const void *rows[ET_RING_MOST])
{
  for (int i = 0; i < r->rows; i++) {
    const int y = first + i;

    rows[i] = row_at(r, y < 0 || y >= r->height ? r->rows : y % r->rows);
  }
}
