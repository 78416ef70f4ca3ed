/* SPDX-License-Identifier: MIT */
/* Asks a model file for tensors by name, type and shape. It carries the first failure past the
 * later requests, so that a caller checks once at the end. */
#ifndef NET_READER_H
#define NET_READER_H

#include "net/arena.h"
#include "net/safetensors.h"
#include "net/weights.h"

struct et_reader {
  const char *path;
  struct et_safetensors *file;
  struct et_arena *arena;
  struct et_error_detail *detail;
  enum et_error error;
  bool has_int8;   /* the format allows layers in 8 bits */
  char prefix[64]; /* of the layer whose tensors are being read */
};

/* A size that the file may choose freely. */
enum { ET_ANY = -1 };

__attribute__((format(printf, 2, 3))) void et_reader_enter(struct et_reader *reader, const char *format, ...);

/* The tensor PREFIX.suffix. NULL after a failure. */
const struct et_safetensor *et_reader_want(struct et_reader *reader, enum et_type type, const char *suffix, const int *shape,
                                           int dimensions);

/* Of F32. */
#define ET_WANT(r, suffix, ...) ET_WANT_TYPE(r, ET_F32, suffix, __VA_ARGS__)
#define ET_WANT_TYPE(r, type, suffix, ...)                                                                                                 \
  et_reader_want(r, type, suffix, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/* Whether PREFIX.name.weight has `type`, so that the layer is in 8 or 16 bits. */
bool et_reader_has(const struct et_reader *reader, enum et_type type, const char *name);

/* Notes that a value of a tensor cannot be: the words say where and why. */
__attribute__((format(printf, 4, 5))) void et_reader_refuse(struct et_reader *reader, const char *suffix, int index, const char *format,
                                                            ...);

/* Zeroed memory that lives as long as the model; NULL after a failure. */
void *et_reader_reserve(struct et_reader *reader, size_t bytes);

#endif
