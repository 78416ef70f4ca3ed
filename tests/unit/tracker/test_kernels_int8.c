/* SPDX-License-Identifier: MIT */
/* The kernels of int8 layers: every set that this processor runs gives the same bits as the
 * portable one, also at the ends of every range. And swish in 16 bits is swish. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ops/ops.h"
#include "test/main.h"

enum { MARGIN = 64, POISON = 0xa5 };

static uint32_t seed;

static int noise(int low, int high)
{
  seed = seed * 1664525u + 1013904223u;
  return low + (int)((uint64_t)(seed >> 4) * (uint64_t)(high - low + 1) >> 28);
}

static void *reserve(size_t bytes)
{
  void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);

  ck_assert_ptr_nonnull(p);
  return p;
}

/* Bytes over the whole range; if `extreme` they are all 255. */
static uint8_t *inputs(size_t count, bool extreme)
{
  uint8_t *p = reserve(count);

  for (size_t i = 0; i < count; i++)
    p[i] = extreme ? UINT8_MAX : (uint8_t)noise(0, UINT8_MAX);
  return p;
}

/* Weights within the rule of the pairs; if `extreme` every pair is at its limit. */
static int8_t *weights(size_t count, bool extreme)
{
  int8_t *p = reserve(count);

  for (size_t i = 0; i < count; i += 2) {
    const int sign = noise(0, 1) ? 1 : -1, first = noise(0, 127), second = extreme ? ET_PAIR_LIMIT - first : noise(-127, 127);

    p[i] = (int8_t)(sign * first);
    p[i + 1] = (int8_t)(second > 127 ? 127 : extreme ? sign * second : second * sign > ET_PAIR_LIMIT - first ? 0 : second);
  }
  return p;
}

/* What a layer has beside its weights: `count` outputs, each a sum of `terms`. */
static struct et_weights_int8 layer(const int8_t *w, size_t count, int terms, float units)
{
  int32_t *bias = reserve(count * sizeof *bias), *signed_bias = reserve(count * sizeof *signed_bias);
  float *scale = reserve(count * sizeof *scale);

  for (size_t i = 0; i < count; i++) {
    bias[i] = noise(-20000, 20000);
    scale[i] = units * (float)noise(1, 1000) / 1000 / sqrtf((float)terms);
  }
  return (struct et_weights_int8){w, bias, signed_bias, scale};
}

static void free_layer(const struct et_weights_int8 *w)
{
  free((void *)w->weights);
  free((void *)w->bias);
  free((void *)w->signed_bias);
  free((void *)w->scale);
}

static int16_t *shorts(size_t count, int low, int high)
{
  int16_t *p = reserve(count * sizeof *p);

  for (size_t i = 0; i < count; i++)
    p[i] = (int16_t)noise(low, high);
  return p;
}

/* Output bytes of two sets, with a margin of poison on both sides. */
struct outputs {
  size_t bytes;
  unsigned char *got, *wanted;
};

static struct outputs outputs_of(size_t bytes)
{
  struct outputs o = {bytes, reserve(bytes + 2 * (size_t)MARGIN), reserve(bytes + 2 * (size_t)MARGIN)};

  memset(o.got, POISON, bytes + 2 * (size_t)MARGIN);
  memset(o.wanted, POISON, bytes + 2 * (size_t)MARGIN);
  return o;
}

static void check_outputs(const struct outputs *o, const char *set, const char *what)
{
  const size_t all = o->bytes + 2 * (size_t)MARGIN;

  for (size_t i = 0; i < all; i++)
    ck_assert_msg(o->got[i] == o->wanted[i], "%s %s: byte %zd of %zu is %d, with the portable kernels %d", set, what,
                  (ssize_t)i - (ssize_t)MARGIN, o->bytes, o->got[i], o->wanted[i]);
  free(o->got);
  free(o->wanted);
}

struct gemm_case {
  int width, height, k, blocks;
  bool to_bytes, residual, extreme;
  enum et_activation activation;
};

/* signed_bias = bias + ET_SIGN_OFFSET * the sum of the weights */
static void sign_gemm(const struct et_gemm_int8 *g)
{
  int32_t *to = (int32_t *)g->w.signed_bias;

  for (int n = 0; n < g->blocks * ET_LANES; n++) {
    const int8_t *w = g->w.weights + (ptrdiff_t)(n / ET_LANES) * g->k * ET_LANES + (ptrdiff_t)(n % ET_LANES) * ET_TAPS;

    to[n] = g->w.bias[n];
    for (ptrdiff_t k = 0; k < g->k; k++)
      to[n] += ET_SIGN_OFFSET * w[k / ET_TAPS * ET_TAPS * ET_LANES + k % ET_TAPS];
  }
}

static void try_gemm(const struct et_ops *ops, const struct gemm_case *t)
{
  const ptrdiff_t channels = (ptrdiff_t)t->blocks * ET_LANES, pixel = channels + ET_LANES, row = (t->width + 1) * pixel;
  const size_t unit = t->to_bytes ? 1 : sizeof(float), count = (size_t)(row * t->height);
  uint8_t *a = inputs((size_t)((t->width + 1) * t->height * t->k), t->extreme);
  int16_t *multiplier = shorts((size_t)channels, 1, INT16_MAX), *zero = shorts((size_t)channels, 0, UINT8_MAX);
  float *residual = reserve(count * sizeof *residual);
  struct outputs o = outputs_of(count * unit);
  struct et_gemm_int8 g = {
    .a = a,
    .a_pixel = t->k,
    .a_row = (ptrdiff_t)(t->width + 1) * t->k,
    .width = t->width,
    .height = t->height,
    .k = t->k,
    .w = layer(weights((size_t)(channels * t->k), t->extreme), (size_t)channels, t->k, t->activation == ET_SWISH ? 1 : 0.02f),
    .blocks = t->blocks,
    .activation = t->activation,
    .requantise = {multiplier, zero},
    .residual = t->residual ? residual : NULL,
    .out_pixel = pixel,
    .out_row = row,
  };
  char what[128];

  for (size_t i = 0; i < count; i++)
    residual[i] = (float)noise(-1000, 1000) / 100;
  sign_gemm(&g);
  g.bytes = t->to_bytes ? o.got + MARGIN : NULL;
  g.floats = t->to_bytes ? NULL : (float *)(o.got + MARGIN);
  ops->int8.gemm(&g);
  g.bytes = t->to_bytes ? o.wanted + MARGIN : NULL;
  g.floats = t->to_bytes ? NULL : (float *)(o.wanted + MARGIN);
  et_ops_find("portable")->int8.gemm(&g);
  snprintf(what, sizeof what, "gemm %dx%d k %d blocks %d activation %d %s%s", t->width, t->height, t->k, t->blocks, (int)t->activation,
           t->to_bytes ? "bytes" : "floats", t->extreme ? " extreme" : "");
  check_outputs(&o, ops->name, what);
  free_layer(&g.w);
  free(a);
  free(multiplier);
  free(zero);
  free(residual);
}

START_TEST(gemm_equals_portable)
{
  static const int widths[] = {1, 2, 5, 6, 8, 13, 30}, depths[] = {4, 16, 144};

  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t w = 0; w < 7; w++)
      for (size_t k = 0; k < 3; k++)
        for (int blocks = 1; blocks <= 5; blocks++)
          for (int kind = 0; kind < 4; kind++) {
            const struct gemm_case t = {
              .width = widths[w],
              .height = 1 + (int)w % 2,
              .k = depths[k],
              .blocks = blocks,
              .to_bytes = kind >= 2,
              .residual = kind == 0,
              .extreme = blocks == 5,
              .activation = kind == 0   ? ET_LINEAR
                            : kind == 3 ? ET_SWISH
                                        : ET_RELU,
            };

            try_gemm(et_ops_at(s), &t);
          }
}
END_TEST

static void sign_depthwise(const struct et_depthwise_int8 *d)
{
  int32_t *to = (int32_t *)d->w.signed_bias;
  const ptrdiff_t words = (ptrdiff_t)d->k * d->groups;

  for (int c = 0; c < d->blocks * ET_LANES; c++) {
    to[c] = d->w.bias[c];
    for (ptrdiff_t i = 0; i < words * ET_TAPS; i++)
      to[c] += ET_SIGN_OFFSET * d->w.weights[((c / ET_LANES * words + i / ET_TAPS) * ET_LANES + c % ET_LANES) * ET_TAPS + i % ET_TAPS];
  }
}

static void try_depthwise(const struct et_ops *ops, int width, int k, int stride, int blocks, bool extreme)
{
  const int groups = (k + ET_TAPS - 1) / ET_TAPS, channels = blocks * ET_LANES;
  const size_t in_bytes = (size_t)((width * stride + k) * channels * ET_TAPS), count = (size_t)(width * channels);
  const size_t sums_at = count * sizeof(int16_t) + (size_t)MARGIN;
  uint8_t *words[4];
  struct outputs o = outputs_of(sums_at + (size_t)channels * sizeof(int32_t));
  struct et_depthwise_int8 d = {
    .words = (const uint8_t *const *)words,
    .pixel = (ptrdiff_t)channels * ET_TAPS,
    .width = width,
    .k = k,
    .stride = stride,
    .groups = groups,
    .blocks = blocks,
    .w = layer(weights((size_t)(channels * k * groups * ET_TAPS), extreme), (size_t)channels, k * k, 2),
    .out_pixel = channels,
  };
  char what[128];

  for (int g = 0; g < groups; g++)
    words[g] = inputs(in_bytes, extreme);
  sign_depthwise(&d);
  for (int run = 0; run < 2; run++) {
    unsigned char *to = (run ? o.wanted : o.got) + MARGIN;

    d.out = (int16_t *)to;
    d.sums = (int32_t *)(to + sums_at);
    for (int c = 0; c < channels; c++)
      d.sums[c] = c;
    (run ? et_ops_find("portable") : ops)->int8.depthwise(&d);
  }
  snprintf(what, sizeof what, "depthwise %d k %d stride %d blocks %d%s", width, k, stride, blocks, extreme ? " extreme" : "");
  check_outputs(&o, ops->name, what);
  free_layer(&d.w);
  for (int g = 0; g < groups; g++)
    free(words[g]);
}

START_TEST(depthwise_equals_portable)
{
  static const int widths[] = {1, 2, 7, 8, 9, 16, 27, 32};

  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t w = 0; w < 8; w++)
      for (int k = 1; k <= 9; k += 2)
        for (int stride = 1; stride <= 2; stride++)
          try_depthwise(et_ops_at(s), widths[w], k, stride, 1 + (int)w % 3, w == 5);
}
END_TEST

START_TEST(interleave_equals_portable)
{
  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t count = ET_LANES; count <= 9 * ET_LANES; count += ET_LANES) {
      uint8_t *rows[ET_TAPS];
      struct outputs o = outputs_of(count * ET_TAPS);

      for (int r = 0; r < ET_TAPS; r++)
        rows[r] = inputs(count, false);
      et_ops_at(s)->int8.interleave((const uint8_t *const *)rows, count, o.got + MARGIN);
      et_ops_find("portable")->int8.interleave((const uint8_t *const *)rows, count, o.wanted + MARGIN);
      check_outputs(&o, et_ops_at(s)->name, "interleave");
      for (int r = 0; r < ET_TAPS; r++)
        free(rows[r]);
    }
}
END_TEST

START_TEST(requantise_equals_portable)
{
  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t pixels = 1; pixels <= 5; pixels++)
      for (int blocks = 1; blocks <= 4; blocks++) {
        const size_t channels = (size_t)blocks * ET_LANES;
        int16_t *in = shorts(pixels * channels, -300, INT16_MAX), *multiplier = shorts(channels, 0, INT16_MAX);
        struct outputs o = outputs_of(pixels * channels);

        et_ops_at(s)->int8.requantise(in, pixels, blocks, multiplier, 17, o.got + MARGIN);
        et_ops_find("portable")->int8.requantise(in, pixels, blocks, multiplier, 17, o.wanted + MARGIN);
        check_outputs(&o, et_ops_at(s)->name, "requantise");
        free(in);
        free(multiplier);
      }
}
END_TEST

START_TEST(quantise_equals_portable)
{
  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t count = ET_LANES; count <= 9 * ET_LANES; count += ET_LANES) {
      float *in = reserve(count * sizeof *in);
      struct outputs o = outputs_of(count);

      /* halves, which must go to the even neighbour, and values far outside */
      for (size_t i = 0; i < count; i++)
        in[i] = i % 5 == 0 ? (float)noise(-9, 300) / 2 : i % 7 == 0 ? (float)noise(-9, 9) * 1e30f : (float)noise(-9999, 30000) / 64;
      et_ops_at(s)->int8.quantise(in, count, 1, 3, o.got + MARGIN);
      et_ops_find("portable")->int8.quantise(in, count, 1, 3, o.wanted + MARGIN);
      check_outputs(&o, et_ops_at(s)->name, "quantise");
      free(in);
    }
}
END_TEST

/* A depthwise layer of one tap and scale 1 gives swish(bias) for every bias of 16 bits. */
START_TEST(swish_is_near_its_function)
{
  const uint8_t bytes[ET_LANES * ET_TAPS] = {0}, *const words[] = {bytes};
  const int8_t none[ET_LANES * ET_TAPS] = {0};
  int32_t bias[ET_LANES], sums[ET_LANES] = {0};
  float scale[ET_LANES];
  int16_t out[ET_LANES];

  for (int v = INT16_MIN; v <= INT16_MAX; v += ET_LANES) {
    const struct et_weights_int8 w = {none, bias, bias, scale};
    const struct et_depthwise_int8 d = {
      .words = words, .pixel = sizeof bytes, .width = 1, .k = 1, .stride = 1, .groups = 1, .blocks = 1, .w = w, .out = out, .sums = sums};

    for (int i = 0; i < ET_LANES; i++) {
      bias[i] = v + i;
      scale[i] = 1;
    }
    et_ops_find("portable")->int8.depthwise(&d);
    for (int i = 0; i < ET_LANES; i++) {
      const double x = (double)(v + i) / ET_Q10, wanted = x / (1 + exp(-x)) * ET_Q10, bound = fabs(x) < 8 ? 1.1 : 3.1;

      ck_assert_msg(fabs(out[i] - wanted) <= bound, "swish(%g) = %d / 1024, should be %g / 1024", x, out[i], wanted);
    }
  }
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("kernels_int8");
  TCase *tcase = tcase_create("kernels_int8");

  for (size_t s = 0; et_ops_at(s); s++)
    printf("kernels tested: %s\n", et_ops_at(s)->name);
  tcase_add_test(tcase, gemm_equals_portable);
  tcase_add_test(tcase, depthwise_equals_portable);
  tcase_add_test(tcase, interleave_equals_portable);
  tcase_add_test(tcase, requantise_equals_portable);
  tcase_add_test(tcase, quantise_equals_portable);
  tcase_add_test(tcase, swish_is_near_its_function);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
