/* SPDX-License-Identifier: MIT */
/* The public tracker's edges: options, bad boxes and images, replacing and stopping a target, no
 * allocation per frame. */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "etrack/tracker.h"
#include "ops/ops.h"
#include "test/main.h"
#include "test/scene.h"

static struct et_model *model;
static struct et_tracker *tracker;
static struct scene scene;
static struct et_error_detail why;

static void setup(void)
{
  char path[512];

  snprintf(path, sizeof path, "%s/models/etrack-small.safetensors", getenv("ETRACK_SOURCE"));
  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
  ck_assert_msg(et_tracker_create(model, NULL, &tracker, &why) == ET_OK, "%s", why.text);
  scene = scene_create();
  scene_background(&scene);
  scene_object(&scene, 100, 80);
}

static void teardown(void)
{
  scene_destroy(&scene);
  et_tracker_destroy(&tracker);
  et_model_close(&model);
}

START_TEST(a_tracker_without_a_target_says_so)
{
  struct et_image image = scene_image(&scene);
  struct et_result r = {.score = 42};

  ck_assert_int_eq(et_tracker_track(tracker, &image, 0, &r, &why), ET_ERR_NO_TARGET);
  ck_assert_double_eq(r.score, 42); /* out-parameters are written on success only */
}
END_TEST

START_TEST(a_bad_box_is_refused_and_the_old_target_stays)
{
  static const struct {
    struct et_box box;
    enum et_error error;
  } bad[] = {
    {{-30, 80, 40, 40}, ET_ERR_BOX_OUTSIDE}, {{400, 80, 40, 40}, ET_ERR_BOX_OUTSIDE},  {{100, 80, 0, 40}, ET_ERR_BOX_SIZE},
    {{100, 80, 40, -1}, ET_ERR_BOX_SIZE},    {{0, 0, 321, 40}, ET_ERR_BOX_SIZE},       {{0, 0, 1e300, 1e300}, ET_ERR_BOX_SIZE},
    {{NAN, 0, 40, 40}, ET_ERR_BOX_SIZE},     {{0, INFINITY, 40, 40}, ET_ERR_BOX_SIZE}, {{100, 80, 3.9, 40}, ET_ERR_BOX_SIZE},
  };
  const struct et_box good = {100, 80, SCENE_OBJECT, SCENE_OBJECT};
  struct et_image image = scene_image(&scene);
  struct et_result r;

  ck_assert_int_eq(et_tracker_init(tracker, &image, &good, 0, NULL, &why), ET_OK);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    ck_assert_msg(et_tracker_init(tracker, &image, &bad[i].box, 0, &r, &why) == bad[i].error, "box %zu: %s", i, why.text);
    if (isfinite(bad[i].box.x) && isfinite(bad[i].box.y))
      ck_assert_msg(strstr(why.text, "320x240"), "box %zu: the message lacks the frame's size: %s", i, why.text);
  }
  ck_assert_int_eq(et_tracker_track(tracker, &image, 1, &r, &why), ET_OK);
  ck_assert_double_eq_tol(r.box.x, 100, 5);
  ck_assert_double_eq_tol(r.box.y, 80, 5);
}
END_TEST

START_TEST(a_bad_image_is_refused)
{
  const struct et_box box = {100, 80, 40, 40};
  struct et_image image = scene_image(&scene);

  image.stride[0] = SCENE_WIDTH * 3 - 1;
  ck_assert_int_eq(et_tracker_init(tracker, &image, &box, 0, NULL, &why), ET_ERR_IMAGE);
  ck_assert_ptr_nonnull(strstr(why.text, "stride"));
  image = scene_image(&scene);
  image.plane[0] = NULL;
  ck_assert_int_eq(et_tracker_init(tracker, &image, &box, 0, NULL, &why), ET_ERR_IMAGE);
  image = scene_image(&scene);
  image.height = 0;
  ck_assert_int_eq(et_tracker_init(tracker, &image, &box, 0, NULL, &why), ET_ERR_IMAGE);
}
END_TEST

START_TEST(unknown_kernels_and_bad_parameters_are_refused_by_name)
{
  struct et_tracker_options options;
  struct et_tracker *other = NULL;

  et_tracker_options_default(&options);
  options.kernels = "mmx";
  ck_assert_int_eq(et_tracker_create(model, &options, &other, &why), ET_ERR_ARGUMENT);
  ck_assert_ptr_nonnull(strstr(why.text, "mmx"));
  et_tracker_options_default(&options);
  options.params.weak_score = 1.5;
  ck_assert_int_eq(et_tracker_create(model, &options, &other, &why), ET_ERR_ARGUMENT);
  ck_assert_ptr_nonnull(strstr(why.text, "weak_score"));
  ck_assert_ptr_null(other);
}
END_TEST

/* The environment's kernels are used if the options name none. */
START_TEST(kernels_come_from_the_environment_too)
{
  struct et_tracker_options options;
  struct et_tracker *t = NULL;

  ck_assert_int_eq(setenv("ETRACK_KERNELS", "portable", 1), 0);
  ck_assert_int_eq(et_tracker_create(model, NULL, &t, &why), ET_OK);
  ck_assert_str_eq(et_tracker_kernels(t), "portable");
  et_tracker_destroy(&t);
  ck_assert_int_eq(setenv("ETRACK_KERNELS", "mmx", 1), 0);
  ck_assert_int_eq(et_tracker_create(model, NULL, &t, &why), ET_ERR_ARGUMENT);
  ck_assert_ptr_nonnull(strstr(why.text, "$ETRACK_KERNELS `mmx`"));
  et_tracker_options_default(&options);
  options.kernels = "portable";
  ck_assert_int_eq(et_tracker_create(model, &options, &t, &why), ET_OK);
  et_tracker_destroy(&t);
  ck_assert_int_eq(setenv("ETRACK_KERNELS", "", 1), 0);
  ck_assert_int_eq(et_tracker_create(model, NULL, &t, &why), ET_OK);
  ck_assert_str_eq(et_tracker_kernels(t), et_ops_find(NULL)->name);
  et_tracker_destroy(&t);
  ck_assert_int_eq(unsetenv("ETRACK_KERNELS"), 0);
}
END_TEST

START_TEST(stop_ends_the_target_and_init_replaces_it)
{
  const struct et_box box = {100, 80, 40, 40}, other = {10, 10, 50, 50};
  struct et_image image = scene_image(&scene);
  struct et_result r;

  ck_assert_int_eq(et_tracker_init(tracker, &image, &other, 0, NULL, &why), ET_OK);
  ck_assert_int_eq(et_tracker_init(tracker, &image, &box, 5, &r, &why), ET_OK);
  ck_assert_double_eq(r.box.x, 100);
  ck_assert_int_eq(r.first_seen_ns, 5);
  et_tracker_stop(tracker);
  ck_assert_int_eq(et_tracker_track(tracker, &image, 6, &r, &why), ET_ERR_NO_TARGET);
  et_tracker_stop(tracker);
}
END_TEST

/* Every kernel set must give the same boxes. */
START_TEST(all_kernel_sets_agree)
{
  const struct et_box box = {100, 80, 40, 40};
  struct et_image image = scene_image(&scene);
  struct et_box reference = {0};

  for (size_t s = 0; et_ops_at(s); s++) {
    struct et_tracker_options options;
    struct et_tracker *t;
    struct et_result r;

    et_tracker_options_default(&options);
    options.raw = true;
    options.kernels = et_ops_at(s)->name;
    ck_assert_int_eq(et_tracker_create(model, &options, &t, &why), ET_OK);
    ck_assert_str_eq(et_tracker_kernels(t), et_ops_at(s)->name);
    ck_assert_int_eq(et_tracker_init(t, &image, &box, 0, NULL, &why), ET_OK);
    ck_assert_int_eq(et_tracker_track(t, &image, 1, &r, &why), ET_OK);
    if (s == 0)
      reference = r.box;
    ck_assert_double_eq_tol(r.box.x, reference.x, 0.01);
    ck_assert_double_eq_tol(r.box.w, reference.w, 0.01);
    ck_assert(r.score == r.raw_score && r.likeness == 0); /* the bare procedure's */
    et_tracker_destroy(&t);
  }
}
END_TEST

START_TEST(a_frame_allocates_nothing)
{
  const struct et_box box = {100, 80, 40, 40};
  struct et_image image = scene_image(&scene);
  struct mallinfo2 before, after;
  struct et_result r;

  ck_assert_int_eq(et_tracker_init(tracker, &image, &box, 0, NULL, &why), ET_OK);
  before = mallinfo2();
  for (int i = 1; i < 20; i++)
    ck_assert_int_eq(et_tracker_track(tracker, &image, i * 40000000, &r, &why), ET_OK);
  after = mallinfo2();
  ck_assert_uint_eq(before.uordblks, after.uordblks);
  ck_assert_uint_eq(before.hblkhd, after.hblkhd);
}
END_TEST

/* Its callback overwrites the image once it has been read, as a camera would. */
struct camera {
  struct scene scene;
  int done; /* calls */
};

static void reuse_image(void *user)
{
  struct camera *camera = user;

  memset(camera->scene.pixels, 255, (size_t)SCENE_WIDTH * SCENE_HEIGHT * 3);
  camera->done++;
}

static void film(struct camera *camera, int x)
{
  scene_background(&camera->scene);
  if (x >= 0)
    scene_object(&camera->scene, x, 80);
}

static struct et_tracker *tracker_for(struct camera *camera, double search_cost)
{
  struct et_tracker_options options;
  struct et_tracker *t;

  et_tracker_options_default(&options);
  options.params.search_cost = search_cost;
  if (camera) {
    options.image_done = reuse_image;
    options.user = camera;
  }
  ck_assert_int_eq(et_tracker_create(model, &options, &t, &why), ET_OK);
  return t;
}

/* Tracked, lost and searched for by one look per frame: with an image that is overwritten and with
 * one that is not. */
START_TEST(an_image_is_not_read_after_image_done)
{
  const struct et_box box = {100, 80, SCENE_OBJECT, SCENE_OBJECT};
  struct camera camera = {scene_create(), 0};
  struct et_tracker *plain = tracker_for(NULL, 0), *told = tracker_for(&camera, 0);
  const struct et_image image = scene_image(&scene), reused = scene_image(&camera.scene);
  struct et_result a, b;

  film(&camera, 100);
  ck_assert_int_eq(et_tracker_init(plain, &image, &box, 0, NULL, &why), ET_OK);
  ck_assert_int_eq(et_tracker_init(told, &reused, &box, 0, NULL, &why), ET_OK);
  ck_assert_int_eq(camera.done, 1);
  for (int i = 1; i < 60; i++) {
    const int x = i < 15 ? 100 + 2 * i : -1;

    film(&camera, x);
    memcpy(scene.pixels, camera.scene.pixels, (size_t)SCENE_WIDTH * SCENE_HEIGHT * 3);
    ck_assert_int_eq(et_tracker_track(plain, &image, i * INT64_C(40000000), &a, &why), ET_OK);
    ck_assert_int_eq(et_tracker_track(told, &reused, i * INT64_C(40000000), &b, &why), ET_OK);
    ck_assert_int_eq(camera.done, i + 1);
    ck_assert_int_eq(a.state, b.state);
    ck_assert_double_eq(a.score, b.score);
    ck_assert_double_eq(a.box.x, b.box.x);
    ck_assert_double_eq(a.box.w, b.box.w);
  }
  ck_assert_int_eq(b.state, ET_STATE_LOST);
  scene_destroy(&camera.scene);
  et_tracker_destroy(&plain);
  et_tracker_destroy(&told);
}
END_TEST

START_TEST(image_done_comes_once_a_call_and_never_with_an_error)
{
  const struct et_box box = {100, 80, SCENE_OBJECT, SCENE_OBJECT}, bad = {400, 80, SCENE_OBJECT, SCENE_OBJECT};
  struct camera camera = {scene_create(), 0};
  struct et_tracker *told = tracker_for(&camera, 1);
  struct et_image image = scene_image(&camera.scene), broken = image;
  struct et_result r;

  broken.plane[0] = NULL;
  film(&camera, 100);
  ck_assert_int_eq(et_tracker_track(told, &image, 0, &r, &why), ET_ERR_NO_TARGET);
  ck_assert_int_eq(et_tracker_init(told, &image, &bad, 0, NULL, &why), ET_ERR_BOX_OUTSIDE);
  ck_assert_int_eq(et_tracker_init(told, &broken, &box, 0, NULL, &why), ET_ERR_IMAGE);
  ck_assert_int_eq(camera.done, 0);
  ck_assert_int_eq(et_tracker_init(told, &image, &box, 0, NULL, &why), ET_OK);
  ck_assert_int_eq(et_tracker_track(told, &broken, 0, &r, &why), ET_ERR_IMAGE);
  ck_assert_int_eq(camera.done, 1);
  et_tracker_lose(told, 0);
  for (int i = 1; i <= 8; i++) { /* several looks per frame; the last ends the search */
    film(&camera, -1);
    ck_assert_int_eq(et_tracker_track(told, &image, i * INT64_C(4000000000), &r, &why), ET_OK);
    ck_assert_int_eq(camera.done, i + 1);
  }
  ck_assert_int_eq(r.event, ET_EVENT_STOPPED); /* even without a look */
  scene_destroy(&camera.scene);
  et_tracker_destroy(&told);
}
END_TEST

static int64_t cpu_ns(void)
{
  struct timespec t;

  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void note_cpu(void *user)
{
  *(int64_t *)user = cpu_ns();
}

/* Processor time does not depend on the machine's load. The network takes by far most of it, and
 * runs last. */
START_TEST(image_done_comes_before_the_network)
{
  const struct et_box box = {100, 80, SCENE_OBJECT, SCENE_OBJECT};
  struct et_image image = scene_image(&scene);
  struct et_tracker_options options;
  int64_t begin_ns, done_ns;
  struct et_tracker *t;
  struct et_result r;

  et_tracker_options_default(&options);
  options.image_done = note_cpu;
  options.user = &done_ns;
  ck_assert_int_eq(et_tracker_create(model, &options, &t, &why), ET_OK);
  ck_assert_int_eq(et_tracker_init(t, &image, &box, 0, NULL, &why), ET_OK);
  for (int i = 1; i < 10; i++) {
    begin_ns = cpu_ns();
    ck_assert_int_eq(et_tracker_track(t, &image, i * INT64_C(40000000), &r, &why), ET_OK);
    ck_assert_int_lt(2 * (done_ns - begin_ns), cpu_ns() - begin_ns);
  }
  et_tracker_destroy(&t);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("tracker");
  TCase *tcase = tcase_create("tracker");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, a_tracker_without_a_target_says_so);
  tcase_add_test(tcase, a_bad_box_is_refused_and_the_old_target_stays);
  tcase_add_test(tcase, a_bad_image_is_refused);
  tcase_add_test(tcase, unknown_kernels_and_bad_parameters_are_refused_by_name);
  tcase_add_test(tcase, kernels_come_from_the_environment_too);
  tcase_add_test(tcase, stop_ends_the_target_and_init_replaces_it);
  tcase_add_test(tcase, all_kernel_sets_agree);
  tcase_add_test(tcase, a_frame_allocates_nothing);
  tcase_add_test(tcase, an_image_is_not_read_after_image_done);
  tcase_add_test(tcase, image_done_comes_once_a_call_and_never_with_an_error);
  tcase_add_test(tcase, image_done_comes_before_the_network);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
