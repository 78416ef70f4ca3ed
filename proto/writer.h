/* SPDX-License-Identifier: MIT */
/* Writes JSON straight into a buffer: no tree, no locale, and no allocation in the caller's
 * buffer. */
#ifndef PROTO_WRITER_H
#define PROTO_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Thread-safety: one thread at a time. */
struct writer {
  char *data;
  size_t size, length;
  bool grows;  /* data is from malloc() and is enlarged as needed */
  bool failed; /* the text did not fit, or there was no memory: the rest is not written */
  bool comma;  /* the next key or element needs a comma before it */
};

struct writer writer_fixed(char *buffer, size_t size);
struct writer writer_growing(void);

/* Returns the terminated text; the caller frees it with free() if the buffer grows. NULL if it
 * failed. */
char *writer_finish(struct writer *w);

/* Writes bytes as they are. */
void put_raw(struct writer *w, const char *text);

void open_object(struct writer *w, const char *key); /* key NULL: an element, or the whole text */
void close_object(struct writer *w);
void open_array(struct writer *w, const char *key);
void close_array(struct writer *w);

/* Members; key NULL: an element of an array. */
void put_string(struct writer *w, const char *key, const char *value);
void put_integer(struct writer *w, const char *key, int64_t value);
void put_unsigned(struct writer *w, const char *key, uint64_t value);
void put_boolean(struct writer *w, const char *key, bool value);
/* Fixed point with up to six decimals. A value that is not finite is written as 0, because JSON
 * cannot express it. */
void put_number(struct writer *w, const char *key, double value, int decimals);

#endif
