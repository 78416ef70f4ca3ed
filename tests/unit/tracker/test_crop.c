/* SPDX-License-Identifier: MIT */
/* Crops of every memory layout, against naive rules in double precision. Pictures end at a page
 * that must not be read. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/crop.h"
#include "picture.h"
#include "test/main.h"

enum { LARGEST_N = 48, SEARCH_N = 256, MARGIN = 16, REGIONS = 24 };

static const float poison = 12345.5f;

static struct et_cropper *cropper;
static float room[SEARCH_N * SEARCH_N * 3 + 2 * MARGIN];
static float *const out = room + MARGIN;
static uint32_t seed;

static void setup(void)
{
  struct et_error_detail why;

  seed = 1;
  ck_assert_msg(et_cropper_create(SEARCH_N, &cropper, &why) == ET_OK, "%s", why.text);
}

static void teardown(void)
{
  et_cropper_destroy(&cropper);
  ck_assert_ptr_null(cropper);
}

/* 0..1 */
static double chance(void)
{
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) / 16777216.0;
}

/* Makes a crop, and checks that all of it is written and nothing else. */
static void crop(const struct picture *p, const struct picture_region *r, const double mean[3])
{
  const float colour[3] = {(float)mean[0], (float)mean[1], (float)mean[2]};
  const int count = r->n * r->n * 3, size = r->n > LARGEST_N ? SEARCH_N * SEARCH_N * 3 : LARGEST_N * LARGEST_N * 3;
  struct et_error_detail why;

  for (int i = 0; i < size + 2 * MARGIN; i++)
    room[i] = poison;
  ck_assert_msg(et_image_check(&p->image, &why) == ET_OK, "%s", why.text);
  et_crop(cropper, &p->image, &p->stretch, r->cx, r->cy, r->side, r->n, colour, out);
  for (int i = -MARGIN; i < size + MARGIN; i++)
    if (i < 0 || i >= count ? out[i] != poison : !(out[i] >= -0.001f && out[i] <= 255.001f))
      ck_abort_msg("crop of side %d: float %d is %g", r->n, i, (double)out[i]);
}

static void check_pixel(const struct picture *p, const struct picture_region *r, int u, int v, const double wanted[3], double tolerance)
{
  const float *got = out + ((ptrdiff_t)v * r->n + u) * 3;

  for (int c = 0; c < 3; c++)
    if (!(fabs((double)got[c] - wanted[c]) <= tolerance))
      ck_abort_msg("%s %dx%d matrix %d range %d siting %d, region (%.17g, %.17g) side %.17g n %d: pixel (%d, %d)[%d] = %.6f, should be "
                   "%.6f within %g",
                   picture_format_name(p->image.format), p->image.width, p->image.height, (int)p->image.matrix, (int)p->image.range,
                   (int)p->image.siting, r->cx, r->cy, r->side, r->n, u, v, c, (double)got[c], wanted[c], tolerance);
}

/* Compares every pixel with each component's own samples. It only aborts: Check's assertions write
 * to a pipe each time they pass, so that millions of them would take minutes. */
static void check_planes(const struct picture *p, const struct picture_region *r, const double mean[3])
{
  double wanted[3];

  crop(p, r, mean);
  for (int v = 0; v < r->n; v++)
    for (int u = 0; u < r->n; u++) {
      picture_crop_planes(p, r, u, v, mean, wanted);
      check_pixel(p, r, u, v, wanted, 1e-3);
    }
}

/* Steps of 0.02 to 20 frame pixels, mostly near the frame, sometimes far away; some at whole
 * numbers. */
static struct picture_region any_region(const struct picture *p)
{
  const double step = 0.02 * pow(1000, chance()), far = chance() < 0.15 ? 50 : 1;
  struct picture_region r = {.n = 1 + (int)(chance() * LARGEST_N)};

  r.side = r.n * step;
  r.cx = p->image.width * (0.5 + far * 1.4 * (chance() - 0.5));
  r.cy = p->image.height * (0.5 + far * 1.4 * (chance() - 0.5));
  if (chance() < 0.3) {
    r.side = ceil(r.side);
    r.cx = floor(r.cx);
    r.cy = floor(r.cy);
  }
  return r;
}

static const double some_mean[3] = {100.25, 90.5, 140.75};

static struct picture noise_of(enum et_format format, int width, int height)
{
  struct picture p =
    picture_create((struct picture_shape){.format = format, .width = width, .height = height, .padding = 5, .waste = 0xa5});

  picture_fill_noise(&p, 7u + (uint32_t)(width * height));
  return p;
}

START_TEST(every_format_is_sampled_by_the_rule)
{
  struct picture p = noise_of((enum et_format)_i, 83, 61);

  for (int i = 0; i < 20 * REGIONS; i++) {
    const struct picture_region r = any_region(&p);

    check_planes(&p, &r, some_mean);
  }
  picture_destroy(&p);
}
END_TEST

/* Grey in a narrow part of 16 bits, as from a thermal camera. Values outside the range are black or
 * white. */
START_TEST(grey_of_a_narrow_range_is_sampled_by_the_rule)
{
  struct picture p =
    picture_create((struct picture_shape){.format = (enum et_format)_i, .width = 83, .height = 61, .padding = 5, .waste = 0xa5});

  p.stretch = (struct et_stretch){6800, 7820};
  picture_fill_noise(&p, 11);
  p.stretch = (struct et_stretch){7055, 7565};
  for (int i = 0; i < 20 * REGIONS; i++) {
    const struct picture_region r = any_region(&p);

    check_planes(&p, &r, some_mean);
  }
  picture_destroy(&p);
}
END_TEST

/* Fills a square picture with greys from just below the range to just above it. */
static void fill_ramp(struct picture *p)
{
  const int count = p->image.width * p->image.height, upper = p->image.format == ET_FORMAT_GRAY16_LE ? 1 : -1;
  const double low = fmax(p->stretch.low - 3, 0), high = fmin(p->stretch.high + 3, 65535);

  for (int i = 0; i < count; i++) {
    uint8_t *at = picture_at(p, 0, i % p->image.width, i / p->image.width);
    const int value = (int)(low + (high - low) * i / (count - 1));

    at[0] = (uint8_t)value;
    at[upper] = (uint8_t)(value >> 8);
  }
}

/* Beside the middle between two greys, the nearest one counts; within a hundredth of it, either. */
START_TEST(deep_grey_becomes_the_nearest_byte)
{
  static const struct et_stretch ranges[] = {{0, 65535},     {0, 128},       {1000, 1129}, {7000, 7510},
                                             {65000, 65535}, {12345, 17346}, {3, 30004},   {20000, 52768}};
  struct picture p = picture_create((struct picture_shape){.format = (enum et_format)_i, .width = LARGEST_N, .height = LARGEST_N});
  const struct picture_region r = {LARGEST_N / 2.0, LARGEST_N / 2.0, LARGEST_N, LARGEST_N};

  for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
    p.stretch = ranges[k];
    fill_ramp(&p);
    crop(&p, &r, some_mean);
    for (int i = 0; i < LARGEST_N * LARGEST_N; i++) {
      const uint8_t *at = picture_at(&p, 0, i % LARGEST_N, i / LARGEST_N);
      const int value = at[0] + 256 * at[_i == ET_FORMAT_GRAY16_LE ? 1 : -1];
      const double grey = fmin(fmax((value - p.stretch.low) * 255 / (p.stretch.high - p.stretch.low), 0), 255);
      const double got = (double)out[(ptrdiff_t)3 * i];

      ck_assert_msg(fabs(got - grey) <= 0.51 && got == floor(got), "%s, %g to %g: %d became %.6f, should be %.4f rounded",
                    picture_format_name(p.image.format), p.stretch.low, p.stretch.high, value, got, grey);
    }
  }
  picture_destroy(&p);
}
END_TEST

/* Few pixels of a large frame: the taps of one pixel lie so far apart that they share no load. */
START_TEST(taps_far_apart_are_sampled_by_the_rule)
{
  struct picture p = noise_of((enum et_format)_i, 701, 403);

  for (int i = 0; i < 4 * REGIONS; i++) {
    const double step = 4 + 56 * chance();
    const int n = 1 + (int)(chance() * 16);
    const struct picture_region r = {701 * chance(), 403 * chance(), n * step, n};

    check_planes(&p, &r, some_mean);
  }
  picture_destroy(&p);
}
END_TEST

/* As many pixels as the network takes, from magnified to reduced. Half of them lie beyond a corner
 * of the frame. */
START_TEST(a_search_region_is_sampled_by_the_rule)
{
  static const double steps[] = {0.3, 0.75, 1.2, 2.01, 3.02, 4.03, 6.5};
  struct picture p = noise_of((enum et_format)_i, 1031, 519);

  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    const struct picture_region r = {i % 2 ? 515.3 : 12.5, i % 2 ? 260.7 : 511.25, steps[i] * SEARCH_N, SEARCH_N};

    check_planes(&p, &r, some_mean);
  }
  picture_destroy(&p);
}
END_TEST

START_TEST(every_size_is_sampled_by_the_rule)
{
  static const int sizes[][2] = {{1, 1}, {2, 1}, {1, 2}, {2, 2}, {3, 3}, {5, 8}, {17, 4}, {64, 33}};

  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    struct picture p = noise_of((enum et_format)_i, sizes[s][0], sizes[s][1]);

    for (int siting = 0; siting <= ET_SITING_COSITED; siting++)
      for (int i = 0; i < REGIONS; i++) {
        const struct picture_region r = any_region(&p);

        p.image.siting = (enum et_siting)siting;
        check_planes(&p, &r, some_mean);
      }
    picture_destroy(&p);
  }
}
END_TEST

START_TEST(every_siting_matrix_and_range_is_followed)
{
  struct picture p = noise_of((enum et_format)_i, 60, 44);

  for (int siting = 0; siting <= ET_SITING_COSITED; siting++)
    for (int matrix = 0; matrix <= ET_MATRIX_BT2020; matrix++)
      for (int range = 0; range <= ET_RANGE_FULL; range++)
        for (int i = 0; i < 4; i++) {
          const struct picture_region r = any_region(&p);

          p.image.siting = (enum et_siting)siting;
          p.image.matrix = (enum et_matrix)matrix;
          p.image.range = (enum et_range)range;
          check_planes(&p, &r, some_mean);
        }
  picture_destroy(&p);
}
END_TEST

/* If the frame's edge does not cut the crop pixel, or the rule is linear, a smooth picture looks as
 * if it had been converted first. */
static void check_converted(const struct picture *p, const double *frame, const struct picture_region *r, const double mean[3])
{
  const bool linear = r->side / r->n < 1.5;

  crop(p, r, mean);
  for (int v = 0; v < r->n; v++)
    for (int u = 0; u < r->n; u++) {
      double wanted[3], inside;

      picture_crop_converted(frame, p->image.width, p->image.height, r, u, v, mean, wanted, &inside);
      if (linear || inside < 1e-9 || inside > 1 - 1e-9)
        check_pixel(p, r, u, v, wanted, 3);
    }
}

START_TEST(a_smooth_picture_looks_converted_first)
{
  for (int siting = 0; siting <= ET_SITING_COSITED; siting++) {
    struct picture p = picture_create((struct picture_shape){.format = (enum et_format)_i, .width = 322, .height = 243});
    double mean[3], *frame;

    p.image.siting = (enum et_siting)siting;
    p.image.matrix = (enum et_matrix)(siting % 3);
    p.image.range = (enum et_range)(siting % 2);
    picture_fill_waves(&p);
    picture_mean(&p, mean);
    frame = picture_convert(&p);
    for (int i = 0; i < 4 * REGIONS; i++) {
      const struct picture_region r = any_region(&p);

      check_converted(&p, frame, &r, mean);
    }
    free(frame);
    picture_destroy(&p);
  }
}
END_TEST

/* Two layouts of the same samples must give the same floats. */
static void check_alike(const struct picture *a, const struct picture *b)
{
  static float first[LARGEST_N * LARGEST_N * 3];

  for (int i = 0; i < REGIONS; i++) {
    const struct picture_region r = any_region(a);
    const size_t bytes = (size_t)(r.n * r.n * 3) * sizeof *out;

    crop(a, &r, some_mean);
    memcpy(first, out, bytes);
    crop(b, &r, some_mean);
    ck_assert_msg(memcmp(first, out, bytes) == 0, "%s: crop of (%g, %g) side %g n %d depends on more than the samples",
                  picture_format_name(a->image.format), r.cx, r.cy, r.side, r.n);
  }
}

START_TEST(padding_alpha_and_direction_do_not_matter)
{
  static const struct {
    int padding;
    bool upwards;
    uint8_t waste;
  } ways[] = {{0, false, 0}, {1, false, 255}, {13, true, 0}, {64, true, 255}};
  struct picture_shape shape = {.format = (enum et_format)_i, .width = 51, .height = 37};
  struct picture plain = picture_create(shape);

  picture_fill_noise(&plain, 3);
  for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
    struct picture p;

    shape.padding = ways[w].padding;
    shape.upwards = ways[w].upwards;
    shape.waste = ways[w].waste;
    p = picture_create(shape);
    picture_fill_noise(&p, 3);
    check_alike(&plain, &p);
    picture_destroy(&p);
  }
  picture_destroy(&plain);
}
END_TEST

START_TEST(outside_the_frame_is_the_mean_colour)
{
  static const double places[][3] = {{-500, 20, 100}, {500, 20, 100}, {20, -500, 300}, {20, 700, 300}, {-1e9, 1e9, 1}, {1e12, 20, 1e11}};
  struct picture p = noise_of((enum et_format)_i, 40, 40);
  const double grey[3] = {77.25, 77.25, 77.25}, *mean = picture_components(&p) == 1 ? grey : some_mean;

  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const struct picture_region r = {places[i][0], places[i][1], places[i][2], 32};

    crop(&p, &r, mean);
    for (int v = 0; v < r.n; v++)
      for (int u = 0; u < r.n; u++)
        check_pixel(&p, &r, u, v, mean, 1e-3);
  }
  picture_destroy(&p);
}
END_TEST

/* An index is never computed from a value that is not a number. */
START_TEST(a_region_that_is_nowhere_is_the_mean_colour)
{
  static const double places[][3] = {{NAN, 20, 30}, {20, NAN, 300}, {20, 20, NAN}, {20, 20, INFINITY}, {INFINITY, -INFINITY, 100}};
  struct picture p = noise_of((enum et_format)_i, 40, 40);
  const double grey[3] = {77.25, 77.25, 77.25}, *mean = picture_components(&p) == 1 ? grey : some_mean;

  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const struct picture_region r = {places[i][0], places[i][1], places[i][2], 31};

    crop(&p, &r, mean);
    check_pixel(&p, &r, 0, 0, mean, 1e-3);
    check_pixel(&p, &r, 30, 30, mean, 1e-3);
  }
  picture_destroy(&p);
}
END_TEST

START_TEST(a_huge_region_of_a_huge_frame_fits)
{
  struct picture p = noise_of((enum et_format)_i, 32768, 3);

  for (int i = 0; i < 6; i++) {
    const struct picture_region r = {16384 + i, 1, 32768.0 - 4000 * i, LARGEST_N};

    check_planes(&p, &r, some_mean);
  }
  picture_destroy(&p);
}
END_TEST

START_TEST(a_region_of_next_to_nothing_is_one_colour)
{
  struct picture p = noise_of((enum et_format)_i, 40, 40);
  const struct picture_region r = {17.25, 11.5, 1e-6, 24};

  check_planes(&p, &r, some_mean);
  for (int i = 3; i < r.n * r.n * 3; i++)
    if (!(fabsf(out[i] - out[i - 3]) < 0.01f))
      ck_abort_msg("float %d: %g next to %g", i, (double)out[i], (double)out[i - 3]);
  picture_destroy(&p);
}
END_TEST

/* Primaries and greys at 8 bits, as the standards' tables give them, so that the naive rule is not
 * the only reference. */
START_TEST(known_colours_come_out)
{
  static const struct {
    enum et_matrix matrix;
    enum et_range range;
    uint8_t yuv[3];
    double rgb[3];
  } known[] = {
    {ET_MATRIX_BT601, ET_RANGE_LIMITED, {16, 128, 128}, {0, 0, 0}},
    {ET_MATRIX_BT601, ET_RANGE_LIMITED, {235, 128, 128}, {255, 255, 255}},
    {ET_MATRIX_BT601, ET_RANGE_LIMITED, {81, 90, 240}, {255, 0, 0}},
    {ET_MATRIX_BT601, ET_RANGE_LIMITED, {145, 54, 34}, {0, 255, 0}},
    {ET_MATRIX_BT601, ET_RANGE_LIMITED, {41, 240, 110}, {0, 0, 255}},
    {ET_MATRIX_BT601, ET_RANGE_FULL, {76, 85, 255}, {255, 0, 0}},
    {ET_MATRIX_BT709, ET_RANGE_LIMITED, {63, 102, 240}, {255, 0, 0}},
    {ET_MATRIX_BT709, ET_RANGE_LIMITED, {173, 42, 26}, {0, 255, 0}},
    {ET_MATRIX_BT709, ET_RANGE_LIMITED, {32, 240, 118}, {0, 0, 255}},
    {ET_MATRIX_BT709, ET_RANGE_FULL, {128, 128, 128}, {128, 128, 128}},
    {ET_MATRIX_BT2020, ET_RANGE_LIMITED, {235, 128, 128}, {255, 255, 255}},
    {ET_MATRIX_BT2020, ET_RANGE_LIMITED, {74, 97, 240}, {255, 0, 0}},
  };

  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    struct picture p = noise_of((enum et_format)_i, 20, 20);
    const struct picture_region r = {10, 10, 8, 8};

    p.image.matrix = known[k].matrix;
    p.image.range = known[k].range;
    for (int c = 0; c < 3; c++)
      for (int y = 0; y < picture_height(&p, c); y++)
        for (int x = 0; x < picture_width(&p, c); x++)
          *picture_at(&p, c, x, y) = known[k].yuv[c];
    crop(&p, &r, some_mean);
    check_pixel(&p, &r, 4, 4, known[k].rgb, 2.2);
    picture_destroy(&p);
  }
}
END_TEST

START_TEST(destroy_accepts_nothing)
{
  struct et_cropper *none = NULL;

  et_cropper_destroy(NULL);
  et_cropper_destroy(&none);
  ck_assert_ptr_null(none);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("crop");
  TCase *tcase = tcase_create("crop");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_loop_test(tcase, every_format_is_sampled_by_the_rule, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, every_size_is_sampled_by_the_rule, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, every_siting_matrix_and_range_is_followed, 0, ET_FORMAT_GRAY8 + 1);
  tcase_add_loop_test(tcase, every_siting_matrix_and_range_is_followed, ET_FORMAT_GRAY16_LE, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, grey_of_a_narrow_range_is_sampled_by_the_rule, ET_FORMAT_GRAY16_LE, ET_FORMAT_GRAY16_BE + 1);
  tcase_add_loop_test(tcase, deep_grey_becomes_the_nearest_byte, ET_FORMAT_GRAY16_LE, ET_FORMAT_GRAY16_BE + 1);
  tcase_add_loop_test(tcase, taps_far_apart_are_sampled_by_the_rule, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, a_search_region_is_sampled_by_the_rule, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, a_smooth_picture_looks_converted_first, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, padding_alpha_and_direction_do_not_matter, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, outside_the_frame_is_the_mean_colour, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, a_region_that_is_nowhere_is_the_mean_colour, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, a_huge_region_of_a_huge_frame_fits, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, a_region_of_next_to_nothing_is_one_colour, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, known_colours_come_out, ET_FORMAT_I420, ET_FORMAT_GRAY8);
  tcase_add_loop_test(tcase, known_colours_come_out, ET_FORMAT_P010_10LE, ET_FORMAT_P010_10LE + 1);
  tcase_add_test(tcase, destroy_accepts_nothing);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
