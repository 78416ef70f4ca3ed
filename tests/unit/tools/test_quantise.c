/* SPDX-License-Identifier: MIT */
/* The parts of the quantiser: distributions, ends of ranges, rounding of weights, binary points. */
#include <math.h>
#include <string.h>

#include "quantise/dense.h"
#include "quantise/distribution.h"
#include "quantise/middle.h"
#include "quantise/pictures.h"
#include "quantise/range.h"
#include "quantise/rounding.h"
#include "test/main.h"

START_TEST(a_distribution_widens_and_forgets_nothing)
{
  struct distribution d = {0};
  uint64_t binned = 0;

  for (int i = -100; i <= 1000; i++)
    distribution_add(&d, (float)i / 8);
  for (int b = 0; b < DISTRIBUTION_BINS; b++)
    binned += d.bin[b];
  ck_assert_uint_eq(d.count, 1101);
  ck_assert_uint_eq(d.zeros, 1);
  ck_assert_uint_eq(binned, 1100);
  ck_assert_float_eq(d.lowest, -12.5F);
  ck_assert_float_eq(d.highest, 125);
  ck_assert_float_eq(d.half, 128);
  ck_assert_double_eq_tol(distribution_mean(&d), 56.25, 1e-9);
  ck_assert_double_eq_tol(distribution_variance(&d), (1101.0 * 1101 - 1) / 12 / 64, 1e-6);
}
END_TEST

START_TEST(nothing_is_at_zero)
{
  const struct distribution none = {0};
  const struct ends e = range_ends(&none, false);

  ck_assert_double_eq(e.low, 0);
  ck_assert_double_eq(e.high, 0);
  ck_assert_double_eq(distribution_mean(&none), 0);
  ck_assert_double_eq(distribution_variance(&none), 0);
}
END_TEST

/* Half a million values in -1..1 and one far away: it is not worth that all others are coarser. */
START_TEST(a_rare_value_is_cut_off)
{
  struct distribution d = {0};
  struct ends e;

  for (int i = 0; i < 500000; i++)
    distribution_add(&d, (float)(i % 2001 - 1000) / 1000);
  e = range_ends(&d, false);
  ck_assert_double_eq_tol(e.low, -1, 0.02);
  ck_assert_double_eq_tol(e.high, 1, 0.02);
  distribution_add(&d, 8);
  e = range_ends(&d, false);
  ck_assert_double_eq_tol(e.low, -1, 0.1);
  ck_assert_msg(e.high > 0.9 && e.high < 5, "high %g", e.high);
  ck_assert_double_eq(range_ends(&d, true).low, 0);
}
END_TEST

static void check_pairs(const int8_t *q, int count)
{
  for (int i = 0; i < count; i++)
    ck_assert_int_ge(q[i], -127);
  for (int i = 0; i + 1 < count; i += 2)
    if (q[i] * q[i + 1] > 0)
      ck_assert_msg(abs(q[i] + q[i + 1]) <= ET_PAIR_LIMIT, "%d and %d", q[i], q[i + 1]);
}

/* The squared error of whole multiples of `scale`. */
static double plain_error(const struct rounding *r, double scale)
{
  double error = 0;

  for (int i = 0; i < r->count; i++)
    error += r->importance[i] * pow(scale * rint((double)r->weight[i] / scale) - (double)r->weight[i], 2);
  return error;
}

/* 64 steps always obey the rule. On the whole the search does better than those. */
START_TEST(weights_obey_the_rule_of_pairs)
{
  float weight[9];
  double importance[9], error, all = 0, plain = 0;
  int8_t q[9];

  for (unsigned seed = 0; seed < 200; seed++) {
    const struct rounding r = {.count = 9, .weight = weight, .importance = importance, .least_scale = 1e-9F, .steps = 80};
    double largest = 0, own = 0, scale;

    for (unsigned i = 0; i < 9; i++) {
      weight[i] = (float)((seed * 7919 + i * 104729) * 2654435761U >> 16 & 2047) / 1024 - (seed % 3 ? 0.9F : -0.2F);
      importance[i] = 1 + i % 3;
      largest = fmax(largest, fabs((double)weight[i]));
    }
    scale = (double)rounding_find(&r, q, &error);
    check_pairs(q, 9);
    for (int i = 0; i < 9; i++)
      own += importance[i] * pow(scale * q[i] - (double)weight[i], 2);
    ck_assert_double_eq_tol(own, error, 1e-9);
    all += own;
    plain += plain_error(&r, largest / 64);
  }
  ck_assert_msg(all < plain / 2, "error %g; 64 steps without a search give %g", all, plain);
}
END_TEST

enum { IN = 6, OUT = 5 };

/* A layer with inputs of very different sizes, and what it makes of them. */
START_TEST(a_dense_layer_keeps_its_output)
{
  static const float size[IN] = {100, 0.02F, 3, 0.5F, 20, 0};
  float weight[OUT * IN], bias[OUT], least = 0;
  struct distribution input[IN] = {{0}};
  int8_t q[OUT * IN];
  float weight_scale[OUT], new_bias[OUT], input_scale[IN];
  guint8 zero[IN];
  struct dense d = {
    .name = "layer",
    .in = IN,
    .out = OUT,
    .input = input,
    .weight = q,
    .weight_scale = weight_scale,
    .bias = new_bias,
    .input_scale = input_scale,
    .input_zero = zero,
  };

  for (int o = 0; o < OUT; o++) {
    bias[o] = (float)o;
    for (int c = 0; c < IN; c++)
      weight[o * IN + c] = (float)((o * 5 + c * 3) % 7 - 3) / fmaxf(size[c], 0.01F);
  }
  for (int c = 0; c < IN; c++)
    for (int i = -20; i <= 60; i++)
      distribution_add(&input[c], size[c] * (float)i / 60);
  dense_quantise(&d, weight, bias, NULL);
  for (int o = 0; o < OUT; o++)
    check_pairs(q + o * IN, IN);
  for (int i = -20; i <= 60; i += 10)
    for (int o = 0; o < OUT; o++) {
      double wanted = (double)bias[o], got = (double)new_bias[o], all = 0;

      for (int c = 0; c < IN; c++) {
        const double x = (double)size[c] * i / 60, byte = fmin(fmax(rint(x / (double)input_scale[c]) + zero[c], 0), 255);

        wanted += (double)weight[o * IN + c] * x;
        got += (double)weight_scale[o] * q[o * IN + c] * (byte - zero[c]);
        all += fabs((double)weight[o * IN + c] * (double)size[c]);
      }
      ck_assert_msg(fabs(got - wanted) < all * 0.02, "output %d for %d/60: %g, not %g", o, i, got, wanted);
    }
  ck_assert_double_lt(dense_error(&d, weight), 0.02);
  for (int c = 0; c < IN; c++)
    least = fmaxf(least, input_scale[c]);
  ck_assert_msg(least < 1, "the coarsest scale is %g", (double)least);
}
END_TEST

START_TEST(the_least_scales_are_kept)
{
  const double least_scale[2] = {0.25, 0.0001};
  const float weight[2] = {1, 1}, bias[1] = {0};
  struct distribution input[2] = {{0}};
  int8_t q[2];
  float weight_scale[1], new_bias[1], input_scale[2];
  guint8 zero[2];
  struct dense d = {
    .in = 2,
    .out = 1,
    .positive = true,
    .input = input,
    .weight = q,
    .weight_scale = weight_scale,
    .bias = new_bias,
    .input_scale = input_scale,
    .input_zero = zero,
  };

  for (int i = 0; i <= 100; i++) {
    distribution_add(&input[0], (float)i / 100);
    distribution_add(&input[1], (float)i / 100);
  }
  dense_quantise(&d, weight, bias, least_scale);
  ck_assert_float_ge(input_scale[0], 0.25F);
  ck_assert_float_lt(input_scale[1], 0.01F);
  ck_assert_int_eq(zero[0], 0);
  ck_assert_int_eq(zero[1], 0);
}
END_TEST

enum { TAPS = 9 };

static struct distribution middle_input[1];
static guint8 expand_bits[1], input_bits[1], output_bits[1];
static int16_t input_most[1], middle_weight[TAPS];
static struct middle middle = {
  .name = "backbone.7",
  .channels = 1,
  .kernel = 3,
  .input = middle_input,
  .expand_bits = expand_bits,
  .input_bits = input_bits,
  .output_bits = output_bits,
  .input_most = input_most,
  .weight = middle_weight,
};

static void see_up_to(float highest)
{
  memset(middle_input, 0, sizeof middle_input);
  distribution_add(middle_input, -0.2F);
  distribution_add(middle_input, highest);
}

/* Small and large inputs and weights: the weights are what they were, and the largest inputs can
 * come. */
START_TEST(binary_points_suit_what_passes)
{
  static const float highest[] = {0, 0.001F, 0.9F, 7, 130}, size[] = {0.01F, 1, 30, 300};

  for (gsize h = 0; h < G_N_ELEMENTS(highest); h++)
    for (gsize s = 0; s < G_N_ELEMENTS(size) - (highest[h] > 100); s++) {
      float weight[TAPS], bias = size[s] / 10;
      GError *error = NULL;

      for (int t = 0; t < TAPS; t++)
        weight[t] = size[s] * (float)(t - 3) / TAPS;
      see_up_to(highest[h]);
      ck_assert_msg(middle_quantise(&middle, weight, &bias, &error), "%s", error ? error->message : "");
      ck_assert_int_ge(input_bits[0], expand_bits[0]);
      ck_assert_double_ge(ldexp(input_most[0], -input_bits[0]), (double)highest[h] * 1.1);
      ck_assert_double_ge(ldexp(INT16_MAX, -expand_bits[0]), (double)highest[h] * 1.1);
      for (int t = 0; t < TAPS; t++)
        ck_assert_double_eq_tol(ldexp(middle_weight[t], input_bits[0] - output_bits[0] - 15), (double)weight[t], (double)size[s] / 500);
    }
}
END_TEST

START_TEST(what_does_not_fit_into_16_bits_is_named)
{
  float weight[TAPS], bias = 0;
  GError *error = NULL;

  for (int t = 0; t < TAPS; t++)
    weight[t] = 300;
  see_up_to(100);
  ck_assert(!middle_quantise(&middle, weight, &bias, &error));
  ck_assert(g_error_matches(error, QUANTISE_ERROR, QUANTISE_ERROR_DATA));
  ck_assert_msg(strstr(error->message, "backbone.7: channel 0") && strstr(error->message, "--float backbone.7"), "%s", error->message);
  g_error_free(error);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("quantise");
  TCase *tcase = tcase_create("quantise");

  tcase_add_test(tcase, a_distribution_widens_and_forgets_nothing);
  tcase_add_test(tcase, nothing_is_at_zero);
  tcase_add_test(tcase, a_rare_value_is_cut_off);
  tcase_add_test(tcase, weights_obey_the_rule_of_pairs);
  tcase_add_test(tcase, a_dense_layer_keeps_its_output);
  tcase_add_test(tcase, the_least_scales_are_kept);
  tcase_add_test(tcase, binary_points_suit_what_passes);
  tcase_add_test(tcase, what_does_not_fit_into_16_bits_is_named);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
