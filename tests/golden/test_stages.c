/* SPDX-License-Identifier: MIT */
/* The shipped model's stages and crops, against those of the Python reference. */
#include <jansson.h>

#include "core/crop.h"
#include "test/data.h"
#include "test/main.h"
#include "test/stages.h"

static struct et_safetensors *open_golden(const char *name)
{
  struct et_safetensors *file;
  struct et_error_detail why;

  ck_assert_msg(et_safetensors_open(data_path("golden", name), &file, &why) == ET_OK, "%s", why.text);
  return file;
}

static float *values_of(const struct et_safetensor *t)
{
  const size_t count = (t->end - t->begin) / sizeof(float);
  float *v = malloc(count * sizeof *v);

  for (size_t i = 0; i < count; i++)
    v[i] = et_safetensor_value(t, i);
  return v;
}

static void check_stages(const struct et_model *model, struct et_safetensors *file, const struct et_ops *ops)
{
  struct golden golden = {.file = file, .graph = "template", .kernels = ops->name, .tolerance = 1e-3};
  float *template_crop = values_of(et_safetensors_find(file, "template")), *search = values_of(et_safetensors_find(file, "search"));
  struct et_network *network;

  ck_assert_int_eq(et_network_create(model, ops, &network, NULL), ET_OK);
  et_network_observe(network, compare_stage, &golden);
  et_network_set_template(network, template_crop);
  golden.graph = "search";
  et_network_search(network, search);
  ck_assert_msg(golden.compared >= 45, "only %d stages compared", golden.compared);
  et_network_destroy(&network);
  free(template_crop);
  free(search);
}

START_TEST(stages_equal_the_reference)
{
  struct et_safetensors *file = open_golden("golden/stages.safetensors");
  struct et_model *model;
  struct et_error_detail why;
  char path[512];

  snprintf(path, sizeof path, "%s/models/etrack-small.safetensors", getenv("ETRACK_SOURCE"));
  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
  for (size_t s = 0; et_ops_at(s); s++)
    check_stages(model, file, et_ops_at(s));
  et_model_close(&model);
  et_safetensors_close(&file);
}
END_TEST

static void check_crop(struct et_cropper *cropper, const struct et_image *frame, json_t *params, const float *mean,
                       const struct et_safetensor *t)
{
  double x, y, side;
  float *out;
  int n;

  ck_assert_int_eq(json_unpack(params, "[F, F, F, i]", &x, &y, &side, &n), 0);
  out = malloc((size_t)(n * n * 3) * sizeof *out);
  et_crop(cropper, frame, NULL, x, y, side, n, mean, out);
  for (int i = 0; i < n * n * 3; i++)
    ck_assert_msg(fabsf(out[i] - et_safetensor_value(t, (size_t)i)) < 1e-3f, "%s[%d]: %f, reference %f", t->name, i, (double)out[i],
                  (double)et_safetensor_value(t, (size_t)i));
  free(out);
}

START_TEST(crops_equal_the_reference)
{
  struct et_safetensors *file = open_golden("golden/crops.safetensors");
  const struct et_safetensor *frame = et_safetensors_find(file, "frame");
  const int height = (int)frame->shape[0], width = (int)frame->shape[1];
  uint8_t *pixels = malloc((size_t)(width * height * 3));
  const struct et_image image = {.format = ET_FORMAT_RGB, .width = width, .height = height, .plane = {pixels}, .stride = {width * 3}};
  json_t *params = json_loads(et_safetensors_metadata(file, "params"), 0, NULL), *item;
  json_t *means = json_loads(et_safetensors_metadata(file, "mean"), 0, NULL);
  struct et_cropper *cropper;
  const char *name;
  float mean[3];
  int crops = 0;

  for (int i = 0; i < width * height * 3; i++)
    pixels[i] = (uint8_t)et_safetensor_value(frame, (size_t)i);
  for (int c = 0; c < 3; c++)
    mean[c] = (float)json_number_value(json_array_get(means, (size_t)c));
  ck_assert_int_eq(et_cropper_create(64, &cropper, NULL), ET_OK);
  json_object_foreach(params, name, item)
  {
    check_crop(cropper, &image, item, mean, et_safetensors_find(file, name));
    crops++;
  }
  ck_assert_int_ge(crops, 8);
  et_cropper_destroy(&cropper);
  json_decref(params);
  json_decref(means);
  free(pixels);
  et_safetensors_close(&file);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("stages");
  TCase *tcase = tcase_create("stages");

  data_path("stages", "golden/stages.safetensors");
  tcase_add_test(tcase, stages_equal_the_reference);
  tcase_add_test(tcase, crops_equal_the_reference);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
