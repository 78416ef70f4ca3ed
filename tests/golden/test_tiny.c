/* SPDX-License-Identifier: MIT */
/* Parity with the Python reference on a tiny random model, for every kernel set: stages of both
 * graphs, and each frame of a trajectory from the reference's own state. The data is made by
 * training/tiny_golden.py. */
#include "core/look.h"
#include "test/main.h"
#include "test/scene.h"
#include "test/stages.h"

enum { FRAMES = 12 };

static struct et_model *model;
static struct et_safetensors *file;
static struct et_safetensor *trajectory, *path;

static const char *in_golden(const char *name)
{
  static char text[512];

  snprintf(text, sizeof text, "%s/tests/golden/%s", getenv("ETRACK_SOURCE"), name);
  return text;
}

static void setup(void)
{
  struct et_error_detail why;

  ck_assert_msg(et_model_open(in_golden("tiny.safetensors"), &model, &why) == ET_OK, "%s", why.text);
  ck_assert_msg(et_safetensors_open(in_golden("tiny_stages.safetensors"), &file, &why) == ET_OK, "%s", why.text);
  trajectory = et_safetensors_find(file, "trajectory");
  path = et_safetensors_find(file, "path");
  ck_assert_ptr_nonnull(trajectory);
  ck_assert_uint_eq(path->shape[0], FRAMES);
}

static void teardown(void)
{
  et_safetensors_close(&file);
  et_model_close(&model);
}

static void paint(struct scene *scene, int frame)
{
  scene_background(scene);
  scene_object(scene, (int)et_safetensor_value(path, (size_t)frame * 2), (int)et_safetensor_value(path, (size_t)frame * 2 + 1));
}

static struct et_box box_at(int frame)
{
  const size_t i = (size_t)frame * 5;

  return (struct et_box){et_safetensor_value(trajectory, i), et_safetensor_value(trajectory, i + 1), et_safetensor_value(trajectory, i + 2),
                         et_safetensor_value(trajectory, i + 3)};
}

static void check_frame(struct et_eye *eye, const struct et_image *image, int frame, const char *kernels)
{
  const struct et_box before = box_at(frame - 1), wanted = box_at(frame);
  struct et_place place = et_place_of_box(&before);
  const struct et_look look = et_eye_look(eye, image, &place, 1, ET_AFTER_DONE);
  const double score = (double)et_safetensor_value(trajectory, (size_t)frame * 5 + 4);
  struct et_box got;

  et_procedure_update(&eye->procedure, &look.best, look.side, image->width, image->height, &place);
  got = et_box_of_place(&place);
  ck_assert_msg(fabs(got.x - wanted.x) < 0.05 && fabs(got.y - wanted.y) < 0.05 && fabs(got.w - wanted.w) < 0.05 &&
                  fabs(got.h - wanted.h) < 0.05,
                "%s frame %d: box %.3f,%.3f,%.3f,%.3f, reference %.3f,%.3f,%.3f,%.3f", kernels, frame, got.x, got.y, got.w, got.h, wanted.x,
                wanted.y, wanted.w, wanted.h);
  ck_assert_msg(fabs(look.best.score - score) < 0.001, "%s frame %d: score %.5f, reference %.5f", kernels, frame, look.best.score, score);
}

static void check_kernels(const struct et_ops *ops)
{
  struct golden golden = {.file = file, .graph = "template", .kernels = ops->name, .tolerance = 1e-3};
  struct scene scene = scene_create();
  struct et_image image = scene_image(&scene);
  const struct et_box start = box_at(0);
  struct et_place place = et_place_of_box(&start);
  struct et_eye eye = {0};

  ck_assert_int_eq(et_eye_init(&eye, model, ops, NULL), ET_OK);
  paint(&scene, 0);
  et_network_observe(eye.network, compare_stage, &golden);
  et_eye_learn(&eye, &image, &place);
  golden.graph = "search";
  for (int frame = 1; frame < FRAMES; frame++) {
    paint(&scene, frame);
    check_frame(&eye, &image, frame, ops->name);
    et_network_observe(eye.network, NULL, NULL); /* only the first search's stages are kept */
  }
  ck_assert_msg(golden.compared >= 15, "only %d stages compared", golden.compared);
  et_eye_fini(&eye);
  scene_destroy(&scene);
}

START_TEST(every_set_of_kernels_equals_the_reference)
{
  for (size_t s = 0; et_ops_at(s); s++)
    check_kernels(et_ops_at(s));
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("tiny");
  TCase *tcase = tcase_create("tiny");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, every_set_of_kernels_equals_the_reference);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
