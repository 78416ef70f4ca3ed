/* SPDX-License-Identifier: MIT */
/* Reads the architecture from a model file's metadata. */
#include "net/architecture.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

enum { MAX_CHANNELS = 4096, MAX_CROP = 1024 };

/* Carries the first failure past the later reads. */
struct parse {
  struct et_error_detail *detail;
  enum et_error error;
};

static void refuse(struct parse *p, const char *key, const char *what)
{
  if (p->error == ET_OK)
    p->error = et_fail(p->detail, ET_ERR_MODEL_FORMAT, "architecture: `%s` %s", key, what);
}

static int number_in(struct parse *p, const json_t *item, const char *key, int low, int high)
{
  const json_int_t value = json_integer_value(item);

  if (!json_is_integer(item)) {
    refuse(p, key, "is not an integer");
    return low;
  }
  if (value < low || value > high) {
    refuse(p, key, "is out of range");
    return low;
  }
  return (int)value;
}

static int number(struct parse *p, const json_t *object, const char *key, int low, int high)
{
  const json_t *item = json_object_get(object, key);

  if (!item) {
    refuse(p, key, "is missing");
    return low;
  }
  return number_in(p, item, key, low, high);
}

static void only_keys(struct parse *p, json_t *object, const char *const *keys)
{
  const char *key;
  const json_t *item;

  json_object_foreach(object, key, item)
  {
    bool known = false;

    for (const char *const *k = keys; *k; k++)
      known = known || strcmp(*k, key) == 0;
    if (!known)
      refuse(p, key, "is not known to this engine");
  }
}

static int odd(struct parse *p, int kernel, const char *key)
{
  if (kernel % 2 == 0)
    refuse(p, key, "has an even kernel");
  return kernel;
}

static void parse_block(struct parse *p, const json_t *item, int in, struct et_block_shape *block)
{
  if (json_array_size(item) != 4) {
    refuse(p, "blocks", "holds something that is not [out, kernel, stride, expansion]");
    return;
  }
  block->in = in;
  block->out = number_in(p, json_array_get(item, 0), "blocks", 1, MAX_CHANNELS);
  block->kernel = odd(p, number_in(p, json_array_get(item, 1), "blocks", 1, ET_MAX_KERNEL), "blocks");
  block->stride = number_in(p, json_array_get(item, 2), "blocks", 1, 2);
  block->expansion = number_in(p, json_array_get(item, 3), "blocks", 1, 16);
  if (block->in * block->expansion > MAX_CHANNELS)
    refuse(p, "blocks", "expands to too many channels");
}

static void parse_backbone(struct parse *p, json_t *backbone, struct et_architecture *a)
{
  static const char *const keys[] = {"kind", "stem", "blocks", NULL};
  const char *kind = json_string_value(json_object_get(backbone, "kind"));
  const json_t *blocks = json_object_get(backbone, "blocks"), *item;
  size_t i;
  int in;

  if (!json_is_object(backbone)) {
    refuse(p, "backbone", "is not an object");
    return;
  }
  only_keys(p, backbone, keys);
  if (!kind || strcmp(kind, "lighttrack") != 0)
    refuse(p, "backbone.kind", "is not `lighttrack`, the only kind that this engine knows");
  in = a->stem = number(p, backbone, "stem", 1, MAX_CHANNELS);
  if (json_array_size(blocks) < 1 || json_array_size(blocks) > ET_MAX_BLOCKS) {
    refuse(p, "blocks", "is not a list of 1 to 64 blocks");
    return;
  }
  json_array_foreach(blocks, i, item)
  {
    parse_block(p, item, in, &a->block[a->blocks]);
    in = a->block[a->blocks++].out;
  }
}

static void parse_branch(struct parse *p, const json_t *root, const char *name, struct et_branch_shape *branch)
{
  static const char *const keys[] = {"channels", "kernels", NULL};
  json_t *object = json_object_get(root, name);
  const json_t *kernels = json_object_get(object, "kernels"), *item;
  size_t i;

  if (!json_is_object(object)) {
    refuse(p, name, "is not an object");
    return;
  }
  only_keys(p, object, keys);
  branch->channels = number(p, object, "channels", 1, MAX_CHANNELS);
  if (json_array_size(kernels) < 1 || json_array_size(kernels) > ET_MAX_LAYERS) {
    refuse(p, "kernels", "is not a list of 1 to 16 sizes");
    return;
  }
  json_array_foreach(kernels, i, item) branch->kernels[branch->layers++] =
    odd(p, number_in(p, item, "kernels", 1, ET_MAX_KERNEL), "kernels");
}

static void check_sizes(struct parse *p, const struct et_architecture *a)
{
  int stride = 2;

  for (int b = 0; b < a->blocks && stride <= MAX_CROP; b++)
    stride *= a->block[b].stride;
  if (p->error == ET_OK && stride != a->stride)
    refuse(p, "stride", "is not the product of the backbone's strides");
  if (p->error == ET_OK && a->template_size % a->stride)
    refuse(p, "template_size", "is not a multiple of the stride");
  if (p->error == ET_OK && (a->search_size % a->stride || a->search_size < 2 * a->stride))
    refuse(p, "search_size", "is not a multiple (at least 2) of the stride");
}

static void parse_root(struct parse *p, json_t *root, struct et_architecture *a)
{
  static const char *const keys[] = {"backbone", "template_size", "search_size", "stride", "adjust", "ffn",
                                     "query",    "exemplars",     "cls",         "reg",    NULL};

  only_keys(p, root, keys);
  parse_backbone(p, json_object_get(root, "backbone"), a);
  a->template_size = number(p, root, "template_size", 1, MAX_CROP);
  a->search_size = number(p, root, "search_size", 1, MAX_CROP);
  a->stride = number(p, root, "stride", 1, MAX_CROP);
  a->adjust = number(p, root, "adjust", 1, MAX_CHANNELS);
  a->ffn = number(p, root, "ffn", 1, MAX_CHANNELS);
  a->query = number(p, root, "query", 1, MAX_CHANNELS);
  a->exemplars = number(p, root, "exemplars", 1, 64);
  parse_branch(p, root, "cls", &a->cls);
  parse_branch(p, root, "reg", &a->reg);
  check_sizes(p, a);
}

enum et_error et_architecture_parse(const char *json, struct et_architecture *architecture, struct et_error_detail *detail)
{
  struct et_architecture parsed = {0};
  struct parse p = {.detail = detail};
  json_error_t fault;
  json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &fault);

  if (!root)
    return et_fail(detail, ET_ERR_MODEL_FORMAT, "architecture: line %d, column %d: %s", fault.line, fault.column, fault.text);
  if (!json_is_object(root)) {
    json_decref(root);
    return et_fail(detail, ET_ERR_MODEL_FORMAT, "architecture: not a JSON object");
  }
  parse_root(&p, root, &parsed);
  json_decref(root);
  if (p.error == ET_OK)
    *architecture = parsed;
  return p.error;
}
