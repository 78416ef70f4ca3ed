/* SPDX-License-Identifier: MIT */
/* Reads a safetensors file out of a private mapping, with everything checked before a value is used. */
#include "net/safetensors.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_HEADER = 16 << 20 };

struct et_safetensors {
  const char *path; /* the caller's, for the words of errors while opening */
  char *map;
  size_t map_size, data_size;
  const char *data;
  cJSON *header;
  struct et_safetensor *tensors;
  size_t count;
};

static enum et_error map_file(struct et_safetensors *f, struct et_error_detail *detail)
{
  struct stat st;
  int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0)
    return et_fail(detail, ET_ERR_MODEL_MISSING, "%s: %s", f->path, strerror(errno));
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    close(fd);
    return et_fail(detail, ET_ERR_MODEL_MISSING, "%s: not a regular file", f->path);
  }
  if (st.st_size <= 8) {
    close(fd);
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: truncated at byte %lld, before the header", f->path, (long long)st.st_size);
  }
  f->map_size = (size_t)st.st_size;
  f->map = mmap(NULL, f->map_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (f->map == MAP_FAILED) {
    f->map = NULL;
    return et_fail(detail, ET_ERR_MODEL_MISSING, "%s: cannot be mapped: %s", f->path, strerror(errno));
  }
  return ET_OK;
}

static enum et_error parse_header(struct et_safetensors *f, struct et_error_detail *detail)
{
  uint64_t length;

  assert(f->map);
  memcpy(&length, f->map, sizeof length);
  if (length > MAX_HEADER || f->map[8] != '{')
    return et_fail(detail, ET_ERR_MODEL_FORMAT, "%s: not a safetensors file", f->path);
  if (length > f->map_size - 8)
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: truncated at byte %zu: the header needs %llu bytes", f->path, f->map_size,
                   (unsigned long long)length);
  f->header = cJSON_ParseWithLength(f->map + 8, length);
  if (!cJSON_IsObject(f->header))
    return et_fail(detail, ET_ERR_MODEL_FORMAT, "%s: the safetensors header is not a JSON object", f->path);
  f->data = f->map + 8 + length;
  f->data_size = f->map_size - 8 - length;
  return ET_OK;
}

/* A size in the header: a whole number that a double holds exactly. */
static bool read_size(const cJSON *item, size_t *size)
{
  if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 9007199254740992.0) ||
      item->valuedouble != floor(item->valuedouble))
    return false;
  *size = (size_t)item->valuedouble;
  return true;
}

static bool read_shape(const cJSON *shape, struct et_safetensor *t)
{
  const cJSON *item;

  if (!cJSON_IsArray(shape) || cJSON_GetArraySize(shape) > ET_MAX_DIMENSIONS)
    return false;
  cJSON_ArrayForEach(item, shape)
  {
    if (!read_size(item, &t->shape[t->dimensions++]))
      return false;
  }
  return true;
}

static bool shape_fits(const struct et_safetensor *t)
{
  size_t bytes = sizeof(float);

  for (int d = 0; d < t->dimensions; d++)
    if (__builtin_mul_overflow(bytes, t->shape[d], &bytes))
      return false;
  return bytes == t->end - t->begin;
}

static enum et_error read_tensor(struct et_safetensors *f, const cJSON *item, struct et_safetensor *t, struct et_error_detail *detail)
{
  const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype"), *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");

  t->name = item->string;
  if (!cJSON_IsString(dtype) || strcmp(dtype->valuestring, "F32") != 0)
    return et_fail(detail, ET_ERR_MODEL_SHAPE, "%s: tensor %.64s is of type %.16s; this format holds F32 alone", f->path, t->name,
                   cJSON_IsString(dtype) ? dtype->valuestring : "unknown");
  if (!read_shape(cJSON_GetObjectItemCaseSensitive(item, "shape"), t))
    return et_fail(detail, ET_ERR_MODEL_SHAPE, "%s: tensor %.64s has no shape of at most %d sizes", f->path, t->name, ET_MAX_DIMENSIONS);
  if (cJSON_GetArraySize(offsets) != 2 || !read_size(cJSON_GetArrayItem(offsets, 0), &t->begin) ||
      !read_size(cJSON_GetArrayItem(offsets, 1), &t->end) || t->begin > t->end)
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: tensor %.64s has no sound data_offsets", f->path, t->name);
  if (t->end > f->data_size)
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: truncated: tensor %.64s ends at byte %zu of the data, of which there are %zu",
                   f->path, t->name, t->end, f->data_size);
  if (!shape_fits(t))
    return et_fail(detail, ET_ERR_MODEL_SHAPE, "%s: tensor %.64s has %zu bytes, which its shape does not make", f->path, t->name,
                   t->end - t->begin);
  t->data = f->data + t->begin;
  return ET_OK;
}

static enum et_error read_tensors(struct et_safetensors *f, struct et_error_detail *detail)
{
  const cJSON *item;

  f->tensors = calloc((size_t)cJSON_GetArraySize(f->header) + 1, sizeof *f->tensors);
  if (!f->tensors)
    return et_fail(detail, ET_ERR_NO_MEMORY, "%s: out of memory", f->path);
  cJSON_ArrayForEach(item, f->header)
  {
    enum et_error error;

    if (strcmp(item->string, "__metadata__") == 0)
      continue;
    error = read_tensor(f, item, &f->tensors[f->count], detail);
    if (error)
      return error;
    f->count++;
  }
  return ET_OK;
}

static int by_name(const void *a, const void *b)
{
  const struct et_safetensor *s = a, *t = b;

  return strcmp(s->name, t->name);
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
    return et_fail(detail, ET_ERR_MODEL_OFFSETS, "%s: %zu bytes after the last tensor, %.64s, belong to none", f->path,
                   f->data_size - f->tensors[f->count - 1].end, f->tensors[f->count - 1].name);
  return ET_OK;
}

/* Leaves the tensors sorted by name, for the search. */
static enum et_error check_names(struct et_safetensors *f, struct et_error_detail *detail)
{
  qsort(f->tensors, f->count, sizeof *f->tensors, by_name);
  for (size_t i = 1; i < f->count; i++)
    if (strcmp(f->tensors[i].name, f->tensors[i - 1].name) == 0)
      return et_fail(detail, ET_ERR_MODEL_FORMAT, "%s: tensor %.64s stands in the header twice", f->path, f->tensors[i].name);
  return ET_OK;
}

static enum et_error check_values(const struct et_safetensors *f, struct et_error_detail *detail)
{
  for (size_t i = 0; i < f->count; i++) {
    const struct et_safetensor *t = &f->tensors[i];

    for (size_t v = 0; v < (t->end - t->begin) / sizeof(float); v++)
      if (!isfinite(et_safetensor_value(t, v)))
        return et_fail(detail, ET_ERR_MODEL_VALUE, "%s: tensor %.64s holds %f at index %zu", f->path, t->name,
                       (double)et_safetensor_value(t, v), v);
  }
  return ET_OK;
}

enum et_error et_safetensors_open(const char *path, struct et_safetensors **file, struct et_error_detail *detail)
{
  struct et_safetensors *f = calloc(1, sizeof *f);
  enum et_error error;

  if (!f)
    return et_fail(detail, ET_ERR_NO_MEMORY, "%s: out of memory", path);
  f->path = path;
  error = map_file(f, detail);
  if (!error)
    error = parse_header(f, detail);
  if (!error)
    error = read_tensors(f, detail);
  if (!error)
    error = check_overlaps(f, detail);
  if (!error)
    error = check_names(f, detail);
  if (!error)
    error = check_values(f, detail);
  if (error)
    et_safetensors_close(&f);
  else
    *file = f;
  return error;
}

void et_safetensors_close(struct et_safetensors **file)
{
  struct et_safetensors *f = file ? *file : NULL;

  if (!f)
    return;
  if (f->map)
    munmap(f->map, f->map_size);
  cJSON_Delete(f->header);
  free(f->tensors);
  free(f);
  *file = NULL;
}

const char *et_safetensors_metadata(const struct et_safetensors *file, const char *key)
{
  const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(file->header, "__metadata__");

  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(metadata, key));
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
