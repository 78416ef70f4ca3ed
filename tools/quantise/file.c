/* SPDX-License-Identifier: MIT */
/* Writes safetensors files: header length in 8 bytes, a JSON header, raw tensors, all
 * little-endian. */
#include "quantise/file.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "quantise/pictures.h"

enum { ALIGNMENT = 8 };

/* A tensor to be written. */
struct part {
  char *name;
  const char *dtype;
  int dimensions;
  size_t shape[ET_MAX_DIMENSIONS];
  const void *data; /* the caller's */
  gsize size;       /* bytes */
};

static void part_free(struct part *p)
{
  g_free(p->name);
  g_free(p);
}

static struct part *add_part(GPtrArray *parts, char *name, const char *dtype, const void *data, gsize size)
{
  struct part *p = g_new0(struct part, 1);

  *p = (struct part){.name = name, .dtype = dtype, .data = data, .size = size};
  g_ptr_array_add(parts, p);
  return p;
}

/* `suffix` is below the prefix. `size` is that of a value. */
static struct part *add_vector(GPtrArray *parts, const char *prefix, const char *suffix, const char *dtype, const void *data, int count,
                               gsize size)
{
  struct part *p = add_part(parts, g_strconcat(prefix, ".", suffix, NULL), dtype, data, (gsize)count * size);

  p->dimensions = 1;
  p->shape[0] = (size_t)count;
  return p;
}

/* The part has the shape that the float file's tensor of that name has. */
static void take_shape(struct part *p, struct et_safetensors *file)
{
  const struct et_safetensor *t = et_safetensors_find(file, p->name);

  p->dimensions = t->dimensions;
  memcpy(p->shape, t->shape, sizeof p->shape);
}

static void add_dense(GPtrArray *parts, const struct dense *d, struct et_safetensors *file)
{
  take_shape(add_vector(parts, d->name, "weight", "I8", d->weight, d->out * d->in, 1), file);
  add_vector(parts, d->name, "weight_scale", "F32", d->weight_scale, d->out, sizeof(float));
  add_vector(parts, d->name, "input_scale", "F32", d->input_scale, d->in, sizeof(float));
  add_vector(parts, d->name, "input_zero", "U8", d->input_zero, d->in, 1);
  add_vector(parts, d->name, "bias", "F32", d->bias, d->out, sizeof(float));
}

static void add_middle(GPtrArray *parts, const struct middle *m, struct et_safetensors *file)
{
  take_shape(add_vector(parts, m->name, "dw.weight", "I16", m->weight, m->channels * m->kernel * m->kernel, sizeof(int16_t)), file);
  add_vector(parts, m->name, "expand.output_bits", "U8", m->expand_bits, m->channels, 1);
  add_vector(parts, m->name, "dw.input_bits", "U8", m->input_bits, m->channels, 1);
  add_vector(parts, m->name, "dw.input_most", "I16", m->input_most, m->channels, sizeof(int16_t));
  add_vector(parts, m->name, "dw.output_bits", "U8", m->output_bits, m->channels, 1);
}

static void add_group(GPtrArray *parts, const struct group *g, struct et_safetensors *file)
{
  for (int l = 0; l < g->layers; l++)
    add_dense(parts, &g->layer[l], file);
  if (g->middle)
    add_middle(parts, g->middle, file);
}

static void add_float(GPtrArray *parts, const struct et_safetensor *t)
{
  struct part *p = add_part(parts, g_strdup(t->name), "F32", t->data, t->end - t->begin);

  p->dimensions = t->dimensions;
  memcpy(p->shape, t->shape, sizeof p->shape);
}

/* Of the values of a type that a part may have. */
static int bytes_of(const char *dtype)
{
  return strcmp(dtype, "F32") == 0 ? 4 : strcmp(dtype, "I16") == 0 ? 2 : 1;
}

/* Types with larger values come first, so that every tensor is aligned. */
static int by_type_and_name(gconstpointer a, gconstpointer b)
{
  const struct part *const *p = a, *const *q = b;
  const int order = bytes_of((*q)->dtype) - bytes_of((*p)->dtype);

  return order ? order : strcmp((*p)->name, (*q)->name);
}

static gboolean has_part(const GPtrArray *parts, const char *name)
{
  for (guint i = 0; i < parts->len; i++)
    if (strcmp(((const struct part *)g_ptr_array_index(parts, i))->name, name) == 0)
      return TRUE;
  return FALSE;
}

/* The tensors of the chosen groups, and all others as they are in the float file. */
static GPtrArray *list_parts(struct et_safetensors *file, const GPtrArray *groups)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func((GDestroyNotify)part_free);

  for (guint i = 0; i < groups->len; i++) {
    const struct group *g = g_ptr_array_index(groups, i);

    if (g->chosen)
      add_group(parts, g, file);
  }
  for (gsize i = 0; et_safetensors_at(file, i); i++)
    if (!has_part(parts, et_safetensors_at(file, i)->name))
      add_float(parts, et_safetensors_at(file, i));
  g_ptr_array_sort(parts, by_type_and_name);
  return parts;
}

static json_t *describe(const struct part *p, gsize begin)
{
  const gsize end = begin + p->size;
  json_t *shape = json_array();

  for (int d = 0; d < p->dimensions; d++)
    json_array_append_new(shape, json_integer((json_int_t)p->shape[d]));
  return json_pack("{s:s, s:o, s:[I, I]}", "dtype", p->dtype, "shape", shape, "data_offsets", (json_int_t)begin, (json_int_t)end);
}

static json_t *describe_model(const struct et_safetensors *file)
{
  static const char *const kept[] = {"architecture", "licence", "training"};
  json_t *metadata = json_pack("{s:s}", "format", "etrack/2");

  for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
    if (et_safetensors_metadata(file, kept[i]))
      json_object_set_new(metadata, kept[i], json_string(et_safetensors_metadata(file, kept[i])));
  return metadata;
}

/* The header with blanks behind it, so that the data is aligned. For free(). */
static char *print_header(const struct et_safetensors *file, const GPtrArray *parts)
{
  json_t *header = json_pack("{s:o}", "__metadata__", describe_model(file));
  gsize begin = 0;
  char *text;

  for (guint i = 0; i < parts->len; i++) {
    const struct part *p = g_ptr_array_index(parts, i);

    json_object_set_new(header, p->name, describe(p, begin));
    begin += p->size;
  }
  text = json_dumps(header, JSON_COMPACT);
  json_decref(header);
  return text;
}

static GByteArray *join(const char *header, const GPtrArray *parts)
{
  const gsize length = strlen(header), padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  const guint64 written = GUINT64_TO_LE(padded);
  GByteArray *bytes = g_byte_array_new();

  g_byte_array_append(bytes, (const guint8 *)&written, sizeof written);
  g_byte_array_append(bytes, (const guint8 *)header, (guint)length);
  g_byte_array_append(bytes, (const guint8 *)"       ", (guint)(padded - length));
  for (guint i = 0; i < parts->len; i++) {
    const struct part *p = g_ptr_array_index(parts, i);

    g_byte_array_append(bytes, p->data, (guint)p->size);
  }
  return bytes;
}

gboolean file_write(const char *path, struct et_safetensors *file, const GPtrArray *groups, GError **error)
{
  GPtrArray *parts = list_parts(file, groups);
  char *header = print_header(file, parts);
  GByteArray *bytes = join(header, parts);
  const gboolean done = g_file_set_contents(path, (const char *)bytes->data, (gssize)bytes->len, error);

  g_byte_array_unref(bytes);
  free(header);
  g_ptr_array_unref(parts);
  return done;
}

/* The engine reads models from files only. */
struct et_model *file_open(struct et_safetensors *file, const GPtrArray *groups, GError **error)
{
  char *path = NULL;
  const int fd = g_file_open_tmp("etrack-quantise-XXXXXX.safetensors", &path, error);
  struct et_model *model = NULL;
  struct et_error_detail why;

  if (fd < 0)
    return NULL;
  close(fd);
  if (file_write(path, file, groups, error) && et_model_open(path, &model, &why) != ET_OK)
    g_set_error(error, QUANTISE_ERROR, QUANTISE_ERROR_DATA, "%s", why.text);
  g_unlink(path);
  g_free(path);
  return model;
}
