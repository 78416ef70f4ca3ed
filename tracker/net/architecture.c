/* SPDX-License-Identifier: MIT */
/* Reads the architecture out of a model file's metadata. */
#include "net/architecture.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

enum { MAX_CHANNELS = 4096, MAX_KERNEL = 15, MAX_CROP = 1024 };

/* Carries the first failure past the reads that follow it. */
struct parse {
  struct et_error_detail *detail;
  enum et_error error;
};

static void refuse(struct parse *p, const char *key, const char *what)
{
  if (p->error == ET_OK)
    p->error = et_fail(p->detail, ET_ERR_MODEL_FORMAT, "architecture: `%s` %s", key, what);
}

static int number_in(struct parse *p, const cJSON *item, const char *key, int low, int high)
{
  if (!cJSON_IsNumber(item) || item->valuedouble != (double)item->valueint) {
    refuse(p, key, "is not an integer");
    return low;
  }
  if (item->valueint < low || item->valueint > high) {
    refuse(p, key, "is out of range");
    return low;
  }
  return item->valueint;
}

static int number(struct parse *p, const cJSON *object, const char *key, int low, int high)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

  if (!item) {
    refuse(p, key, "is missing");
    return low;
  }
  return number_in(p, item, key, low, high);
}

static void only_keys(struct parse *p, const cJSON *object, const char *const *keys)
{
  const cJSON *item;

  cJSON_ArrayForEach(item, object)
  {
    bool known = false;

    for (const char *const *k = keys; *k; k++)
      known = known || strcmp(*k, item->string) == 0;
    if (!known)
      refuse(p, item->string, "is not known to this engine");
  }
}

static int odd(struct parse *p, int kernel, const char *key)
{
  if (kernel % 2 == 0)
    refuse(p, key, "has an even kernel");
  return kernel;
}

static void parse_block(struct parse *p, const cJSON *item, int in, struct et_block_shape *block)
{
  if (cJSON_GetArraySize(item) != 4) {
    refuse(p, "blocks", "holds something that is not [out, kernel, stride, expansion]");
    return;
  }
  block->in = in;
  block->out = number_in(p, cJSON_GetArrayItem(item, 0), "blocks", 1, MAX_CHANNELS);
  block->kernel = odd(p, number_in(p, cJSON_GetArrayItem(item, 1), "blocks", 1, MAX_KERNEL), "blocks");
  block->stride = number_in(p, cJSON_GetArrayItem(item, 2), "blocks", 1, 2);
  block->expansion = number_in(p, cJSON_GetArrayItem(item, 3), "blocks", 1, 16);
  if (block->in * block->expansion > MAX_CHANNELS)
    refuse(p, "blocks", "expands to too many channels");
}

static void parse_backbone(struct parse *p, const cJSON *backbone, struct et_architecture *a)
{
  static const char *const keys[] = {"kind", "stem", "blocks", NULL};
  const cJSON *kind = cJSON_GetObjectItemCaseSensitive(backbone, "kind");
  const cJSON *blocks = cJSON_GetObjectItemCaseSensitive(backbone, "blocks"), *item;
  int in;

  if (!cJSON_IsObject(backbone)) {
    refuse(p, "backbone", "is not an object");
    return;
  }
  only_keys(p, backbone, keys);
  if (!cJSON_IsString(kind) || strcmp(kind->valuestring, "lighttrack") != 0)
    refuse(p, "backbone.kind", "is not `lighttrack`, the only kind that this engine has");
  in = a->stem = number(p, backbone, "stem", 1, MAX_CHANNELS);
  if (!cJSON_IsArray(blocks) || cJSON_GetArraySize(blocks) < 1 || cJSON_GetArraySize(blocks) > ET_MAX_BLOCKS) {
    refuse(p, "blocks", "is not a list of 1 to 64 blocks");
    return;
  }
  cJSON_ArrayForEach(item, blocks)
  {
    parse_block(p, item, in, &a->block[a->blocks]);
    in = a->block[a->blocks++].out;
  }
}

static void parse_branch(struct parse *p, const cJSON *root, const char *name, struct et_branch_shape *branch)
{
  static const char *const keys[] = {"channels", "kernels", NULL};
  const cJSON *object = cJSON_GetObjectItemCaseSensitive(root, name);
  const cJSON *kernels = cJSON_GetObjectItemCaseSensitive(object, "kernels"), *item;

  if (!cJSON_IsObject(object)) {
    refuse(p, name, "is not an object");
    return;
  }
  only_keys(p, object, keys);
  branch->channels = number(p, object, "channels", 1, MAX_CHANNELS);
  if (!cJSON_IsArray(kernels) || cJSON_GetArraySize(kernels) < 1 || cJSON_GetArraySize(kernels) > ET_MAX_LAYERS) {
    refuse(p, "kernels", "is not a list of 1 to 16 sizes");
    return;
  }
  cJSON_ArrayForEach(item, kernels) branch->kernels[branch->layers++] = odd(p, number_in(p, item, "kernels", 1, MAX_KERNEL), "kernels");
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
    refuse(p, "search_size", "is not a multiple (2 at least) of the stride");
}

static void parse_root(struct parse *p, const cJSON *root, struct et_architecture *a)
{
  static const char *const keys[] = {"backbone", "template_size", "search_size", "stride", "adjust", "ffn",
                                     "query",    "exemplars",     "cls",         "reg",    NULL};

  only_keys(p, root, keys);
  parse_backbone(p, cJSON_GetObjectItemCaseSensitive(root, "backbone"), a);
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
  cJSON *root = cJSON_Parse(json);

  if (!cJSON_IsObject(root)) {
    cJSON_Delete(root);
    return et_fail(detail, ET_ERR_MODEL_FORMAT, "architecture: not a JSON object");
  }
  parse_root(&p, root, &parsed);
  cJSON_Delete(root);
  if (p.error == ET_OK)
    *architecture = parsed;
  return p.error;
}
