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

/* A binary point per channel, of every kind. */
static struct et_swish swish_of(size_t count)
{
  int16_t *end = reserve(count * sizeof *end), *lift = reserve(count * sizeof *lift), *unit = reserve(count * sizeof *unit);

  for (size_t i = 0; i < count; i++) {
    const int bits = noise(0, ET_MOST_SWISH_BITS);

    end[i] = (int16_t)(bits < 12 ? (8 << bits) - 1 : INT16_MAX);
    lift[i] = (int16_t)(1 << (ET_MOST_SWISH_BITS - bits));
    unit[i] = (int16_t)(1 << bits);
  }
  return (struct et_swish){end, lift, unit};
}

static void free_swish(const struct et_swish *s)
{
  free((void *)s->end);
  free((void *)s->lift);
  free((void *)s->unit);
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
    if (o->got[i] != o->wanted[i])
      ck_abort_msg("%s %s: byte %zd of %zu is %d, with the portable kernels %d", set, what, (ssize_t)i - (ssize_t)MARGIN, o->bytes,
                   o->got[i], o->wanted[i]);
  free(o->got);
  free(o->wanted);
}

struct gemm_case {
  int width, height, k, blocks;
  enum et_activation activation; /* swish gives shorts */
  bool to_bytes;                 /* relu alone */
  bool residual, extreme;
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

static void aim_gemm(struct et_gemm_int8 *g, const struct gemm_case *t, void *output)
{
  g->shorts = t->activation == ET_SWISH ? output : NULL;
  g->bytes = t->to_bytes ? output : NULL;
  g->floats = g->shorts || g->bytes ? NULL : output;
}

static void try_gemm(const struct et_ops *ops, const struct gemm_case *t)
{
  const ptrdiff_t channels = (ptrdiff_t)t->blocks * ET_LANES, pixel = channels + ET_LANES, row = (t->width + 1) * pixel;
  const size_t unit = t->activation == ET_SWISH ? sizeof(int16_t) : t->to_bytes ? 1 : sizeof(float), count = (size_t)(row * t->height);
  const ptrdiff_t a_pixel = (ptrdiff_t)et_padded((size_t)t->k); /* what lies past k is not used */
  uint8_t *a = inputs((size_t)(t->width * t->height * a_pixel), t->extreme);
  int16_t *most = shorts((size_t)channels, 1, INT16_MAX), *gain = shorts((size_t)channels, 0, 7);
  float *residual = reserve(count * sizeof *residual);
  struct outputs o = outputs_of(count * unit);
  struct et_gemm_int8 g = {
    .a = a,
    .a_pixel = a_pixel,
    .a_row = t->width * a_pixel,
    .width = t->width,
    .height = t->height,
    .k = t->k,
    .w = layer(weights((size_t)(channels * t->k), t->extreme), (size_t)channels, t->k, t->activation == ET_SWISH ? 1 : 0.02f),
    .blocks = t->blocks,
    .relu = t->activation == ET_RELU,
    .residual = t->residual ? residual : NULL,
    .out_pixel = pixel,
    .out_row = row,
    .swish = swish_of((size_t)channels),
    .most = most,
    .gain = gain,
  };
  char what[128];

  for (ptrdiff_t c = 0; c < channels; c++) {
    gain[c] = (int16_t)(1 << gain[c]);
    most[c] /= gain[c];
  }
  for (size_t i = 0; i < count; i++)
    residual[i] = (float)noise(-1000, 1000) / 100;
  sign_gemm(&g);
  aim_gemm(&g, t, o.got + MARGIN);
  ops->int8.gemm(&g);
  aim_gemm(&g, t, o.wanted + MARGIN);
  et_ops_find("portable")->int8.gemm(&g);
  snprintf(what, sizeof what, "gemm %dx%d k %d blocks %d activation %d%s%s", t->width, t->height, t->k, t->blocks, (int)t->activation,
           t->to_bytes ? " bytes" : "", t->extreme ? " extreme" : "");
  check_outputs(&o, ops->name, what);
  free_layer(&g.w);
  free_swish(&g.swish);
  free(a);
  free(most);
  free(gain);
  free(residual);
}

START_TEST(gemm_equals_portable)
{
  static const int widths[] = {1, 2, 5, 8, 13}, depths[] = {4, 40}, blocks[] = {1, 2, 3, 5};

  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t w = 0; w < 5; w++)
      for (size_t k = 0; k < 2; k++)
        for (size_t b = 0; b < 4; b++)
          for (int kind = 0; kind < 4; kind++) {
            const struct gemm_case t = {
              .width = widths[w],
              .height = 1 + (int)w % 2,
              .k = depths[k],
              .blocks = blocks[b],
              .to_bytes = kind == 2,
              .residual = kind == 0,
              .extreme = b == 3,
              .activation = kind == 0   ? ET_LINEAR
                            : kind == 3 ? ET_SWISH
                                        : ET_RELU,
            };

            try_gemm(et_ops_at(s), &t);
          }
}
END_TEST

/* No sum leaves 16 bits: the weights of a channel add up to less than 1. */
static void try_depthwise(const struct et_ops *ops, int width, int k, int stride, int blocks)
{
  const size_t channels = (size_t)blocks * ET_LANES, count = (size_t)width * channels, sums_at = count * sizeof(int16_t) + (size_t)MARGIN;
  int16_t *rows[9], *w = shorts(channels * (size_t)(k * k), -30000 / (k * k), 30000 / (k * k)), *bias = shorts(channels, -2000, 2000);
  struct outputs o = outputs_of(sums_at + channels * sizeof(int32_t));
  struct et_depthwise16 d = {
    .rows = (const int16_t *const *)rows,
    .pixel = (ptrdiff_t)channels,
    .width = width,
    .k = k,
    .stride = stride,
    .blocks = blocks,
    .weights = w,
    .bias = bias,
    .swish = swish_of(channels),
    .out_pixel = (ptrdiff_t)channels,
  };
  char what[128];

  for (int r = 0; r < k; r++)
    rows[r] = shorts((size_t)(width * stride + k) * channels, INT16_MIN, INT16_MAX);
  for (int run = 0; run < 2; run++) {
    unsigned char *to = (run ? o.wanted : o.got) + MARGIN;

    d.out = (int16_t *)to;
    d.sums = (int32_t *)(to + sums_at);
    for (size_t c = 0; c < channels; c++)
      d.sums[c] = (int32_t)c;
    (run ? et_ops_find("portable") : ops)->int8.depthwise(&d);
  }
  snprintf(what, sizeof what, "depthwise %d k %d stride %d blocks %d", width, k, stride, blocks);
  check_outputs(&o, ops->name, what);
  free(w);
  free(bias);
  free_swish(&d.swish);
  for (int r = 0; r < k; r++)
    free(rows[r]);
}

START_TEST(depthwise_equals_portable)
{
  static const int widths[] = {1, 2, 7, 8, 9, 16, 27, 32};

  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t w = 0; w < 8; w++)
      for (int k = 1; k <= 9; k += 2)
        for (int stride = 1; stride <= 2; stride++)
          try_depthwise(et_ops_at(s), widths[w], k, stride, 1 + (int)w % 3);
}
END_TEST

START_TEST(requantise_equals_portable)
{
  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t pixels = 1; pixels <= 5; pixels++)
      for (int blocks = 1; blocks <= 4; blocks++) {
        const size_t channels = (size_t)blocks * ET_LANES;
        int16_t *in = shorts(pixels * channels, -300, INT16_MAX), *multiplier = shorts(channels, 0, INT16_MAX),
                *zero = shorts(channels, 0, UINT8_MAX);
        struct outputs o = outputs_of(pixels * channels);

        et_ops_at(s)->int8.requantise(in, pixels, blocks, multiplier, zero, o.got + MARGIN);
        et_ops_find("portable")->int8.requantise(in, pixels, blocks, multiplier, zero, o.wanted + MARGIN);
        check_outputs(&o, et_ops_at(s)->name, "requantise");
        free(in);
        free(multiplier);
        free(zero);
      }
}
END_TEST

START_TEST(quantise_equals_portable)
{
  for (size_t s = 1; et_ops_at(s); s++)
    for (size_t pixels = 1; pixels <= 5; pixels++)
      for (int blocks = 1; blocks <= 4; blocks++) {
        const size_t channels = (size_t)blocks * ET_LANES, count = pixels * channels;
        float *in = reserve(count * sizeof *in), *per_unit = reserve(channels * sizeof *per_unit);
        int16_t *zero = shorts(channels, 0, UINT8_MAX);
        struct outputs o = outputs_of(count);

        /* halves, which must go to the even neighbour, and values far outside */
        for (size_t i = 0; i < count; i++)
          in[i] = i % 5 == 0 ? (float)noise(-9, 300) / 2 : i % 7 == 0 ? (float)noise(-9, 9) * 1e30f : (float)noise(-9999, 30000) / 64;
        for (size_t i = 0; i < channels; i++)
          per_unit[i] = i % 3 ? 1 : (float)noise(1, 300) / 100;
        et_ops_at(s)->int8.quantise(in, pixels, blocks, per_unit, zero, o.got + MARGIN);
        et_ops_find("portable")->int8.quantise(in, pixels, blocks, per_unit, zero, o.wanted + MARGIN);
        check_outputs(&o, et_ops_at(s)->name, "quantise");
        free(in);
        free(per_unit);
        free(zero);
      }
}
END_TEST

/* A depthwise layer without weights gives swish(bias) for every bias of 16 bits. */
static void try_swish(int bits, const struct et_swish *swish)
{
  const int16_t zeros[ET_LANES] = {0}, *const rows[] = {zeros};
  int16_t bias[ET_LANES], out[ET_LANES];
  int32_t sums[ET_LANES] = {0};

  for (int v = INT16_MIN; v <= INT16_MAX; v += ET_LANES) {
    const struct et_depthwise16 d = {.rows = rows,
                                     .width = 1,
                                     .k = 1,
                                     .stride = 1,
                                     .blocks = 1,
                                     .weights = zeros,
                                     .bias = bias,
                                     .swish = *swish,
                                     .out = out,
                                     .sums = sums};

    for (int i = 0; i < ET_LANES; i++)
      bias[i] = (int16_t)(v + i);
    et_ops_find("portable")->int8.depthwise(&d);
    for (int i = 0; i < ET_LANES; i++) {
      const double one = 1 << bits, x = bias[i] / one, wanted = x / (1 + exp(-x)), bound = (fabs(x) < 8 ? 0.0006 : 0.0027) + 1 / one;

      if (!(fabs(out[i] / one - wanted) <= bound))
        ck_abort_msg("%d bits: swish(%g) = %g, should be %g", bits, x, out[i] / one, wanted);
    }
  }
}

START_TEST(swish_is_near_its_function)
{
  for (int bits = 0; bits <= ET_MOST_SWISH_BITS; bits++) {
    int16_t end[ET_LANES], lift[ET_LANES], unit[ET_LANES];

    for (int i = 0; i < ET_LANES; i++) {
      end[i] = (int16_t)(bits < 12 ? (8 << bits) - 1 : INT16_MAX);
      lift[i] = (int16_t)(1 << (ET_MOST_SWISH_BITS - bits));
      unit[i] = (int16_t)(1 << bits);
    }
    try_swish(bits, &(struct et_swish){end, lift, unit});
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
  tcase_add_test(tcase, requantise_equals_portable);
  tcase_add_test(tcase, quantise_equals_portable);
  tcase_add_test(tcase, swish_is_near_its_function);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
