/* SPDX-License-Identifier: MIT */
/* Asks a model file for tensors. */
#include "net/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void et_reader_enter(struct et_reader *r, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  vsnprintf(r->prefix, sizeof r->prefix, format, args);
  va_end(args);
}

static void print_shape(char *text, size_t size, const int *shape, int dimensions)
{
  size_t used = 0;

  for (int d = 0; d < dimensions && used < size; d++)
    used += (size_t)snprintf(text + used, size - used, shape[d] == ET_ANY ? "%sany" : "%s%d", d ? "," : "", shape[d]);
}

static bool shape_matches(const struct et_safetensor *t, const int *shape, int dimensions)
{
  if (t->dimensions != dimensions)
    return false;
  for (int d = 0; d < dimensions; d++)
    if (shape[d] == ET_ANY ? t->shape[d] < 1 || t->shape[d] > 65536 : t->shape[d] != (size_t)shape[d])
      return false;
  return true;
}

const struct et_safetensor *et_reader_want(struct et_reader *r, enum et_type type, const char *suffix, const int *shape, int dimensions)
{
  const struct et_safetensor *t;
  char name[128], wanted[64], found[64];
  int sizes[ET_MAX_DIMENSIONS];

  if (r->error)
    return NULL;
  snprintf(name, sizeof name, "%s.%s", r->prefix, suffix);
  t = et_safetensors_find(r->file, name);
  if (!t) {
    r->error = et_fail(r->detail, ET_ERR_MODEL_TENSOR, "%s: tensor %s is missing", r->path, name);
    return NULL;
  }
  if (t->type != type) {
    r->error = et_fail(r->detail, ET_ERR_MODEL_SHAPE, "%s: tensor %s is of type %s; the architecture wants %s", r->path, name,
                       et_safetensor_type_name(t->type), et_safetensor_type_name(type));
    return NULL;
  }
  if (shape_matches(t, shape, dimensions))
    return t;
  for (int d = 0; d < t->dimensions; d++)
    sizes[d] = t->shape[d] > 999999 ? 999999 : (int)t->shape[d];
  print_shape(wanted, sizeof wanted, shape, dimensions);
  print_shape(found, sizeof found, sizes, t->dimensions);
  r->error =
    et_fail(r->detail, ET_ERR_MODEL_SHAPE, "%s: tensor %s has shape [%s]; the architecture wants [%s]", r->path, name, found, wanted);
  return NULL;
}

bool et_reader_has(const struct et_reader *r, enum et_type type, const char *name)
{
  const struct et_safetensor *t;
  char full[128];

  snprintf(full, sizeof full, "%s.%s.weight", r->prefix, name);
  t = r->has_int8 ? et_safetensors_find(r->file, full) : NULL;
  return t && t->type == type;
}

void et_reader_refuse(struct et_reader *r, const char *suffix, int index, const char *format, ...)
{
  char why[128];
  va_list args;

  if (r->error)
    return;
  va_start(args, format);
  vsnprintf(why, sizeof why, format, args);
  va_end(args);
  r->error = et_fail(r->detail, ET_ERR_MODEL_VALUE, "%s: tensor %s.%s: [%d] %s", r->path, r->prefix, suffix, index, why);
}

void *et_reader_reserve(struct et_reader *r, size_t bytes)
{
  void *p = r->error ? NULL : et_arena_bytes(r->arena, bytes);

  if (!p && !r->error)
    r->error = et_fail(r->detail, ET_ERR_NO_MEMORY, "%s: out of memory for the weights", r->path);
  return p;
}
