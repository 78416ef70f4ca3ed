/* SPDX-License-Identifier: MIT */
/* Every kernel set that this processor runs, against the portable reference: over shapes, random
 * input and poisoned output. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ops/ops.h"
#include "test/main.h"

enum { MARGIN = 64 };

static uint32_t seed;

static float noise(void)
{
  seed = seed * 1664525u + 1013904223u;
  return (float)(seed >> 8) / 8388608.0f - 1;
}

static float *floats(size_t count)
{
  float *p = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);

  ck_assert_ptr_nonnull(p);
  for (size_t i = 0; i < count; i++)
    p[i] = noise();
  return p;
}

/* Output with a margin of poison on both sides. */
struct output {
  float *all, *data;
  size_t count;
};

static struct output output_of(size_t count)
{
  struct output o = {.count = count};

  o.all = floats(count + 2 * MARGIN);
  o.data = o.all + MARGIN;
  for (size_t i = 0; i < count + 2 * MARGIN; i++)
    o.all[i] = NAN;
  return o;
}

static void check_margin(const struct output *o, const char *set, const char *what)
{
  for (size_t i = 0; i < MARGIN; i++)
    ck_assert_msg(isnan(o->all[i]) && isnan(o->data[o->count + i]), "%s %s wrote outside its output", set, what);
}

static void check_equal(const struct output *got, const struct output *wanted, float tolerance, const char *set, const char *what)
{
  for (size_t i = 0; i < got->count; i++) {
    const float g = got->data[i], w = wanted->data[i];

    if (isnan(w)) {
      ck_assert_msg(isnan(g), "%s %s: [%zu] = %g, should be untouched", set, what, i, (double)g);
      continue;
    }
    ck_assert_msg(fabsf(g - w) <= tolerance * (1 + fabsf(w)), "%s %s: [%zu] = %.8g, portable %.8g, tolerance %g", set, what, i, (double)g,
                  (double)w, (double)tolerance);
  }
  check_margin(got, set, what);
  check_margin(wanted, "portable", what);
}

static void free_outputs(struct output *a, struct output *b)
{
  free(a->all);
  free(b->all);
}

/* The outputs past the last real one are padding: of zeros, unless the activation of zero is not
 * zero. */
static void check_padding(const struct output *o, ptrdiff_t pixel, int outputs, enum et_activation activation, const char *set)
{
  const bool zeros = activation == ET_LINEAR || activation == ET_RELU || activation == ET_SWISH;

  for (size_t i = 0; i < o->count; i++) {
    const int n = (int)((ptrdiff_t)i % pixel);

    if (n < outputs || n >= (int)et_padded((size_t)outputs) || isnan(o->data[i - (size_t)n]))
      continue;
    ck_assert_msg(zeros ? o->data[i] == 0 : isfinite(o->data[i]), "%s activation %d: padding [%zu] = %g", set, (int)activation, i,
                  (double)o->data[i]);
    o->data[i] = 0;
  }
}

/* Clears what layers have behind their last output. */
static void clear_padding(float *p, size_t rows, size_t row, int outputs)
{
  for (size_t r = 0; r < rows; r++)
    for (size_t n = (size_t)outputs % ET_LANES; n % ET_LANES; n++)
      p[r * row + n] = 0;
}

struct gemm_case {
  int width, height, k, segments, outputs;
  enum et_activation activation;
  bool residual;
};

static void try_gemm(const struct et_ops *ops, const struct gemm_case *t)
{
  const ptrdiff_t outputs = (ptrdiff_t)et_padded((size_t)t->outputs), taps = (ptrdiff_t)t->k * t->segments, a_pixel = t->k + 5,
                  a_row = (t->width + 2) * a_pixel, pixel = outputs + ET_LANES, row = (t->width + 1) * pixel;
  const size_t count = (size_t)(row * t->height), last = (size_t)(outputs - ET_LANES);
  float *a = floats((size_t)(a_row * (t->height + t->segments) + t->k)), *b = floats((size_t)(outputs * taps));
  float *bias = floats((size_t)outputs), *residual = floats(count);
  struct output got = output_of(count), wanted = output_of(count);
  struct et_gemm g = {a,
                      a_pixel,
                      a_row,
                      a_row,
                      t->width,
                      t->height,
                      t->k,
                      t->segments,
                      b,
                      bias,
                      t->outputs,
                      t->activation,
                      t->residual ? residual : NULL,
                      got.data,
                      pixel,
                      row};
  char what[128];

  clear_padding(b + last * (size_t)taps, (size_t)taps, ET_LANES, t->outputs);
  clear_padding(bias + last, 1, ET_LANES, t->outputs);
  clear_padding(residual + last, count / (size_t)pixel, (size_t)pixel, t->outputs);
  ops->gemm(&g);
  g.c = wanted.data;
  et_ops_find("portable")->gemm(&g);
  snprintf(what, sizeof what, "gemm %dx%d k %d segments %d outputs %d activation %d", t->width, t->height, t->k, t->segments, t->outputs,
           (int)t->activation);
  check_padding(&got, pixel, t->outputs, t->activation, ops->name);
  check_padding(&wanted, pixel, t->outputs, t->activation, "portable");
  check_equal(&got, &wanted, 2e-5f, ops->name, what);
  free_outputs(&got, &wanted);
  free(a);
  free(b);
  free(bias);
  free(residual);
}

START_TEST(gemm_equals_portable)
{
  static const int widths[] = {1, 3, 4, 7, 8, 13, 16, 30}, depths[] = {1, 9, 16, 40, 70}, missing[] = {0, 3, 8, 12, 15};

  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t w = 0; w < 8; w++)
      for (size_t k = 0; k < 5; k++)
        for (int blocks = 1; blocks <= 7; blocks++) {
          const struct gemm_case t = {widths[w],
                                      1 + (int)w % 2,
                                      depths[k],
                                      1 + (int)k % 3,
                                      blocks * ET_LANES - missing[(w + k) % 5],
                                      (enum et_activation)(((size_t)blocks + w) % 5),
                                      k % 2};

          try_gemm(et_ops_at(s), &t);
        }
}
END_TEST

static void try_depthwise(const struct et_ops *ops, int width, int k, int stride, int blocks, enum et_activation activation)
{
  const ptrdiff_t pixel = blocks * ET_LANES;
  const size_t row = (size_t)((width * stride + k) * pixel), count = (size_t)(width * pixel);
  float *in = floats(row * (size_t)k), *weights = floats((size_t)(pixel * k * k)), *bias = floats((size_t)pixel);
  struct output got = output_of(count), wanted = output_of(count), sums = output_of((size_t)pixel), wanted_sums = output_of((size_t)pixel);
  const float *rows[16];
  struct et_depthwise d = {rows, pixel, width, k, stride, blocks, weights, bias, activation, got.data, pixel, sums.data};
  char what[128];

  for (int y = 0; y < k; y++)
    rows[y] = in + (size_t)y * row;
  for (ptrdiff_t c = 0; c < pixel; c++)
    sums.data[c] = wanted_sums.data[c] = (float)c;
  ops->depthwise(&d);
  d.out = wanted.data;
  d.sums = wanted_sums.data;
  et_ops_find("portable")->depthwise(&d);
  snprintf(what, sizeof what, "depthwise width %d k %d stride %d blocks %d", width, k, stride, blocks);
  check_equal(&got, &wanted, 2e-5f, ops->name, what);
  check_equal(&sums, &wanted_sums, 5e-5f, ops->name, what);
  free_outputs(&got, &wanted);
  free_outputs(&sums, &wanted_sums);
  free(in);
  free(weights);
  free(bias);
}

START_TEST(depthwise_equals_portable)
{
  static const int widths[] = {1, 7, 8, 16, 19};

  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t w = 0; w < 5; w++)
      for (int k = 1; k <= 9; k += 2)
        for (int stride = 1; stride <= 2; stride++)
          try_depthwise(et_ops_at(s), widths[w], k, stride, 1 + (int)w % 3, (enum et_activation)(k / 2 % 3));
}
END_TEST

static void try_layer_norm(const struct et_ops *ops, int channels)
{
  const ptrdiff_t pixel = (ptrdiff_t)et_padded((size_t)channels);
  const size_t count = (size_t)(pixel * 12);
  struct output got = output_of(count), wanted = output_of(count);
  float *weight = floats((size_t)pixel), *bias = floats((size_t)pixel);
  struct et_layer_norm n = {got.data, pixel, 4 * pixel, 4, 3, channels, weight, bias};

  for (ptrdiff_t c = channels; c < pixel; c++)
    weight[c] = bias[c] = 0;
  for (size_t i = 0; i < count; i++)
    got.data[i] = wanted.data[i] = (ptrdiff_t)i % pixel < channels ? 3 * noise() + 1 : 0;
  ops->layer_norm(&n);
  n.data = wanted.data;
  et_ops_find("portable")->layer_norm(&n);
  check_equal(&got, &wanted, 2e-5f, ops->name, "layer_norm");
  free_outputs(&got, &wanted);
  free(weight);
  free(bias);
}

START_TEST(layer_norm_equals_portable)
{
  for (size_t s = 1; et_ops_at(s); s++)
    for (int channels = 1; channels <= 140; channels += 13)
      try_layer_norm(et_ops_at(s), channels);
}
END_TEST

START_TEST(sum_pixels_equals_portable)
{
  for (size_t s = 1; et_ops_at(s); s++)
    for (int width = 1; width < 6; width++) {
      float *in = floats(8 * 64 * 4);
      struct output got = output_of(48), wanted = output_of(48);

      et_ops_at(s)->sum_pixels(in, 64, 8 * 64, width, 4, 3, got.data);
      et_ops_find("portable")->sum_pixels(in, 64, 8 * 64, width, 4, 3, wanted.data);
      check_equal(&got, &wanted, 1e-5f, et_ops_at(s)->name, "sum_pixels");
      free_outputs(&got, &wanted);
      free(in);
    }
}
END_TEST

START_TEST(mix_equals_portable)
{
  static const float share[4] = {0.5f, 0.125f, -0.25f, 1};
  float *in = floats(4 * 96);

  for (size_t s = 1; et_ops_at(s); s++)
    for (int shares = 1; shares <= 4; shares++) {
      struct output got = output_of(80), wanted = output_of(80);

      et_ops_at(s)->mix(in, 96, share, shares, 80, got.data);
      et_ops_find("portable")->mix(in, 96, share, shares, 80, wanted.data);
      check_equal(&got, &wanted, 1e-6f, et_ops_at(s)->name, "mix");
      free_outputs(&got, &wanted);
    }
  free(in);
}
END_TEST

START_TEST(scale_inputs_equals_portable)
{
  float *in = floats(3 * 7 * ET_LANES), *gate = floats(7);

  for (size_t s = 1; et_ops_at(s); s++) {
    struct output got = output_of(3 * 7 * ET_LANES), wanted = output_of(3 * 7 * ET_LANES);

    et_ops_at(s)->scale_inputs(in, gate, 7, 3, got.data);
    et_ops_find("portable")->scale_inputs(in, gate, 7, 3, wanted.data);
    check_equal(&got, &wanted, 0, et_ops_at(s)->name, "scale_inputs");
    free_outputs(&got, &wanted);
  }
  free(in);
  free(gate);
}
END_TEST

/* Activates a block of values: a matrix product with nothing but a bias. */
static void activate(const struct et_ops *ops, enum et_activation activation, const float v[ET_LANES], float out[ET_LANES])
{
  const float none[ET_LANES] = {0};
  const struct et_gemm g = {.a = none,
                            .width = 1,
                            .height = 1,
                            .k = 1,
                            .segments = 1,
                            .b = none,
                            .bias = v,
                            .outputs = ET_LANES,
                            .activation = activation,
                            .c = out};

  ops->gemm(&g);
}

static void check_activation(const struct et_ops *ops, enum et_activation activation, double v, double got)
{
  const double sigmoid = 1 / (1 + exp(-v)), wanted = activation == ET_SWISH ? v * sigmoid : sigmoid, error = fabs(got - wanted);

  ck_assert_msg(error <= 1e-6 * (1 + fabs(wanted)), "%s activation %d of %g: %.9g, should be %.9g", ops->name, (int)activation, v, got,
                wanted);
  if (fabs(v) <= 87)
    ck_assert_msg(error <= 8e-6 * fabs(wanted), "%s activation %d of %g: %.9g, should be %.9g: relative error %g", ops->name,
                  (int)activation, v, got, wanted, error / fabs(wanted));
}

/* The vector exponential must be right over the whole range, not only where noise falls. */
START_TEST(activations_hold_over_their_range)
{
  static const float far[ET_LANES] = {-3e38f, -1e30f, -1e5f, -200, -100, -88.5f, -88, -87.1f,
                                      3e38f,  1e30f,  1e5f,  200,  100,  88.5f,  88,  1e-30f};

  for (size_t s = 0; et_ops_at(s); s++)
    for (int activation = ET_SWISH; activation <= ET_SIGMOID; activation++) {
      float out[ET_LANES];

      activate(et_ops_at(s), (enum et_activation)activation, far, out);
      for (int i = 0; i < ET_LANES; i++)
        check_activation(et_ops_at(s), (enum et_activation)activation, (double)far[i], (double)out[i]);
      for (float from = -87; from < 87; from += ET_LANES / 512.0f) {
        float v[ET_LANES];

        for (int i = 0; i < ET_LANES; i++)
          v[i] = from + (float)i / 512 + noise() / 1024;
        activate(et_ops_at(s), (enum et_activation)activation, v, out);
        for (int i = 0; i < ET_LANES; i++)
          check_activation(et_ops_at(s), (enum et_activation)activation, (double)v[i], (double)out[i]);
      }
    }
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("kernels");
  TCase *tcase = tcase_create("kernels");

  for (size_t s = 0; et_ops_at(s); s++)
    printf("kernels tested: %s\n", et_ops_at(s)->name);
  tcase_add_test(tcase, gemm_equals_portable);
  tcase_add_test(tcase, depthwise_equals_portable);
  tcase_add_test(tcase, layer_norm_equals_portable);
  tcase_add_test(tcase, sum_pixels_equals_portable);
  tcase_add_test(tcase, mix_equals_portable);
  tcase_add_test(tcase, scale_inputs_equals_portable);
  tcase_add_test(tcase, activations_hold_over_their_range);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
