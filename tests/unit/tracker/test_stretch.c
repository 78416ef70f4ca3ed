/* SPDX-License-Identifier: MIT */
/* The range of 16-bit grey: found, steady, and left alone if it is the whole scale. */
#include "core/stretch.h"

#include <math.h>

#include "picture.h"
#include "test/main.h"

enum { WIDTH = 161, HEIGHT = 97, SETTLED = 200 };

static struct picture picture;

static void setup(void)
{
  picture = picture_create((struct picture_shape){.format = ET_FORMAT_GRAY16_LE, .width = WIDTH, .height = HEIGHT, .padding = 3});
}

static void teardown(void)
{
  picture_destroy(&picture);
}

static void set_value(int x, int y, int value)
{
  uint8_t *at = picture_at(&picture, 0, x, y);

  at[0] = (uint8_t)value;
  at[1] = (uint8_t)(value >> 8);
}

/* Every value from low to high, evenly. */
static void fill(int low, int high)
{
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      set_value(x, y, low + (int)((x * 37 + y * 71) % 256 * (int64_t)(high - low) / 255));
}

static void check_range(const struct et_stretch *s, double low, double high, double tolerance)
{
  ck_assert_msg(fabs(s->low - low) <= tolerance && fabs(s->high - high) <= tolerance, "range %.1f..%.1f, should be %.1f..%.1f within %g",
                s->low, s->high, low, high, tolerance);
}

/* A margin of a twentieth of the distance is left beyond each percentile. */
START_TEST(a_narrow_range_is_found)
{
  static const int ranges[][2] = {{7000, 7500}, {0, 1023}, {0, 16383}, {30000, 40000}, {65000, 65535}};
  struct et_stretch s;

  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    const double distance = ranges[i][1] - ranges[i][0];

    fill(ranges[i][0], ranges[i][1]);
    et_stretch_start(&s, &picture.image);
    check_range(&s, fmax(ranges[i][0] - distance / 20, 0), fmin(ranges[i][1] + distance / 20, 65535), distance / 40);
  }
}
END_TEST

START_TEST(the_whole_scale_stays_as_it_is)
{
  static const int ranges[][2] = {{0, 65535}, {4000, 60000}, {8000, 58000}};
  struct et_stretch s;

  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    fill(ranges[i][0], ranges[i][1]);
    et_stretch_start(&s, &picture.image);
    check_range(&s, 0, 65535, 0);
  }
}
END_TEST

START_TEST(both_byte_orders_and_other_formats)
{
  struct picture turned = picture_create((struct picture_shape){.format = ET_FORMAT_GRAY16_BE, .width = WIDTH, .height = HEIGHT});
  struct picture other = picture_create((struct picture_shape){.format = ET_FORMAT_P010_10LE, .width = WIDTH, .height = HEIGHT});
  struct et_stretch a, b, c;

  fill(7000, 7500);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++) {
      const uint8_t *from = picture_at(&picture, 0, x, y);
      uint8_t *to = picture_at(&turned, 0, x, y);

      to[0] = from[0];
      to[-1] = from[1];
    }
  et_stretch_start(&a, &picture.image);
  et_stretch_start(&b, &turned.image);
  et_stretch_start(&c, &other.image);
  check_range(&b, a.low, a.high, 0);
  check_range(&c, 0, 65535, 0);
  picture_destroy(&turned);
  picture_destroy(&other);
}
END_TEST

START_TEST(dead_pixels_and_small_hot_spots_move_nothing)
{
  struct et_stretch clean, dirty;

  fill(7000, 7500);
  et_stretch_start(&clean, &picture.image);
  for (int i = 0; i < WIDTH * HEIGHT / 200; i++)
    set_value(i * 57 % WIDTH, i * 31 % HEIGHT, i % 2 ? 65535 : 0);
  et_stretch_start(&dirty, &picture.image);
  check_range(&dirty, clean.low, clean.high, 12);
}
END_TEST

START_TEST(a_flat_picture_is_not_blown_up)
{
  struct et_stretch s;

  fill(7000, 7000);
  et_stretch_start(&s, &picture.image);
  check_range(&s, 6936, 7064, 1);
  ck_assert_float_eq_tol(et_stretch_grey(&s, 7000), 127.5f, 1);
  fill(0, 0);
  et_stretch_start(&s, &picture.image);
  ck_assert_double_ge(s.high - s.low, 64);
  fill(65535, 65535);
  et_stretch_start(&s, &picture.image);
  ck_assert_double_ge(s.high - s.low, 64);
}
END_TEST

START_TEST(it_moves_slowly_and_arrives)
{
  struct et_stretch s, wanted, before;

  fill(7100, 7600);
  et_stretch_start(&wanted, &picture.image);
  fill(7000, 7500);
  et_stretch_start(&s, &picture.image);
  fill(7100, 7600);
  for (int i = 0; i < SETTLED; i++) {
    before = s;
    et_stretch_follow(&s, &picture.image);
    ck_assert_double_le(fabs(s.low - before.low), 0.02 * (s.high - s.low));
    ck_assert_double_le(fabs(s.high - before.high), 0.02 * (s.high - s.low));
  }
  check_range(&s, wanted.low, wanted.high, 1);
}
END_TEST

/* Cameras that change their gain, or calibrate, shift all of the grey. */
START_TEST(grey_that_has_left_the_range_is_followed_at_once)
{
  struct et_stretch s, wanted;

  fill(7000, 7500);
  et_stretch_start(&s, &picture.image);
  fill(9000, 9400);
  et_stretch_start(&wanted, &picture.image);
  et_stretch_follow(&s, &picture.image);
  check_range(&s, wanted.low, wanted.high, 0);
}
END_TEST

START_TEST(the_smallest_pictures)
{
  static const int sizes[][2] = {{1, 1}, {1, 7}, {9, 1}};

  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct picture p =
      picture_create((struct picture_shape){.format = ET_FORMAT_GRAY16_BE, .width = sizes[i][0], .height = sizes[i][1], .upwards = true});
    struct et_stretch s;

    picture_fill_noise(&p, 5);
    et_stretch_start(&s, &p.image);
    et_stretch_follow(&s, &p.image);
    ck_assert(s.low >= 0 && s.high <= 65535 && s.high > s.low);
    picture_destroy(&p);
  }
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("stretch");
  TCase *tcase = tcase_create("stretch");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, a_narrow_range_is_found);
  tcase_add_test(tcase, the_whole_scale_stays_as_it_is);
  tcase_add_test(tcase, both_byte_orders_and_other_formats);
  tcase_add_test(tcase, dead_pixels_and_small_hot_spots_move_nothing);
  tcase_add_test(tcase, a_flat_picture_is_not_blown_up);
  tcase_add_test(tcase, it_moves_slowly_and_arrives);
  tcase_add_test(tcase, grey_that_has_left_the_range_is_followed_at_once);
  tcase_add_test(tcase, the_smallest_pictures);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
