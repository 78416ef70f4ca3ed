/* SPDX-License-Identifier: MIT */
/* Images that are refused, with which error, and a message that names the fault. */
#include "etrack/image.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "picture.h"
#include "test/main.h"

static struct picture picture;
static struct et_error_detail why;

static void setup(void)
{
  picture = picture_create((struct picture_shape){.format = ET_FORMAT_I420, .width = 33, .height = 21});
}

static void teardown(void)
{
  picture_destroy(&picture);
}

static void refused(const struct et_image *image, const char *named)
{
  const enum et_error got = et_image_check(image, &why);

  ck_assert_msg(got == ET_ERR_IMAGE, "%s, should be %s", et_error_name(got), et_error_name(ET_ERR_IMAGE));
  ck_assert_msg(strstr(why.text, named), "the message does not name %s: %s", named, why.text);
}

START_TEST(every_format_passes)
{
  for (int format = 0; format < PICTURE_FORMATS; format++)
    for (int way = 0; way < 2; way++) {
      struct picture p =
        picture_create((struct picture_shape){.format = (enum et_format)format, .width = 33, .height = 21, .padding = way, .upwards = way});

      ck_assert_msg(et_image_check(&p.image, &why) == ET_OK, "%s: %s", picture_format_name((enum et_format)format), why.text);
      picture_destroy(&p);
    }
}
END_TEST

START_TEST(no_image_is_refused)
{
  refused(NULL, "NULL");
  ck_assert_int_eq(et_image_check(NULL, NULL), ET_ERR_IMAGE);
}
END_TEST

START_TEST(unknown_enumerations_are_refused)
{
  struct et_image i = picture.image;

  i.format = (enum et_format)PICTURE_FORMATS;
  refused(&i, "format 13");
  i.format = (enum et_format) - 1;
  refused(&i, "format");
  i = picture.image;
  i.matrix = (enum et_matrix)3;
  refused(&i, "matrix");
  i = picture.image;
  i.range = (enum et_range)2;
  refused(&i, "range");
  i = picture.image;
  i.siting = (enum et_siting)4;
  refused(&i, "siting");
}
END_TEST

START_TEST(sizes_are_bounded)
{
  static const int bad[] = {INT_MIN, -1, 0, 32769, INT_MAX};

  for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
    struct et_image i = picture.image;

    i.width = bad[b];
    refused(&i, "32768");
    i = picture.image;
    i.height = bad[b];
    refused(&i, "32768");
  }
}
END_TEST

START_TEST(the_largest_size_passes)
{
  struct et_image i = picture.image;

  i.width = i.height = 32768;
  for (int p = 0; p < 3; p++)
    i.stride[p] = -32768;
  ck_assert_msg(et_image_check(&i, &why) == ET_OK, "%s", why.text);
}
END_TEST

START_TEST(every_plane_must_be_there)
{
  for (int p = 0; p < 3; p++) {
    struct et_image i = picture.image;

    i.plane[p] = NULL;
    refused(&i, p == 0 ? "plane 0" : p == 1 ? "plane 1" : "plane 2");
  }
}
END_TEST

/* A row of every format; a stride that is one byte short, either way, is refused. */
START_TEST(a_stride_must_hold_a_row)
{
  static const int row[PICTURE_FORMATS] = {33, 33, 68, 68, 33, 99, 99, 132, 132, 132, 66, 66, 66};

  for (int format = 0; format < PICTURE_FORMATS; format++)
    for (int sign = -1; sign <= 1; sign += 2) {
      struct picture p = picture_create((struct picture_shape){.format = (enum et_format)format, .width = 33, .height = 21});

      p.image.stride[0] = sign * (row[format] - 1);
      refused(&p.image, "stride");
      p.image.stride[0] = sign * row[format];
      ck_assert_msg(et_image_check(&p.image, &why) == ET_OK, "%s: %s", picture_format_name((enum et_format)format), why.text);
      picture_destroy(&p);
    }
}
END_TEST

START_TEST(chroma_strides_round_up)
{
  struct et_image i = picture.image;

  i.stride[2] = 16;
  refused(&i, "plane 2");
  i = picture.image;
  i.format = ET_FORMAT_NV12;
  i.stride[1] = 33;
  refused(&i, "plane 1");
}
END_TEST

/* Rows so far apart that the address of one would overflow. */
START_TEST(a_stride_must_fit_into_memory)
{
  static const ptrdiff_t bad[] = {PTRDIFF_MIN, PTRDIFF_MIN + 1, PTRDIFF_MIN / 2, PTRDIFF_MAX / 32768 + 1, PTRDIFF_MAX};

  for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
    struct et_image i = picture.image;

    i.stride[1] = bad[b];
    refused(&i, "stride");
  }
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("image");
  TCase *tcase = tcase_create("image");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, every_format_passes);
  tcase_add_test(tcase, no_image_is_refused);
  tcase_add_test(tcase, unknown_enumerations_are_refused);
  tcase_add_test(tcase, sizes_are_bounded);
  tcase_add_test(tcase, the_largest_size_passes);
  tcase_add_test(tcase, every_plane_must_be_there);
  tcase_add_test(tcase, a_stride_must_hold_a_row);
  tcase_add_test(tcase, chroma_strides_round_up);
  tcase_add_test(tcase, a_stride_must_fit_into_memory);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
