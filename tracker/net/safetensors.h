/* SPDX-License-Identifier: MIT */
/* Reads a safetensors file: header length in 8 bytes, a JSON header, raw tensors, all
 * little-endian. The format: https://github.com/huggingface/safetensors, "Format". */
#ifndef NET_SAFETENSORS_H
#define NET_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>

#include "etrack/error.h"

enum { ET_MAX_DIMENSIONS = 4 };

enum et_type { ET_F32, ET_I8, ET_U8, ET_I16, ET_TYPES };

/* A tensor in the file. */
struct et_safetensor {
  const char *name;
  enum et_type type;
  int dimensions;
  size_t shape[ET_MAX_DIMENSIONS];
  size_t begin, end; /* bytes from the start of the data */
  const char *data;  /* may be unaligned: read it with one of the functions below */
  bool used;         /* et_safetensors_find() has returned it */
};

/* Thread-safety: one thread at a time. */
struct et_safetensors;

/* Reads the file and checks its header and data: types, shapes, offsets (none outside the file,
 * none overlapping), names (none twice), values (all finite).
 * Ownership: *file is the caller's, for et_safetensors_close().
 * Errors: ET_ERR_NO_MEMORY, ET_ERR_MODEL_MISSING, _FORMAT, _OFFSETS, _SHAPE, _VALUE (the words name
 * the file and the tensor). */
enum et_error et_safetensors_open(const char *path, struct et_safetensors **file, struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void et_safetensors_close(struct et_safetensors **file);

/* NULL if the metadata has no such string. Lives as long as the file. */
const char *et_safetensors_metadata(const struct et_safetensors *file, const char *key);

/* The tensors one after the other; NULL after the last. */
const struct et_safetensor *et_safetensors_at(const struct et_safetensors *file, size_t index);

/* Returns the tensor of that name and marks it as used; NULL if there is none. */
struct et_safetensor *et_safetensors_find(struct et_safetensors *file, const char *name);

/* A tensor that is not marked as used, or NULL. */
const struct et_safetensor *et_safetensors_unused(const struct et_safetensors *file);

/* Of a tensor of F32. */
float et_safetensor_value(const struct et_safetensor *tensor, size_t index);

/* Of a tensor of I8, U8 or I16. */
int et_safetensor_integer(const struct et_safetensor *tensor, size_t index);

/* "F32", as the file writes it. */
const char *et_safetensor_type_name(enum et_type type);

#endif
