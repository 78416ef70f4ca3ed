/* SPDX-License-Identifier: MIT */
/* The motion of the camera, on pictures of a landscape that is shifted by a known way. */
#include "core/camera_motion.h"

#include <math.h>

#include "picture.h"
#include "test/main.h"
#include "test/scene.h"

enum { WIDTH = 640, HEIGHT = 360 };

static struct et_camera_motion *motion;
static struct picture picture;
static double x_px, y_px;

static void make_picture(enum et_format format)
{
  const struct picture_shape shape = {.format = format, .width = WIDTH, .height = HEIGHT, .padding = 6};

  picture = picture_create(shape);
}

static void setup(void)
{
  ck_assert_int_eq(et_camera_motion_create(&motion, NULL), ET_OK);
  make_picture(ET_FORMAT_GRAY8);
}

static void teardown(void)
{
  picture_destroy(&picture);
  et_camera_motion_destroy(&motion);
}

static double smooth(double t)
{
  return t * t * (3 - 2 * t);
}

static double knot(double x, double y, uint32_t salt)
{
  return scene_hash((uint32_t)(int)x, (uint32_t)(int)y, salt) % 256;
}

/* Blotches of `size` pixels, smooth between them. */
static double blotches(double x, double y, double size, uint32_t salt)
{
  const double left = floor(x / size), top = floor(y / size), u = smooth(x / size - left), v = smooth(y / size - top);

  return (1 - v) * ((1 - u) * knot(left, top, salt) + u * knot(left + 1, top, salt)) +
         v * ((1 - u) * knot(left, top + 1, salt) + u * knot(left + 1, top + 1, salt));
}

static double landscape(double x, double y)
{
  return 40 + 0.3 * blotches(x, y, 60, 1) + 0.25 * blotches(x, y, 22, 2) + 0.1 * blotches(x, y, 9, 3);
}

static void set_grey(int x, int y, double value)
{
  for (int c = 0; c < (picture_is_yuv(&picture) ? 1 : picture_components(&picture)); c++)
    picture_set(&picture, c, x, y, (uint8_t)value);
}

/* The landscape, shifted. */
static void show(double dx, double dy)
{
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      set_grey(x, y, landscape(x - dx, y - dy));
}

static void show_grey(int grey, int noise, uint32_t salt)
{
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      set_grey(x, y, grey + (int)(scene_hash((uint32_t)x, (uint32_t)y, salt) % (2 * (uint32_t)noise + 1)));
}

/* A lorry with a pattern of its own. */
static void show_lorry(const struct et_place *p)
{
  for (int y = 0; y < (int)p->h; y++)
    for (int x = 0; x < (int)p->w; x++)
      set_grey((int)(p->cx - p->w / 2) + x, (int)(p->cy - p->h / 2) + y, x / 8 % 2 == y / 8 % 2 ? 250 : 5);
}

static bool measure(const struct et_place *movers, int count)
{
  return et_camera_motion_measure(motion, &picture.image, &picture.stretch, movers, count, &x_px, &y_px);
}

static void start(double dx, double dy)
{
  show(dx, dy);
  et_camera_motion_start(motion, &picture.image, &picture.stretch);
}

static void assert_shift(double dx, double dy)
{
  ck_assert_msg(fabs(x_px - dx) < 0.6 && fabs(y_px - dy) < 0.6, "%.2f, %.2f instead of %.2f, %.2f", x_px, y_px, dx, dy);
}

static const double shifts[][2] = {{0, 0}, {1.5, 0}, {0, -1.5}, {2.5, 1.5}, {-7.3, 4.1}, {-31, -18}, {90, 40}, {-160, 0}};

START_TEST(a_shift_is_measured_below_a_pixel)
{
  start(3, 5);
  show(3 + shifts[_i][0], 5 + shifts[_i][1]);
  ck_assert(measure(NULL, 0));
  assert_shift(shifts[_i][0], shifts[_i][1]);
}
END_TEST

START_TEST(every_format_shows_it)
{
  picture_destroy(&picture);
  make_picture((enum et_format)_i);
  start(0, 0);
  show(12, -9);
  ck_assert_msg(measure(NULL, 0), "%s", picture_format_name((enum et_format)_i));
  assert_shift(12, -9);
}
END_TEST

START_TEST(each_shift_is_from_the_frame_before)
{
  start(0, 0);
  for (int i = 1; i < 6; i++) {
    show(4 * i * i, -3 * i);
    ck_assert(measure(NULL, 0));
    assert_shift(8 * i - 4, -3);
  }
}
END_TEST

/* It is high in contrast and covers a sixth of the picture, while the camera stands still before a
 * misty landscape. */
START_TEST(what_moves_by_itself_does_not_count)
{
  struct et_place lorry = {.cx = 300, .cy = 180, .w = 200, .h = 180};

  for (int i = 0; i < 5; i++) {
    show(i * 2, 0);
    lorry.cx = 300 - 10 * i;
    show_lorry(&lorry);
    if (i == 0) {
      et_camera_motion_start(motion, &picture.image, &picture.stretch);
      continue;
    }
    lorry.cx += 10; /* where it was */
    ck_assert(measure(&lorry, 1));
    assert_shift(2, 0);
  }
}
END_TEST

START_TEST(a_plain_picture_tells_nothing)
{
  for (int noise = 0; noise < 9; noise += 4) {
    show_grey(90, noise, 1);
    et_camera_motion_start(motion, &picture.image, &picture.stretch);
    for (uint32_t i = 2; i < 6; i++) {
      show_grey(90, noise, i);
      ck_assert_msg(!measure(NULL, 0), "noise %d: %.2f, %.2f", noise, x_px, y_px);
      ck_assert(x_px == 0 && y_px == 0);
    }
  }
}
END_TEST

/* Coarse JPEG leaves such spots. */
START_TEST(a_faint_spot_tells_nothing)
{
  for (int i = 0; i < 3; i++) {
    show_grey(90, 0, 0);
    for (int y = 0; y < 16; y++)
      for (int x = 0; x < 16; x++)
        set_grey(300 + 30 * i + x, 150 + y, 93);
    if (i == 0)
      et_camera_motion_start(motion, &picture.image, &picture.stretch);
    else
      ck_assert_msg(!measure(NULL, 0), "%.2f, %.2f", x_px, y_px);
  }
}
END_TEST

START_TEST(a_picture_that_drops_out_tells_nothing)
{
  start(0, 0);
  show_grey(0, 0, 0);
  ck_assert(!measure(NULL, 0));
  show(20, 0);
  ck_assert(!measure(NULL, 0));
  show(25, 0);
  ck_assert(measure(NULL, 0));
  assert_shift(5, 0);
}
END_TEST

START_TEST(another_size_starts_anew)
{
  struct et_image half;

  start(0, 0);
  half = picture.image;
  half.height /= 2;
  ck_assert(!et_camera_motion_measure(motion, &half, NULL, NULL, 0, &x_px, &y_px));
  ck_assert(x_px == 0 && y_px == 0);
  show(10, 0);
  ck_assert(et_camera_motion_measure(motion, &half, NULL, NULL, 0, &x_px, &y_px));
  assert_shift(10, 0);
}
END_TEST

/* The smallest pictures have fewer pixels than cells. */
START_TEST(a_tiny_picture_is_read_within_its_bounds)
{
  picture_destroy(&picture);
  picture = picture_create((struct picture_shape){.format = (enum et_format)_i, .width = 16, .height = 16});
  picture_fill_noise(&picture, 7);
  et_camera_motion_start(motion, &picture.image, &picture.stretch);
  ck_assert(measure(&(struct et_place){.cx = -40, .cy = 900, .w = 5, .h = 5}, 1));
  assert_shift(0, 0);
  ck_assert(!measure(&(struct et_place){.cx = 8, .cy = 8, .w = 100, .h = 100}, 1));
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("camera_motion");
  TCase *tcase = tcase_create("camera_motion");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_loop_test(tcase, a_shift_is_measured_below_a_pixel, 0, sizeof shifts / sizeof *shifts);
  tcase_add_loop_test(tcase, every_format_shows_it, 0, PICTURE_FORMATS);
  tcase_add_test(tcase, each_shift_is_from_the_frame_before);
  tcase_add_test(tcase, what_moves_by_itself_does_not_count);
  tcase_add_test(tcase, a_plain_picture_tells_nothing);
  tcase_add_test(tcase, a_faint_spot_tells_nothing);
  tcase_add_test(tcase, a_picture_that_drops_out_tells_nothing);
  tcase_add_test(tcase, another_size_starts_anew);
  tcase_add_loop_test(tcase, a_tiny_picture_is_read_within_its_bounds, 0, PICTURE_FORMATS);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
