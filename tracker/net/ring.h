/* SPDX-License-Identifier: MIT */
/* The rows of a picture that a kernel spans, with margins of zeros on both sides.
 * A newer row replaces one that no later output needs. */
#ifndef NET_RING_H
#define NET_RING_H

#include <stddef.h>

enum { ET_RING_MOST = 16 }; /* rows */

struct et_ring {
  char *memory;     /* rows + 1 rows; the last stays zero: what is above and below the picture */
  int rows;         /* of the kernel */
  int height;       /* of the picture */
  size_t row_bytes; /* with both margins */
  size_t margin_bytes;
  int filled; /* rows of the picture that have been written so far */
};

/* Bytes of memory for a ring. */
size_t et_ring_need(const struct et_ring *ring);

/* Clears the margins and the row of zeros. */
void et_ring_open(struct et_ring *ring);

/* Where pixel 0 of the next row is to be written, or NULL if row `last` and all rows of the picture
 * before it are there. */
void *et_ring_next(struct et_ring *ring, int last);

/* The rows first, first + 1, ... of the picture, each with its margin. */
void et_ring_span(const struct et_ring *ring, int first, const void *rows[ET_RING_MOST]);

#endif
