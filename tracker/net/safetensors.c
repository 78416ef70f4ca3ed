/* SPDX-License-Identifier: MIT */
/* Reads a safetensors file, and checks everything before a value is used. */
#include "net/safetensors.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_HEADER = 16 << 20 };

struct et_safetensors {
  const char *path; /* the caller's, for error messages while the file is opened */
  char *bytes;      /* a copy: a mapping would change if the file were overwritten */
  size_t size, data_size;
  const char *data;
  json_t *header;
  struct et_safetensor *tensors;
  size_t count;
};

/* Reads as much as there is. A file that shrinks meanwhile is found to be truncated. */
static enum et_error read_bytes(struct et_safetensors *f, int fd, size_t size, struct et_error_detail *detail)
{
  ssize_t got = 1;

  f->bytes = malloc(size);
  if (!f->bytes)
    return et_fail(detail, ET_ERR_NO_MEMORY, "%s: out of memory", f->path);
  while (f->size < size && got > 0) {
    got = read(fd, f->bytes + f->size, size - f->size);
    f->size += got > 0 ? (size_t)got : 0;
  }
  if (got < 0)
    return et_fail(detail, ET_ERR_MODEL_MISSING, "%s: cannot be read: %s", f->path, strerror(errno));
  if (f->size <= 8)
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: truncated at byte %zu, before the header", f->path, f->size);
  return ET_OK;
}

static enum et_error read_file(struct et_safetensors *f, struct et_error_detail *detail)
{
  struct stat st;
  enum et_error error;
  int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0)
    return et_fail(detail, ET_ERR_MODEL_MISSING, "%s: %s", f->path, strerror(errno));
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    close(fd);
    return et_fail(detail, ET_ERR_MODEL_MISSING, "%s: not a regular file", f->path);
  }
  error = read_bytes(f, fd, (size_t)st.st_size, detail);
  close(fd);
  return error;
}

static enum et_error parse_header(struct et_safetensors *f, struct et_error_detail *detail)
{
  json_error_t fault;
  uint64_t length;

  assert(f->bytes);
  memcpy(&length, f->bytes, sizeof length);
  if (length > MAX_HEADER || f->bytes[8] != '{')
    return et_fail(detail, ET_ERR_MODEL_FORMAT, "%s: not a safetensors file", f->path);
  if (length > f->size - 8)
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: truncated at byte %zu: the header needs %llu bytes", f->path, f->size,
                   (unsigned long long)length);
  f->header = json_loadb(f->bytes + 8, length, JSON_REJECT_DUPLICATES, &fault);
  if (!f->header)
    return et_fail(detail, ET_ERR_MODEL_FORMAT, "%s: the safetensors header, line %d, column %d: %s", f->path, fault.line, fault.column,
                   fault.text);
  f->data = f->bytes + 8 + length;
  f->data_size = f->size - 8 - length;
  return ET_OK;
}

static bool read_size(const json_t *item, size_t *size)
{
  *size = (size_t)json_integer_value(item);
  return json_is_integer(item) && json_integer_value(item) >= 0;
}

static bool read_shape(const json_t *shape, struct et_safetensor *t)
{
  const json_t *item;
  size_t i;

  if (!json_is_array(shape) || json_array_size(shape) > ET_MAX_DIMENSIONS)
    return false;
  json_array_foreach(shape, i, item)
  {
    if (!read_size(item, &t->shape[t->dimensions++]))
      return false;
  }
  return true;
}

static const struct {
  const char *name;
  size_t bytes;
} types[ET_TYPES] = {[ET_F32] = {"F32", 4}, [ET_I8] = {"I8", 1}, [ET_U8] = {"U8", 1}, [ET_I16] = {"I16", 2}};

static bool read_type(const json_t *item, enum et_type *type)
{
  const char *name = json_string_value(item);

  for (int t = 0; name && t < ET_TYPES; t++)
    if (strcmp(name, types[t].name) == 0) {
      *type = (enum et_type)t;
      return true;
    }
  return false;
}

static bool shape_fits(const struct et_safetensor *t)
{
  size_t bytes = types[t->type].bytes;

  for (int d = 0; d < t->dimensions; d++)
    if (__builtin_mul_overflow(bytes, t->shape[d], &bytes))
      return false;
  return bytes == t->end - t->begin;
}

static enum et_error read_tensor(struct et_safetensors *f, const json_t *item, struct et_safetensor *t, struct et_error_detail *detail)
{
  const json_t *dtype = json_object_get(item, "dtype"), *offsets = json_object_get(item, "data_offsets");

  if (!read_type(dtype, &t->type))
    return et_fail(detail, ET_ERR_MODEL_SHAPE, "%s: tensor %.64s is of type %.16s; only F32, I8, U8 and I16 are supported", f->path,
                   t->name, json_is_string(dtype) ? json_string_value(dtype) : "unknown");
  if (!read_shape(json_object_get(item, "shape"), t))
    return et_fail(detail, ET_ERR_MODEL_SHAPE, "%s: tensor %.64s has no shape with at most %d sizes", f->path, t->name, ET_MAX_DIMENSIONS);
  if (json_array_size(offsets) != 2 || !read_size(json_array_get(offsets, 0), &t->begin) ||
      !read_size(json_array_get(offsets, 1), &t->end) || t->begin > t->end)
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: tensor %.64s has no valid data_offsets", f->path, t->name);
  if (t->end > f->data_size)
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: truncated: tensor %.64s ends at byte %zu of the data, which has %zu bytes", f->path,
                   t->name, t->end, f->data_size);
  if (!shape_fits(t))
    return et_fail(detail, ET_ERR_MODEL_SHAPE, "%s: tensor %.64s has %zu bytes, which do not match its shape", f->path, t->name,
                   t->end - t->begin);
  t->data = f->data + t->begin;
  return ET_OK;
}

static enum et_error read_tensors(struct et_safetensors *f, struct et_error_detail *detail)
{
  const char *name;
  const json_t *item;

  f->tensors = calloc(json_object_size(f->header) + 1, sizeof *f->tensors);
  if (!f->tensors)
    return et_fail(detail, ET_ERR_NO_MEMORY, "%s: out of memory", f->path);
  json_object_foreach(f->header, name, item)
  {
    struct et_safetensor *t = &f->tensors[f->count];
    enum et_error error;

    if (strcmp(name, "__metadata__") == 0)
      continue;
    t->name = name;
    error = read_tensor(f, item, t, detail);
    if (error)
      return error;
    f->count++;
  }
  return ET_OK;
}

static int by_offset(const void *a, const void *b)
{
  const struct et_safetensor *s = a, *t = b;

  if (s->begin != t->begin)
    return s->begin < t->begin ? -1 : 1;
  return (s->end > t->end) - (s->end < t->end);
}

static enum et_error check_overlaps(struct et_safetensors *f, struct et_error_detail *detail)
{
  qsort(f->tensors, f->count, sizeof *f->tensors, by_offset);
  for (size_t i = 1; i < f->count; i++)
    if (f->tensors[i].begin < f->tensors[i - 1].end)
      return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: tensors %.64s and %.64s overlap at byte %zu of the data", f->path,
                     f->tensors[i - 1].name, f->tensors[i].name, f->tensors[i].begin);
  if (f->count && f->tensors[f->count - 1].end != f->data_size)
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: %zu bytes after the last tensor, %.64s, belong to no tensor", f->path,
                   f->data_size - f->tensors[f->count - 1].end, f->tensors[f->count - 1].name);
  return ET_OK;
}

static enum et_error check_values(const struct et_safetensors *f, struct et_error_detail *detail)
{
  for (size_t i = 0; i < f->count; i++) {
    const struct et_safetensor *t = &f->tensors[i];

    for (size_t v = 0; t->type == ET_F32 && v < (t->end - t->begin) / sizeof(float); v++)
      if (!isfinite(et_safetensor_value(t, v)))
        return et_fail(detail, ET_ERR_MODEL_VALUE, "%s: tensor %.64s holds %f at index %zu", f->path, t->name,
                       (double)et_safetensor_value(t, v), v);
  }
  return ET_OK;
}

static int by_name(const void *a, const void *b)
{
  const struct et_safetensor *s = a, *t = b;

  return strcmp(s->name, t->name);
}

enum et_error et_safetensors_open(const char *path, struct et_safetensors **file, struct et_error_detail *detail)
{
  struct et_safetensors *f = calloc(1, sizeof *f);
  enum et_error error;

  if (!f)
    return et_fail(detail, ET_ERR_NO_MEMORY, "%s: out of memory", path);
  f->path = path;
  error = read_file(f, detail);
  if (!error)
    error = parse_header(f, detail);
  if (!error)
    error = read_tensors(f, detail);
  if (!error)
    error = check_overlaps(f, detail);
  if (!error)
    error = check_values(f, detail);
  if (error) {
    et_safetensors_close(&f);
    return error;
  }
  qsort(f->tensors, f->count, sizeof *f->tensors, by_name); /* for et_safetensors_find() */
  *file = f;
  return ET_OK;
}

void et_safetensors_close(struct et_safetensors **file)
{
  struct et_safetensors *f = file ? *file : NULL;

  if (!f)
    return;
  free(f->bytes);
  json_decref(f->header);
  free(f->tensors);
  free(f);
  *file = NULL;
}

const char *et_safetensors_metadata(const struct et_safetensors *file, const char *key)
{
  const json_t *metadata = json_object_get(file->header, "__metadata__");

  return json_string_value(json_object_get(metadata, key));
}

const struct et_safetensor *et_safetensors_at(const struct et_safetensors *file, size_t index)
{
  return index < file->count ? &file->tensors[index] : NULL;
}

struct et_safetensor *et_safetensors_find(struct et_safetensors *file, const char *name)
{
  struct et_safetensor key = {.name = name};
  struct et_safetensor *found = bsearch(&key, file->tensors, file->count, sizeof *file->tensors, by_name);

  if (found)
    found->used = true;
  return found;
}

const struct et_safetensor *et_safetensors_unused(const struct et_safetensors *file)
{
  for (size_t i = 0; i < file->count; i++)
    if (!file->tensors[i].used)
      return &file->tensors[i];
  return NULL;
}

float et_safetensor_value(const struct et_safetensor *tensor, size_t index)
{
  float v;

  memcpy(&v, tensor->data + index * sizeof v, sizeof v);
  return v;
}

int et_safetensor_integer(const struct et_safetensor *tensor, size_t index)
{
  int16_t v;

  switch (tensor->type) {
  case ET_I8:
    return (signed char)tensor->data[index];
  case ET_U8:
    return (unsigned char)tensor->data[index];
  default:
    memcpy(&v, tensor->data + index * sizeof v, sizeof v);
    return v;
  }
}

const char *et_safetensor_type_name(enum et_type type)
{
  return types[type].name;
}
