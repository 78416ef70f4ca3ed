/* SPDX-License-Identifier: MIT */
/* The model file's reader, layers in 8 and 16 bits: damaged copies of the shipped model. Whatever a
 * kernel relies on is checked, and the message names the tensor and the place in it. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "damaged_model.h"
#include "net/model.h"
#include "test/main.h"

static void setup(void)
{
  damaged_open("models/etrack-small-int8.safetensors");
}

/* Writes the damaged file, which is refused. */
static void refuses(enum et_error error, const char *named)
{
  write_file(size);
  refused(error, named);
}

static void opens(void)
{
  struct et_model *model = NULL;

  write_file(size);
  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
  et_model_close(&model);
}

/* Replaces the first `from` in the header by `to` of the same length. */
static void exchange(const char *from, const char *to)
{
  ck_assert_uint_eq(strlen(from), strlen(to));
  patch(from, to);
}

/* The values of a tensor. */
static void *values(const char *name)
{
  char key[80];
  const char *at;
  size_t begin;

  snprintf(key, sizeof key, "\"%s\":{", name);
  at = memmem(bytes + 8, header, key, strlen(key));
  ck_assert_msg(at, "%s is not in the header", name);
  at = strstr(at, "\"data_offsets\":[");
  ck_assert_int_eq(sscanf(at, "\"data_offsets\":[%zu", &begin), 1);
  return bytes + 8 + header + begin;
}

static void put_float(const char *name, size_t index, float value)
{
  memcpy((char *)values(name) + index * sizeof value, &value, sizeof value);
}

static void put_short(const char *name, size_t index, int16_t value)
{
  memcpy((char *)values(name) + index * sizeof value, &value, sizeof value);
}

/* Returns the byte that was there. */
static uint8_t put_byte(const char *name, size_t index, int value)
{
  uint8_t *at = values(name);
  const uint8_t before = at[index];

  at[index] = (uint8_t)value;
  return before;
}

START_TEST(the_shipped_model_opens)
{
  struct et_model *model = NULL;

  write_file(size);
  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
  ck_assert_ptr_null(model->weights.block[0].int8);
  ck_assert_ptr_nonnull(model->weights.block[1].int8);
  ck_assert_ptr_nonnull(model->weights.cls.layer[2].ffn_int8);
  ck_assert_ptr_nonnull(model->weights.reg.last.pw_int8);
  et_model_close(&model);
}
END_TEST

START_TEST(etrack_1_has_no_such_layers)
{
  exchange("etrack/2", "etrack/1");
  refuses(ET_ERR_MODEL_SHAPE, "backbone.1.expand.weight is of type I8; the architecture wants F32");
}
END_TEST

START_TEST(a_missing_tensor_is_named)
{
  static const char *const names[] = {
    "backbone.3.expand.weight_scale", "backbone.3.expand.input_scale",
    "backbone.3.expand.input_zero",   "backbone.3.expand.bias",
    "backbone.3.expand.output_bits",  "backbone.3.dw.input_bits",
    "backbone.3.dw.input_most",       "backbone.3.dw.output_bits",
    "backbone.3.dw.weight",           "backbone.3.dw.bias",
    "backbone.3.project.weight",      "backbone.3.project.input_zero",
    "cls.1.ffn.fc1.weight_scale",     "cls.1.ffn.fc2.weight",
    "reg.first.pw.input_scale",
  };

  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char from[64], to[64], message[80];

    snprintf(from, sizeof from, "\"%s\"", names[i]);
    snprintf(to, sizeof to, "\"%s\"", names[i]);
    to[strlen(to) - 2] = '_';
    snprintf(message, sizeof message, "%s is missing", names[i]);
    exchange(from, to);
    refuses(ET_ERR_MODEL_TENSOR, message);
    exchange(to, from);
  }
  opens();
}
END_TEST

START_TEST(a_surplus_tensor_is_named)
{
  exchange(", [96, 3, 1, 6]]", "]               ");
  refuses(ET_ERR_MODEL_TENSOR, "backbone.13.");
}
END_TEST

START_TEST(another_type_is_refused)
{
  exchange("\"backbone.1.expand.weight_scale\":{\"dtype\":\"F32\",\"shape\":[64]",
           "\"backbone.1.expand.weight_scale\":{\"dtype\":\"I8\",\"shape\":[256]");
  refuses(ET_ERR_MODEL_SHAPE, "backbone.1.expand.weight_scale is of type I8; the architecture wants F32");
}
END_TEST

/* Bytes that are not I8 do not make a layer of 8 bits. */
START_TEST(weights_are_signed_bytes)
{
  exchange("\"backbone.1.expand.weight\":{\"dtype\":\"I8\"", "\"backbone.1.expand.weight\":{\"dtype\":\"U8\"");
  refuses(ET_ERR_MODEL_SHAPE, "backbone.1.expand.weight is of type U8; the architecture wants F32");
}
END_TEST

START_TEST(a_wrong_shape_names_both_shapes)
{
  exchange("\"backbone.1.expand.weight\":{\"dtype\":\"I8\",\"shape\":[64,16]",
           "\"backbone.1.expand.weight\":{\"dtype\":\"I8\",\"shape\":[16,64]");
  refuses(ET_ERR_MODEL_SHAPE, "backbone.1.expand.weight has shape [16,64]; the architecture wants [64,16]");
}
END_TEST

START_TEST(scales_are_above_0)
{
  put_float("backbone.2.expand.weight_scale", 7, 0);
  refuses(ET_ERR_MODEL_VALUE, "backbone.2.expand.weight_scale: [7] is not above 0");
  put_float("backbone.2.expand.weight_scale", 7, 1e-3F);
  put_float("cls.0.ffn.fc1.input_scale", 9, -1);
  refuses(ET_ERR_MODEL_VALUE, "cls.0.ffn.fc1.input_scale: [9] is not above 0");
}
END_TEST

START_TEST(scales_keep_sums_within_32_bits)
{
  float scale;

  memcpy(&scale, (float *)values("reg.first.pw.weight_scale") + 3, sizeof scale);
  put_float("reg.first.pw.weight_scale", 3, 1e-30F);
  refuses(ET_ERR_MODEL_VALUE, "reg.first.pw.weight_scale: [3] is too small for the bias of its output");
  put_float("reg.first.pw.weight_scale", 3, 1e6F);
  refuses(ET_ERR_MODEL_VALUE, "reg.first.pw.weight_scale: [3] is too large");
  put_float("reg.first.pw.weight_scale", 3, scale);
  opens();
}
END_TEST

START_TEST(neighbouring_weights_obey_the_rule_of_pairs)
{
  /* output 5 of 128 inputs: the pair 10, 11 */
  const size_t pair = 5 * 128 + 10;

  put_byte("reg.1.ffn.fc1.weight", pair, 64);
  put_byte("reg.1.ffn.fc1.weight", pair + 1, 65);
  refuses(ET_ERR_MODEL_VALUE, "reg.1.ffn.fc1.weight: [650] and the next are 64 and 65; neighbours may add up to 128");
  put_byte("reg.1.ffn.fc1.weight", pair, -65);
  put_byte("reg.1.ffn.fc1.weight", pair + 1, -64);
  refuses(ET_ERR_MODEL_VALUE, "reg.1.ffn.fc1.weight: [650] and the next are -65 and -64");
  put_byte("reg.1.ffn.fc1.weight", pair, -128);
  put_byte("reg.1.ffn.fc1.weight", pair + 1, 0);
  refuses(ET_ERR_MODEL_VALUE, "reg.1.ffn.fc1.weight: [650] and the next are -128 and 0");
  put_byte("reg.1.ffn.fc1.weight", pair, 127);
  put_byte("reg.1.ffn.fc1.weight", pair + 1, -127);
  opens();
  put_byte("reg.1.ffn.fc1.weight", pair, 64);
  put_byte("reg.1.ffn.fc1.weight", pair + 1, 64);
  opens();
}
END_TEST

START_TEST(relu_has_no_zero_point)
{
  put_byte("cls.2.ffn.fc2.input_zero", 200, 1);
  refuses(ET_ERR_MODEL_VALUE, "ffn.fc2.input_zero: [200] is not 0, as after relu");
}
END_TEST

START_TEST(fraction_bits_have_limits)
{
  uint8_t before = put_byte("backbone.5.expand.output_bits", 30, 14);

  refuses(ET_ERR_MODEL_VALUE, "backbone.5.expand.output_bits: [30] is 14; at most 13 fraction bits are possible");
  put_byte("backbone.5.expand.output_bits", 30, before);
  before = put_byte("backbone.5.dw.input_bits", 31, 28);
  refuses(ET_ERR_MODEL_VALUE, "backbone.5.dw.input_bits: [31] is 28; at most 27 fraction bits are possible");
  put_byte("backbone.5.dw.input_bits", 31, before);
  before = put_byte("backbone.5.dw.output_bits", 32, 14);
  refuses(ET_ERR_MODEL_VALUE, "backbone.5.dw.output_bits: [32] is 14; at most 13 fraction bits are possible");
  put_byte("backbone.5.dw.output_bits", 32, before);
  opens();
}
END_TEST

/* The depthwise layer reads what swish gives, shifted to the left by 0 to 14 bits. */
START_TEST(the_shift_between_layers_has_limits)
{
  const uint8_t expand = ((uint8_t *)values("backbone.1.expand.output_bits"))[8];

  put_byte("backbone.1.dw.input_bits", 8, expand - 1);
  refuses(ET_ERR_MODEL_VALUE, "backbone.1.dw.input_bits: [8] is not 0 to 14 above expand.output_bits");
  put_byte("backbone.1.dw.input_bits", 8, expand + 15);
  refuses(ET_ERR_MODEL_VALUE, "backbone.1.dw.input_bits: [8] is not 0 to 14 above expand.output_bits");
}
END_TEST

START_TEST(something_passes_between_layers)
{
  put_short("backbone.1.dw.input_most", 8, 0);
  refuses(ET_ERR_MODEL_VALUE, "backbone.1.dw.input_most: [8] is too small");
  put_short("backbone.1.dw.input_most", 8, -5);
  refuses(ET_ERR_MODEL_VALUE, "backbone.1.dw.input_most: [8] is too small");
}
END_TEST

/* Whether weights or the bias make it so, above or below. */
START_TEST(sums_stay_within_16_bits)
{
  static const char message[] = "backbone.4.dw.output_bits: [2] is too large: a sum could leave 16 bits";
  const char *const weight = "backbone.4.dw.weight";
  const size_t first = 2 * 25;
  int16_t before[25];

  memcpy(before, (int16_t *)values(weight) + first, sizeof before);
  for (int sign = -1; sign <= 1; sign += 2) {
    for (size_t t = 0; t < 25; t++)
      put_short(weight, first + t, (int16_t)(sign * INT16_MAX));
    refuses(ET_ERR_MODEL_VALUE, message);
    memcpy((int16_t *)values(weight) + first, before, sizeof before);
    put_float("backbone.4.dw.bias", 2, (float)sign * 1e5F);
    refuses(ET_ERR_MODEL_VALUE, message);
    put_float("backbone.4.dw.bias", 2, 0);
  }
  opens();
  put_short(weight, first + 4, INT16_MIN);
  refuses(ET_ERR_MODEL_VALUE, "backbone.4.dw.weight: [54] is -32768");
}
END_TEST

START_TEST(the_projection_reads_no_finer_than_there_is)
{
  put_float("backbone.6.project.input_scale", 11, 1e-5F);
  refuses(ET_ERR_MODEL_VALUE, "backbone.6.project.input_scale: [11] is finer than dw.output_bits");
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("model-int8");
  TCase *tcase = tcase_create("model-int8");

  tcase_add_checked_fixture(tcase, setup, damaged_close);
  tcase_add_test(tcase, the_shipped_model_opens);
  tcase_add_test(tcase, etrack_1_has_no_such_layers);
  tcase_add_test(tcase, a_missing_tensor_is_named);
  tcase_add_test(tcase, a_surplus_tensor_is_named);
  tcase_add_test(tcase, another_type_is_refused);
  tcase_add_test(tcase, weights_are_signed_bytes);
  tcase_add_test(tcase, a_wrong_shape_names_both_shapes);
  tcase_add_test(tcase, scales_are_above_0);
  tcase_add_test(tcase, scales_keep_sums_within_32_bits);
  tcase_add_test(tcase, neighbouring_weights_obey_the_rule_of_pairs);
  tcase_add_test(tcase, relu_has_no_zero_point);
  tcase_add_test(tcase, fraction_bits_have_limits);
  tcase_add_test(tcase, the_shift_between_layers_has_limits);
  tcase_add_test(tcase, something_passes_between_layers);
  tcase_add_test(tcase, sums_stay_within_16_bits);
  tcase_add_test(tcase, the_projection_reads_no_finer_than_there_is);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
