/* SPDX-License-Identifier: MIT */
/* The target states with the shipped model on a generated scene: a target that hides, comes back,
 * leaves for good or meets its double. */
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "etrack/tracker.h"
#include "test/main.h"
#include "test/scene.h"

static const int64_t frame_ns = 40 * 1000000;

static struct et_model *model;
static struct et_tracker *tracker;
static struct scene scene;
static int64_t now_ns;
static struct et_result result;

static void setup(void)
{
  char path[512];
  struct et_error_detail why;

  snprintf(path, sizeof path, "%s/models/etrack-small.safetensors", getenv("ETRACK_SOURCE"));
  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
  ck_assert_msg(et_tracker_create(model, NULL, &tracker, &why) == ET_OK, "%s", why.text);
  scene = scene_create();
  now_ns = 0;
}

static void teardown(void)
{
  scene_destroy(&scene);
  et_tracker_destroy(&tracker);
  et_model_close(&model);
}

static void start_at(int x, int y)
{
  const struct et_box box = {x, y, SCENE_OBJECT, SCENE_OBJECT};
  struct et_image image = scene_image(&scene);
  struct et_error_detail why;

  scene_background(&scene);
  scene_object(&scene, x, y);
  ck_assert_msg(et_tracker_init(tracker, &image, &box, now_ns, &result, &why) == ET_OK, "%s", why.text);
  ck_assert_int_eq(result.event, ET_EVENT_STARTED);
}

/* One frame, without the object if x < 0. Returns the transition. */
static enum et_event step(int x, int y)
{
  struct et_image image = scene_image(&scene);

  now_ns += frame_ns;
  scene_background(&scene);
  if (x >= 0)
    scene_object(&scene, x, y);
  ck_assert_int_eq(et_tracker_track(tracker, &image, now_ns, &result, NULL), ET_OK);
  return result.event;
}

static double centre_error(int x, int y)
{
  return hypot(result.box.x + result.box.w / 2 - x - SCENE_OBJECT / 2.0, result.box.y + result.box.h / 2 - y - SCENE_OBJECT / 2.0);
}

static void follow_to(int *x, int y, int frames)
{
  for (int i = 0; i < frames; i++) {
    *x += 2;
    step(*x, y);
  }
}

START_TEST(a_moving_target_is_tracked_with_its_velocity)
{
  int x = 60;

  start_at(x, 100);
  follow_to(&x, 100, 25);
  ck_assert_int_eq(result.state, ET_STATE_TRACKING);
  ck_assert_double_lt(centre_error(x, 100), 6);
  ck_assert_double_eq_tol(result.velocity_x_px_s, 50, 15);
  ck_assert_double_eq_tol(result.velocity_y_px_s, 0, 10);
}
END_TEST

/* The scene's green as from a thermal camera: in a small part of 16 bits, which drifts. */
static struct et_image thermal_image(uint8_t *pixels, int drift)
{
  for (int i = 0; i < SCENE_WIDTH * SCENE_HEIGHT; i++) {
    const int counts = 7000 + 2 * scene.pixels[3 * i + 1] + drift;

    pixels[2 * i] = (uint8_t)counts;
    pixels[2 * i + 1] = (uint8_t)(counts >> 8);
  }
  return (struct et_image){
    .format = ET_FORMAT_GRAY16_LE, .width = SCENE_WIDTH, .height = SCENE_HEIGHT, .plane = {pixels}, .stride = {(ptrdiff_t)2 * SCENE_WIDTH}};
}

START_TEST(grey_of_16_bits_in_a_narrow_range_is_tracked)
{
  static uint8_t pixels[SCENE_WIDTH * SCENE_HEIGHT * 2];
  const struct et_box box = {60, 100, SCENE_OBJECT, SCENE_OBJECT};
  struct et_image image;

  for (int i = 0; i < 60; i++) {
    const int x = 60 + 2 * i, drift = i < 40 ? 3 * i : 2000; /* slowly, then at once */

    scene_background(&scene);
    scene_object(&scene, x, 100);
    image = thermal_image(pixels, drift);
    if (i == 0)
      ck_assert_int_eq(et_tracker_init(tracker, &image, &box, 0, &result, NULL), ET_OK);
    else
      ck_assert_int_eq(et_tracker_track(tracker, &image, i * frame_ns, &result, NULL), ET_OK);
    ck_assert_msg(result.state == ET_STATE_TRACKING && centre_error(x, 100) < 8, "frame %d: state %s, score %.3f, off by %.1f px", i,
                  et_state_name(result.state), result.score, centre_error(x, 100));
  }
}
END_TEST

/* One frame of a camera that turns. Nothing moves by itself. */
static void turn_to(int dx, bool hidden)
{
  struct et_image image = scene_image(&scene);

  now_ns += frame_ns;
  scene_background_from(&scene, dx, 0);
  if (!hidden)
    scene_object(&scene, 40 + dx, 100);
  ck_assert_int_eq(et_tracker_track(tracker, &image, now_ns, &result, NULL), ET_OK);
}

START_TEST(a_coasting_box_moves_with_the_picture)
{
  int dx = 0;

  start_at(40, 100);
  for (int i = 0; i < 15; i++)
    turn_to(dx += 6, false);
  ck_assert_int_eq(result.state, ET_STATE_TRACKING);
  ck_assert_double_eq_tol(result.camera_x_px_s, 150, 20);
  ck_assert_double_eq_tol(result.camera_y_px_s, 0, 5);
  ck_assert_double_eq_tol(result.velocity_x_px_s, 150, 25);
  for (int i = 0; i < 15; i++)
    turn_to(dx += 6, true);
  ck_assert_int_eq(result.state, ET_STATE_COASTING);
  ck_assert_double_lt(centre_error(40 + dx, 100), 12);
  for (int i = 0; i < 3; i++)
    turn_to(dx, false);
  ck_assert_int_eq(result.state, ET_STATE_TRACKING);
}
END_TEST

START_TEST(a_hidden_target_coasts_then_is_lost_without_a_box)
{
  int x = 60, coasting = 0, frames = 0;
  enum et_event event;

  start_at(x, 100);
  follow_to(&x, 100, 25);
  do {
    event = step(-1, 0);
    coasting += result.state == ET_STATE_COASTING;
    if (result.state == ET_STATE_COASTING)
      ck_assert_double_eq_tol(result.box.w, SCENE_OBJECT, 10);
    ck_assert_msg(++frames < 60, "not lost after %d frames without the target; state %s, score %.3f", frames, et_state_name(result.state),
                  result.score);
  } while (event != ET_EVENT_LOST);
  ck_assert_int_eq(result.state, ET_STATE_LOST);
  ck_assert(!result.has_box);
  ck_assert_int_ge(coasting, 24); /* coast_s = 1 at 25 frames per second */
}
END_TEST

START_TEST(a_target_that_comes_back_elsewhere_is_reacquired)
{
  int x = 60, frames = 0;

  start_at(x, 100);
  follow_to(&x, 100, 25);
  for (int i = 0; i < 40; i++)
    step(-1, 0);
  ck_assert_int_eq(result.state, ET_STATE_LOST);
  while (step(250, 30) != ET_EVENT_REACQUIRED)
    ck_assert_msg(++frames < 60, "not reacquired after %d frames; best score %.3f", frames, result.score);
  ck_assert_int_eq(result.state, ET_STATE_TRACKING);
  ck_assert_double_lt(centre_error(250, 30), 10);
  ck_assert_int_ge(result.gap_ns, 40 * frame_ns);
  ck_assert_double_lt(hypot(result.velocity_x_px_s, result.velocity_y_px_s), 1);
  step(250, 30);
  ck_assert_double_lt(hypot(result.velocity_x_px_s, result.velocity_y_px_s), 200);
}
END_TEST

/* What is left when the target has gone: grey, noise, a slope, clouds. */
enum left_over { GREY, SLOPE, CLOUDS };

struct plain {
  const char *name;
  enum left_over left_over;
  int grey, noise;
};

static const struct plain plains[] = {
  {"black", GREY, 0, 0},        {"grey", GREY, 90, 0},           {"white", GREY, 255, 0},   {"noise of 1", GREY, 120, 1},
  {"noise of 8", GREY, 120, 8}, {"dark noise", GREY, 10, 4},     {"a slope", SLOPE, 60, 0}, {"a noisy slope", SLOPE, 60, 3},
  {"clouds", CLOUDS, 140, 0},   {"noisy clouds", CLOUDS, 90, 2},
};

static int plain_grey(const struct plain *p, int x, int y)
{
  if (p->left_over == SLOPE)
    return p->grey + x / 4 + y / 8;
  if (p->left_over == CLOUDS)
    return p->grey + (int)(30 * sin(x / 41.0) * cos(y / 29.0) + 15 * sin((x + y) / 17.0));
  return p->grey;
}

static void show_plain(uint8_t *pixels, const struct plain *p, uint32_t frame)
{
  for (int y = 0; y < SCENE_HEIGHT; y++)
    for (int x = 0; x < SCENE_WIDTH; x++) {
      const int noise = (int)(scene_hash((uint32_t)x, (uint32_t)y, frame) % (2 * (uint32_t)p->noise + 1)) - p->noise;

      pixels[y * SCENE_WIDTH + x] = (uint8_t)fmin(fmax(plain_grey(p, x, y) + noise, 0), 255);
    }
}

/* A square with a texture of its own. */
static void show_square(uint8_t *pixels, const struct et_box *box)
{
  for (int y = 0; y < (int)box->h; y++)
    for (int x = 0; x < (int)box->w; x++)
      pixels[((int)box->y + y) * SCENE_WIDTH + (int)box->x + x] = (uint8_t)(40 + scene_hash((uint32_t)x / 8, (uint32_t)y / 8, 5) % 180);
}

/* 20 frames of the target, then 70 of its background alone, at 30 per second. */
START_TEST(a_plain_background_is_not_the_target)
{
  static uint8_t pixels[SCENE_WIDTH * SCENE_HEIGHT];
  const struct et_image image = {
    .format = ET_FORMAT_GRAY8, .width = SCENE_WIDTH, .height = SCENE_HEIGHT, .plane = {pixels}, .stride = {SCENE_WIDTH}};
  const struct et_box box = {130, 90, 60, 60};
  const char *name = plains[_i].name;

  for (int i = 0; i < 90; i++) {
    const int gone = i - 20;

    show_plain(pixels, &plains[_i], (uint32_t)i);
    if (gone < 0)
      show_square(pixels, &box);
    if (i == 0)
      ck_assert_int_eq(et_tracker_init(tracker, &image, &box, 0, &result, NULL), ET_OK);
    else
      ck_assert_int_eq(et_tracker_track(tracker, &image, i * ET_SECOND_NS / 30, &result, NULL), ET_OK);
    if (gone < 0)
      ck_assert_msg(result.state == ET_STATE_TRACKING, "%s, frame %d: %s", name, i, et_state_name(result.state));
    if (gone >= 1)
      ck_assert_msg(result.state == (gone < 30 ? ET_STATE_COASTING : result.state), "%s, %d frames after: %s, score %.3f", name, gone,
                    et_state_name(result.state), result.score);
    if (gone >= 33)
      ck_assert_msg(result.state == ET_STATE_LOST, "%s, %d frames after: %s", name, gone, et_state_name(result.state));
    ck_assert_msg(!result.has_box || (result.box.w < 75 && result.box.h < 75), "%s, frame %d: the box grew to %.0fx%.0f", name, i,
                  result.box.w, result.box.h);
  }
}
END_TEST

enum { WIDE = 1280, HIGH = 720 };

static const struct et_box returns[] = {{1180, 630, 48, 48}, {30, 25, 48, 48}, {1210, 340, 48, 48}, {420, 640, 48, 48}};

static void show_meadow(uint8_t *pixels)
{
  for (int y = 0; y < HIGH; y++)
    for (int x = 0; x < WIDE; x++)
      pixels[y * WIDE + x] =
        (uint8_t)(90 + scene_hash((uint32_t)x / 16, (uint32_t)y / 16, 1) % 50 + scene_hash((uint32_t)x, (uint32_t)y, 2) % 9);
}

static void show_ball(uint8_t *pixels, const struct et_box *box)
{
  const int r = (int)box->w / 2;

  for (int y = -r; y < r; y++)
    for (int x = -r; x < r; x++)
      if (x * x + y * y < r * r)
        pixels[((int)box->y + r + y) * WIDE + (int)box->x + r + x] = abs(x) < 5 || abs(y) < 5 ? 250 : (uint8_t)(20 + r + x);
}

/* One frame of the search, as long as frames come at 30 per second. */
static void search_once(uint8_t *pixels, const struct et_box *box)
{
  const struct et_image image = {.format = ET_FORMAT_GRAY8, .width = WIDE, .height = HIGH, .plane = {pixels}, .stride = {WIDE}};

  now_ns += ET_SECOND_NS / 30;
  show_meadow(pixels);
  show_ball(pixels, box);
  ck_assert_int_eq(et_tracker_track(tracker, &image, now_ns, &result, NULL), ET_OK);
}

/* At one look per frame, as on a slow machine. The checks of what was found take five frames
 * more. */
START_TEST(a_large_frame_is_searched_within_a_second)
{
  static uint8_t pixels[WIDE * HIGH];
  const struct et_image image = {.format = ET_FORMAT_GRAY8, .width = WIDE, .height = HIGH, .plane = {pixels}, .stride = {WIDE}};
  const struct et_box box = {600, 300, 48, 48};
  struct et_tracker_options options;
  int frames = 0;

  et_tracker_destroy(&tracker);
  et_tracker_options_default(&options);
  options.look_ns = ET_SECOND_NS;
  ck_assert_int_eq(et_tracker_create(model, &options, &tracker, NULL), ET_OK);
  show_meadow(pixels);
  show_ball(pixels, &box);
  ck_assert_int_eq(et_tracker_init(tracker, &image, &box, now_ns, &result, NULL), ET_OK);
  for (int i = 0; i < 5; i++)
    search_once(pixels, &box);
  et_tracker_lose(tracker, now_ns);
  do {
    search_once(pixels, &returns[_i]);
    ck_assert_msg(++frames <= 36, "not found at %.0f, %.0f", returns[_i].x, returns[_i].y);
  } while (result.event != ET_EVENT_REACQUIRED);
  ck_assert_double_lt(hypot(result.box.x - returns[_i].x, result.box.y - returns[_i].y), 10);
}
END_TEST

/* A post with stripes. Seen from one side, its box is not exact. */
static void show_post(int left, int top, int width, int height)
{
  scene_background(&scene);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      scene_paint(&scene, left + x, top + y, y / 12 % 2 ? 220 : 40, 60 + 4 * x, 50);
}

START_TEST(a_thin_target_is_found_again)
{
  const struct et_box box = {150, 60, 24, 100};
  struct et_image image = scene_image(&scene);
  int frames = 0;

  show_post(150, 60, 24, 100);
  ck_assert_int_eq(et_tracker_init(tracker, &image, &box, now_ns, &result, NULL), ET_OK);
  et_tracker_lose(tracker, now_ns);
  do {
    now_ns += frame_ns;
    ck_assert_int_eq(et_tracker_track(tracker, &image, now_ns, &result, NULL), ET_OK);
    ck_assert_msg(++frames < 60, "not reacquired; score %.3f", result.score);
  } while (result.event != ET_EVENT_REACQUIRED);
  ck_assert_double_eq_tol(result.box.x + result.box.w / 2, 162, 8);
}
END_TEST

START_TEST(the_search_ends_after_its_time)
{
  struct et_params params;
  int frames = 0;

  et_params_default(&params);
  params.search_s = 0.5;
  params.coast_s = 0;
  ck_assert_int_eq(et_tracker_set_params(tracker, &params, NULL), ET_OK);
  start_at(60, 100);
  while (step(-1, 0) != ET_EVENT_STOPPED)
    ck_assert_int_lt(++frames, 40);
  ck_assert_int_eq(result.state, ET_STATE_IDLE);
  ck_assert_int_eq(et_tracker_track(tracker, &(struct et_image){0}, now_ns, &result, NULL), ET_ERR_IMAGE);
}
END_TEST

START_TEST(an_ambiguous_pair_is_not_reacquired_and_is_told_once)
{
  struct et_image image = scene_image(&scene);
  int rivals = 0;

  start_at(60, 100);
  et_tracker_lose(tracker, now_ns);
  for (int i = 0; i < 30; i++) {
    now_ns += frame_ns;
    scene_background(&scene);
    scene_object(&scene, 70, 100);
    scene_object(&scene, 130, 100);
    ck_assert_int_eq(et_tracker_track(tracker, &image, now_ns, &result, NULL), ET_OK);
    rivals += result.event == ET_EVENT_RIVAL;
    ck_assert_msg(result.state == ET_STATE_LOST, "frame %d: reacquired one of two equals, score %.3f, rival %.3f", i, result.score,
                  result.rival);
  }
  ck_assert_int_eq(rivals, 1);
}
END_TEST

/* A double crosses the target's way, at (170, 100) in the 56th frame. */
static const struct {
  int vx, vy;    /* of the double, px per frame */
  bool in_front; /* of the target */
} doubles[] = {{-2, 0, false}, {-2, 0, true}, {-1, 0, false}, {-2, 1, true}, {-1, -1, false}, {0, 2, false}, {0, 2, true}, {1, 1, true}};

static void show_double(int frame, int which)
{
  const int x = 170 + (frame - 55) * doubles[which].vx, y = 100 + (frame - 55) * doubles[which].vy;

  scene_background(&scene);
  if (doubles[which].in_front)
    scene_object(&scene, 60 + 2 * frame, 100);
  scene_object(&scene, x, y);
  if (!doubles[which].in_front)
    scene_object(&scene, 60 + 2 * frame, 100);
}

START_TEST(a_double_that_crosses_is_not_taken)
{
  struct et_image image = scene_image(&scene);
  int uncertain = 0;

  start_at(60, 100);
  for (int i = 1; i <= 90; i++) {
    now_ns += frame_ns;
    show_double(i, _i);
    ck_assert_int_eq(et_tracker_track(tracker, &image, now_ns, &result, NULL), ET_OK);
    uncertain += result.state == ET_STATE_UNCERTAIN;
  }
  ck_assert_msg(centre_error(60 + 2 * 90, 100) < 10, "the double was taken: off by %.1f px", centre_error(60 + 2 * 90, 100));
  ck_assert_int_eq(result.state, ET_STATE_TRACKING);
  ck_assert_msg(uncertain > 3, "uncertain in %d frames only", uncertain);
}
END_TEST

START_TEST(a_rescaled_picture_carries_the_target_over)
{
  int x = 60;

  start_at(x, 100);
  follow_to(&x, 100, 5);
  et_tracker_rescale(tracker, 0.5, 0.5);
  et_tracker_rescale(tracker, 2, 2);
  step(x, 100);
  ck_assert_int_eq(result.state, ET_STATE_TRACKING);
  ck_assert_double_lt(centre_error(x, 100), 6);
}
END_TEST

static const int64_t wrong_s[] = {37600, -9800};

/* One frame with a time stamp that is wrong by many hours. */
static enum et_event step_at_a_wrong_time(int64_t by_s)
{
  const int64_t right_ns = now_ns;
  enum et_event event;

  now_ns += by_s * 1000 * 1000000;
  event = step(-1, 0);
  now_ns = right_ns + frame_ns;
  return event;
}

static void check_times(void)
{
  ck_assert_int_ge(result.time_ns, result.last_seen_ns);
  ck_assert_int_ge(result.last_seen_ns, result.first_seen_ns);
  ck_assert_int_lt(result.time_ns - result.first_seen_ns, 100 * frame_ns);
}

START_TEST(one_wrong_time_does_not_end_a_coast)
{
  int x = 60, coasting = 0;

  start_at(x, 100);
  follow_to(&x, 100, 25);
  while (result.state != ET_STATE_COASTING)
    step(-1, 0);
  ck_assert_int_eq(step_at_a_wrong_time(wrong_s[_i]), ET_EVENT_NONE);
  check_times();
  while (step(-1, 0) != ET_EVENT_LOST)
    ck_assert_int_lt(++coasting, 40);
  check_times();
  ck_assert_int_ge(coasting, 22); /* coast_s = 1 at 25 frames per second */
}
END_TEST

START_TEST(one_wrong_time_does_not_end_a_search)
{
  int frames = 0;

  start_at(60, 100);
  et_tracker_lose(tracker, now_ns);
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(step(-1, 0), ET_EVENT_NONE);
  ck_assert_int_eq(step_at_a_wrong_time(wrong_s[_i]), ET_EVENT_NONE);
  check_times();
  while (step(250, 30) != ET_EVENT_REACQUIRED)
    ck_assert_msg(++frames < 60, "not reacquired after %d frames; state %s", frames, et_state_name(result.state));
  check_times();
  ck_assert_int_ge(result.gap_ns, 5 * frame_ns);
  ck_assert_int_le(result.gap_ns, now_ns);
}
END_TEST

START_TEST(a_wrong_time_is_no_velocity)
{
  int x = 60;
  double before;

  start_at(x, 100);
  follow_to(&x, 100, 25);
  before = result.velocity_x_px_s;
  now_ns += wrong_s[_i] * 1000 * 1000000;
  follow_to(&x, 100, 1);
  ck_assert_double_eq_tol(result.velocity_x_px_s, before, 1e-9);
  now_ns -= wrong_s[_i] * 1000 * 1000000;
  follow_to(&x, 100, 1);
  ck_assert_double_eq_tol(result.velocity_x_px_s, before, 1e-9);
}
END_TEST

/* A camera that stopped for a while: that time counts. */
START_TEST(a_pause_of_the_stream_ends_the_search)
{
  struct et_params params;
  int frames = 0;

  et_params_default(&params);
  params.search_s = 5;
  ck_assert_int_eq(et_tracker_set_params(tracker, &params, NULL), ET_OK);
  start_at(60, 100);
  et_tracker_lose(tracker, now_ns);
  step(-1, 0);
  now_ns += 6 * (int64_t)1000000000;
  while (step(-1, 0) != ET_EVENT_STOPPED)
    ck_assert_int_lt(++frames, 4);
}
END_TEST

START_TEST(a_pause_that_was_told_counts_at_once)
{
  int frames = 0;

  start_at(60, 100);
  step(60, 100);
  et_tracker_lose(tracker, now_ns);
  now_ns += 10 * (int64_t)1000000000;
  while (step(60, 100) != ET_EVENT_REACQUIRED)
    ck_assert_int_lt(++frames, 60);
  ck_assert_int_ge(result.gap_ns, 10 * (int64_t)1000000000);
}
END_TEST

START_TEST(time_that_stands_still_or_goes_back_does_no_harm)
{
  int x = 60;

  start_at(x, 100);
  for (int i = 0; i < 10; i++) {
    now_ns -= frame_ns + (i % 2 ? frame_ns : 0);
    step(x, 100);
    ck_assert(isfinite(result.velocity_x_px_s) && isfinite(result.box.x));
  }
  ck_assert_int_eq(result.state, ET_STATE_TRACKING);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("states");
  TCase *tcase = tcase_create("states");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, a_moving_target_is_tracked_with_its_velocity);
  tcase_add_test(tcase, grey_of_16_bits_in_a_narrow_range_is_tracked);
  tcase_add_test(tcase, a_coasting_box_moves_with_the_picture);
  tcase_add_loop_test(tcase, a_plain_background_is_not_the_target, 0, sizeof plains / sizeof *plains);
  tcase_add_test(tcase, a_hidden_target_coasts_then_is_lost_without_a_box);
  tcase_add_test(tcase, a_target_that_comes_back_elsewhere_is_reacquired);
  tcase_add_loop_test(tcase, a_large_frame_is_searched_within_a_second, 0, sizeof returns / sizeof *returns);
  tcase_add_test(tcase, a_thin_target_is_found_again);
  tcase_add_test(tcase, the_search_ends_after_its_time);
  tcase_add_test(tcase, an_ambiguous_pair_is_not_reacquired_and_is_told_once);
  tcase_add_loop_test(tcase, a_double_that_crosses_is_not_taken, 0, sizeof doubles / sizeof *doubles);
  tcase_add_test(tcase, a_rescaled_picture_carries_the_target_over);
  tcase_add_test(tcase, time_that_stands_still_or_goes_back_does_no_harm);
  tcase_add_loop_test(tcase, one_wrong_time_does_not_end_a_coast, 0, 2);
  tcase_add_loop_test(tcase, one_wrong_time_does_not_end_a_search, 0, 2);
  tcase_add_loop_test(tcase, a_wrong_time_is_no_velocity, 0, 2);
  tcase_add_test(tcase, a_pause_of_the_stream_ends_the_search);
  tcase_add_test(tcase, a_pause_that_was_told_counts_at_once);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
