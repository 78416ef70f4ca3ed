/* SPDX-License-Identifier: MIT */
/* The model file's reader: damaged copies of the shipped model. Each is refused with the right
 * error, and the message names the tensor or offset. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "damaged_model.h"
#include "net/model.h"
#include "test/main.h"

static void setup(void)
{
  damaged_open("models/etrack-small.safetensors");
}

START_TEST(the_shipped_model_opens)
{
  struct et_model *model = NULL;

  write_file(size);
  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
  ck_assert_int_eq(model->architecture.blocks, 14);
  ck_assert_int_eq(model->architecture.search_size, 256);
  ck_assert_int_eq(model->architecture.cls.kernels[0], 5);
  et_model_close(&model);
  ck_assert_ptr_null(model);
}
END_TEST

static atomic_bool enough;

/* Writes other models over the file, again and again. */
static void *save_over(void *unused)
{
  while (!atomic_load(&enough)) {
    ck_assert_int_eq(truncate(path, 4096), 0);
    write_file(size);
  }
  return NULL;
}

/* What is read during a write is refused, and nothing worse happens. */
START_TEST(a_file_that_is_saved_over_while_it_is_read)
{
  pthread_t thread;

  write_file(size);
  atomic_store(&enough, false);
  ck_assert_int_eq(pthread_create(&thread, NULL, save_over, NULL), 0);
  for (int i = 0; i < 100; i++) {
    struct et_model *model = NULL;

    if (et_model_open(path, &model, &why) == ET_OK)
      et_model_close(&model);
    else
      ck_assert_msg(strstr(why.text, path), "%s", why.text);
  }
  atomic_store(&enough, true);
  pthread_join(thread, NULL);
}
END_TEST

START_TEST(a_missing_file_is_named)
{
  unlink(path);
  refused(ET_ERR_MODEL_MISSING, path);
}
END_TEST

START_TEST(a_folder_is_no_model)
{
  struct et_model *model = NULL;

  ck_assert_int_eq(et_model_open("/tmp", &model, &why), ET_ERR_MODEL_MISSING);
}
END_TEST

START_TEST(a_truncated_file_names_where_it_ends)
{
  write_file(0);
  refused(ET_ERR_MODEL_OFFSETS, "byte 0");
  write_file(5);
  refused(ET_ERR_MODEL_OFFSETS, "byte 5");
  write_file(1000);
  refused(ET_ERR_MODEL_OFFSETS, "byte 1000");
  write_file(8 + header + 100);
  refused(ET_ERR_MODEL_OFFSETS, "truncated: tensor ");
  write_file(size - 1);
  refused(ET_ERR_MODEL_OFFSETS, "truncated: tensor ");
}
END_TEST

START_TEST(a_file_of_another_kind_is_refused)
{
  memset(bytes, 'x', 64);
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "not a safetensors file");
}
END_TEST

START_TEST(another_format_is_refused)
{
  patch("etrack/1", "etrack/9");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "etrack/9");
}
END_TEST

START_TEST(a_wrong_shape_names_the_tensor_and_both_shapes)
{
  patch("\"backbone.1.expand.weight\":{\"dtype\":\"F32\",\"shape\":[64,16]",
        "\"backbone.1.expand.weight\":{\"dtype\":\"F32\",\"shape\":[16,64]");
  write_file(size);
  refused(ET_ERR_MODEL_SHAPE, "backbone.1.expand.weight has shape [16,64]; the architecture wants [64,16]");
}
END_TEST

START_TEST(a_shape_that_its_bytes_do_not_make_is_refused)
{
  patch("\"backbone.1.expand.weight\":{\"dtype\":\"F32\",\"shape\":[64,16]",
        "\"backbone.1.expand.weight\":{\"dtype\":\"F32\",\"shape\":[64,17]");
  write_file(size);
  refused(ET_ERR_MODEL_SHAPE, "backbone.1.expand.weight");
}
END_TEST

START_TEST(another_type_is_refused)
{
  patch("\"backbone.stem.bias\":{\"dtype\":\"F32\"", "\"backbone.stem.bias\":{\"dtype\":\"I32\"");
  write_file(size);
  refused(ET_ERR_MODEL_SHAPE, "backbone.stem.bias is of type I32");
}
END_TEST

START_TEST(a_renamed_tensor_is_missing)
{
  patch("\"neck.x.scale\"", "\"neck.x.scalE\"");
  write_file(size);
  refused(ET_ERR_MODEL_TENSOR, "neck.x.scale is missing");
}
END_TEST

START_TEST(a_surplus_tensor_is_named)
{
  /* one block fewer leaves that block's tensors over; the neck's width stays 96 */
  patch(", [96, 3, 1, 6]]", "]");
  write_file(size);
  refused(ET_ERR_MODEL_TENSOR, "backbone.13.");
}
END_TEST

START_TEST(overlapping_tensors_are_named)
{
  patch("\"backbone.stem.bias\":{\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[1728,1792]",
        "\"backbone.stem.bias\":{\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[1724,1788]");
  write_file(size);
  refused(ET_ERR_MODEL_OFFSETS, "backbone.stem.weight and backbone.stem.bias overlap");
}
END_TEST

START_TEST(a_header_that_is_not_json_names_the_place)
{
  patch("\"backbone.stem.bias\":{\"dtype\":\"F32\"", "\"backbone.stem.bias\":{\"dtype\":'F32'");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "header, line 1, column ");
  ck_assert_msg(strstr(why.text, ": invalid token near '''"), "%s", why.text);
}
END_TEST

START_TEST(a_tensor_that_appears_twice_is_named)
{
  patch("\"backbone.stem.bias\"", "\"backbone.0.dw.bias\"");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "duplicate object key near '\"backbone.0.dw.bias\"'");
}
END_TEST

START_TEST(a_name_with_a_nul_is_refused)
{
  patch("\"backbone.stem.bias\"", "\"backbone.ste\\u0000\"");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "NUL byte in object key");
}
END_TEST

START_TEST(offsets_are_whole_numbers_that_fit)
{
  static const char offsets[] = "\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[1728,1792]";

  patch(offsets, "\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[1728,1e3]");
  write_file(size);
  refused(ET_ERR_MODEL_OFFSETS, "backbone.stem.bias has no valid data_offsets");
  patch("\"data_offsets\":[1728,1e3] ", "\"data_offsets\":[-728,1792]");
  write_file(size);
  refused(ET_ERR_MODEL_OFFSETS, "backbone.stem.bias has no valid data_offsets");
  patch("\"F32\",\"shape\":[16],\"data_offsets\":[-728,1792]", "\"F32\",\"data_offsets\":[0,9223372036854775808]");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "too big integer near '9223372036854775808'");
  patch("9223372036854775808", "9223372036854775807");
  write_file(size);
  refused(ET_ERR_MODEL_SHAPE, "backbone.stem.bias has no shape");
}
END_TEST

START_TEST(an_architecture_that_is_not_json_names_the_place)
{
  patch("\\\"ffn\\\": 256,", "\\\"ffn\\\": 256;");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "architecture: line 1, column ");
}
END_TEST

START_TEST(an_architecture_key_that_appears_twice_is_named)
{
  patch("\\\"ffn\\\"", "\\\"cls\\\"");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "duplicate object key near '\"cls\"'");
}
END_TEST

START_TEST(an_architecture_size_is_a_whole_number)
{
  patch("\\\"ffn\\\": 256", "\\\"ffn\\\": 2.5");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "`ffn` is not an integer");
}
END_TEST

START_TEST(a_nan_names_the_tensor)
{
  const uint32_t nan_bits = 0x7fc00000, infinity_bits = 0x7f800000;

  memcpy(bytes + 8 + header + 1728 + 3 * 4, &nan_bits, 4);
  write_file(size);
  refused(ET_ERR_MODEL_VALUE, "backbone.stem.bias holds nan at index 3");
  memcpy(bytes + 8 + header + 1728 + 3 * 4, &infinity_bits, 4);
  write_file(size);
  refused(ET_ERR_MODEL_VALUE, "backbone.stem.bias holds inf at index 3");
}
END_TEST

START_TEST(an_unknown_backbone_is_named)
{
  patch("\\\"kind\\\": \\\"lighttrack\\\"", "\\\"kind\\\": \\\"lighttrock\\\"");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "backbone.kind");
}
END_TEST

START_TEST(an_unknown_architecture_key_is_named)
{
  patch("\\\"ffn\\\"", "\\\"fxn\\\"");
  write_file(size);
  refused(ET_ERR_MODEL_FORMAT, "fxn");
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("model");
  TCase *tcase = tcase_create("model");

  tcase_add_checked_fixture(tcase, setup, damaged_close);
  tcase_add_test(tcase, the_shipped_model_opens);
  tcase_add_test(tcase, a_file_that_is_saved_over_while_it_is_read);
  tcase_add_test(tcase, a_missing_file_is_named);
  tcase_add_test(tcase, a_folder_is_no_model);
  tcase_add_test(tcase, a_truncated_file_names_where_it_ends);
  tcase_add_test(tcase, a_file_of_another_kind_is_refused);
  tcase_add_test(tcase, another_format_is_refused);
  tcase_add_test(tcase, a_wrong_shape_names_the_tensor_and_both_shapes);
  tcase_add_test(tcase, a_shape_that_its_bytes_do_not_make_is_refused);
  tcase_add_test(tcase, another_type_is_refused);
  tcase_add_test(tcase, a_renamed_tensor_is_missing);
  tcase_add_test(tcase, a_surplus_tensor_is_named);
  tcase_add_test(tcase, overlapping_tensors_are_named);
  tcase_add_test(tcase, a_header_that_is_not_json_names_the_place);
  tcase_add_test(tcase, a_tensor_that_appears_twice_is_named);
  tcase_add_test(tcase, a_name_with_a_nul_is_refused);
  tcase_add_test(tcase, offsets_are_whole_numbers_that_fit);
  tcase_add_test(tcase, an_architecture_that_is_not_json_names_the_place);
  tcase_add_test(tcase, an_architecture_key_that_appears_twice_is_named);
  tcase_add_test(tcase, an_architecture_size_is_a_whole_number);
  tcase_add_test(tcase, a_nan_names_the_tensor);
  tcase_add_test(tcase, an_unknown_backbone_is_named);
  tcase_add_test(tcase, an_unknown_architecture_key_is_named);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
