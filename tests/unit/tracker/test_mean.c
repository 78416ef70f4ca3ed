/* SPDX-License-Identifier: MIT */
/* The mean colour of frames of every memory layout, against sums in double precision. */
#include "core/mean.h"

#include <math.h>

#include "picture.h"
#include "test/main.h"

static void check_mean(const struct picture *p)
{
  double wanted[3];
  float got[3];

  picture_mean(p, wanted);
  et_image_mean(&p->image, &p->stretch, got);
  for (int c = 0; c < 3; c++)
    ck_assert_msg(fabs((double)got[c] - wanted[c]) < 1e-3, "%s %dx%d matrix %d range %d: mean[%d] = %.6f, should be %.6f",
                  picture_format_name(p->image.format), p->image.width, p->image.height, (int)p->image.matrix, (int)p->image.range, c,
                  (double)got[c], wanted[c]);
}

START_TEST(every_format_and_size)
{
  static const int sizes[][2] = {{1, 1}, {2, 3}, {3, 2}, {63, 65}, {1031, 17}, {400, 301}};
  struct picture_shape shape = {.format = (enum et_format)_i};

  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (int way = 0; way < 4; way++) {
      struct picture p;

      shape.width = sizes[s][0];
      shape.height = sizes[s][1];
      shape.padding = way * 7;
      shape.upwards = way & 1;
      shape.waste = way & 2 ? 255 : 0;
      p = picture_create(shape);
      picture_fill_noise(&p, 1 + (uint32_t)s);
      check_mean(&p);
      picture_destroy(&p);
    }
}
END_TEST

START_TEST(every_matrix_and_range)
{
  struct picture p = picture_create((struct picture_shape){.format = (enum et_format)_i, .width = 48, .height = 32});

  picture_fill_waves(&p);
  for (int matrix = 0; matrix <= ET_MATRIX_BT2020; matrix++)
    for (int range = 0; range <= ET_RANGE_FULL; range++) {
      p.image.matrix = (enum et_matrix)matrix;
      p.image.range = (enum et_range)range;
      check_mean(&p);
    }
  picture_destroy(&p);
}
END_TEST

/* The sum needs more than 32 bits, and YUV values outside RGB are clamped. */
START_TEST(a_large_white_frame_is_white)
{
  struct picture p = picture_create((struct picture_shape){.format = (enum et_format)_i, .width = 32768, .height = 520, .waste = 255});
  float got[3];

  et_image_mean(&p.image, &p.stretch, got);
  for (int c = 0; c < 3; c++)
    ck_assert_msg(got[c] == 255 || (picture_components(&p) == 3 && picture_is_yuv(&p) && got[c] >= 0 && got[c] < 255),
                  "%s: mean[%d] = %.6f", picture_format_name(p.image.format), c, (double)got[c]);
  picture_destroy(&p);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("mean");
  TCase *tcase = tcase_create("mean");

  tcase_add_loop_test(tcase, every_format_and_size, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, every_matrix_and_range, 0, PICTURE_FORMATS);
  tcase_add_loop_test(tcase, a_large_white_frame_is_white, 0, PICTURE_FORMATS);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
