/* SPDX-License-Identifier: MIT */
/* Measures the speed of each kernel in each instruction set, on shapes of the shipped network, in
 * 10^9 multiply-adds (or values) per second.
 *
 * The unit tests check that the kernels agree with the portable ones. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench/samples.h"
#include "ops/ops.h"

enum { MOST_SETS = 8, FLOATS = 4 << 20, MARGIN = 8 };

/* Memory for any shape below. It is filled once, and has room for a margin on every side. */
static float *input, *weights, *bias, *output;

/* One kernel on one shape. `run` decides which members count. */
struct job {
  const char *name;
  void (*run)(const struct et_ops *ops, const struct job *job);
  int width, height, in, out; /* output's pixels; channels */
  int k, stride;
  enum et_activation activation;
};

static int blocks(int channels)
{
  return (int)(et_padded((size_t)channels) / ET_LANES);
}

static void run_gemm(const struct et_ops *ops, const struct job *j)
{
  const ptrdiff_t in = (ptrdiff_t)et_padded((size_t)j->in), out = (ptrdiff_t)et_padded((size_t)j->out);
  const struct et_gemm gemm = {
    .a = input,
    .a_pixel = in,
    .a_row = in * (j->width + j->k - 1),
    .a_segment = in * (j->width + j->k - 1),
    .width = j->width,
    .height = j->height,
    .k = j->in * j->k,
    .segments = j->k,
    .b = weights,
    .bias = bias,
    .outputs = j->out,
    .activation = j->activation,
    .c = output,
    .c_pixel = out,
    .c_row = out * j->width,
  };

  ops->gemm(&gemm);
}

static void run_depthwise(const struct et_ops *ops, const struct job *j)
{
  const ptrdiff_t pixel = (ptrdiff_t)et_padded((size_t)j->out), row = pixel * (j->width * j->stride + j->k);
  const float *rows[MARGIN];
  struct et_depthwise depthwise = {
    .rows = rows,
    .pixel = pixel,
    .width = j->width,
    .k = j->k,
    .stride = j->stride,
    .blocks = blocks(j->out),
    .weights = weights,
    .bias = bias,
    .activation = j->activation,
    .out_pixel = pixel,
  };

  for (int y = 0; y < j->height; y++) {
    for (int k = 0; k < j->k; k++)
      rows[k] = input + (y * j->stride + k) * row;
    depthwise.out = output + y * j->width * pixel;
    ops->depthwise(&depthwise);
  }
}

/* Swish vectors are any numbers, because the time does not depend on them. */
static struct et_swish any_swish(void)
{
  const int16_t *any = (const int16_t *)bias;

  return (struct et_swish){any, any, any};
}

static void run_gemm_int8(const struct et_ops *ops, const struct job *j)
{
  const int16_t *any = (const int16_t *)bias;
  const ptrdiff_t out = (ptrdiff_t)et_padded((size_t)j->out);
  const struct et_gemm_int8 gemm = {
    .a = (const uint8_t *)input,
    .a_pixel = (ptrdiff_t)et_padded((size_t)j->in),
    .width = j->width * j->height,
    .height = 1,
    .k = j->in,
    .w = {(const int8_t *)weights, (const int32_t *)bias, (const int32_t *)bias, bias},
    .blocks = blocks(j->out),
    .floats = j->activation == ET_LINEAR ? output : NULL,
    .bytes = j->activation == ET_RELU ? (uint8_t *)output : NULL,
    .shorts = j->activation == ET_SWISH ? (int16_t *)output : NULL,
    .out_pixel = out,
    .swish = any_swish(),
    .most = any,
    .gain = any,
  };

  ops->int8.gemm(&gemm);
}

static void run_depthwise16(const struct et_ops *ops, const struct job *j)
{
  const ptrdiff_t pixel = (ptrdiff_t)et_padded((size_t)j->out), row = pixel * (j->width * j->stride + j->k);
  const int16_t *rows[MARGIN];
  struct et_depthwise16 depthwise = {
    .rows = rows,
    .pixel = pixel,
    .width = j->width,
    .k = j->k,
    .stride = j->stride,
    .blocks = blocks(j->out),
    .weights = (const int16_t *)weights,
    .bias = (const int16_t *)bias,
    .swish = any_swish(),
    .out_pixel = pixel,
    .sums = (int32_t *)output + FLOATS / 2,
  };

  for (int y = 0; y < j->height; y++) {
    for (int k = 0; k < j->k; k++)
      rows[k] = (const int16_t *)input + (y * j->stride + k) * row;
    depthwise.out = (int16_t *)output + y * j->width * pixel;
    ops->int8.depthwise(&depthwise);
  }
}

static void run_layer_norm(const struct et_ops *ops, const struct job *j)
{
  const ptrdiff_t pixel = (ptrdiff_t)et_padded((size_t)j->out);
  const struct et_layer_norm norm = {output, pixel, pixel * j->width, j->width, j->height, j->out, weights, bias};

  ops->layer_norm(&norm);
}

static void run_sum_pixels(const struct et_ops *ops, const struct job *j)
{
  const ptrdiff_t pixel = (ptrdiff_t)et_padded((size_t)j->out);

  ops->sum_pixels(input, pixel, pixel * j->width, j->width, j->height, blocks(j->out), output);
}

static void run_mix(const struct et_ops *ops, const struct job *j)
{
  static const float share[] = {0.1F, 0.2F, 0.3F, 0.4F};
  const size_t count = (size_t)j->in * et_padded((size_t)j->out);

  ops->mix(weights, count, share, j->k, count, output);
}

static void run_scale_inputs(const struct et_ops *ops, const struct job *j)
{
  ops->scale_inputs(weights, bias, j->in, blocks(j->out), output);
}

static const struct job jobs[] = {
  {"gemm 128x8 16->64 swish", run_gemm, 128, 8, 16, 64, 1, 1, ET_SWISH},
  {"gemm 64x8 24->144 swish", run_gemm, 64, 8, 24, 144, 1, 1, ET_SWISH},
  {"gemm 64x8 64->24", run_gemm, 64, 8, 64, 24, 1, 1, ET_LINEAR},
  {"gemm 32x32 40->240 swish", run_gemm, 32, 32, 40, 240, 1, 1, ET_SWISH},
  {"gemm 32x32 240->40", run_gemm, 32, 32, 240, 40, 1, 1, ET_LINEAR},
  {"gemm 16x16 96->576 swish", run_gemm, 16, 16, 96, 576, 1, 1, ET_SWISH},
  {"gemm 16x16 576->96", run_gemm, 16, 16, 576, 96, 1, 1, ET_LINEAR},
  {"gemm 16x16 96->64", run_gemm, 16, 16, 96, 64, 1, 1, ET_LINEAR},
  {"gemm 16x16 128->128 relu", run_gemm, 16, 16, 128, 128, 1, 1, ET_RELU},
  {"gemm 16x16 256->128", run_gemm, 16, 16, 256, 128, 1, 1, ET_LINEAR},
  {"gemm 16x16 3x3 128->4 relu", run_gemm, 16, 16, 128, 4, 3, 1, ET_RELU},
  {"gemm 1x1 576->144 relu", run_gemm, 1, 1, 576, 144, 1, 1, ET_RELU},
  {"depthwise 3x3 128x8 c16", run_depthwise, 128, 8, 16, 16, 3, 1, ET_SWISH},
  {"depthwise 7x7/2 64x8 c64", run_depthwise, 64, 8, 64, 64, 7, 2, ET_SWISH},
  {"depthwise 7x7 64x8 c144", run_depthwise, 64, 8, 144, 144, 7, 1, ET_SWISH},
  {"depthwise 5x5 32x8 c160", run_depthwise, 32, 8, 160, 160, 5, 1, ET_SWISH},
  {"depthwise 3x3/2 16x16 c240", run_depthwise, 16, 16, 240, 240, 3, 2, ET_SWISH},
  {"depthwise 7x7 16x16 c320", run_depthwise, 16, 16, 320, 320, 7, 1, ET_SWISH},
  {"depthwise 3x3 16x16 c576", run_depthwise, 16, 16, 576, 576, 3, 1, ET_SWISH},
  {"int8 128x8 16->64 swish", run_gemm_int8, 128, 8, 16, 64, 1, 1, ET_SWISH},
  {"int8 64x8 24->144 swish", run_gemm_int8, 64, 8, 24, 144, 1, 1, ET_SWISH},
  {"int8 64x8 64->24", run_gemm_int8, 64, 8, 64, 24, 1, 1, ET_LINEAR},
  {"int8 32x32 40->240 swish", run_gemm_int8, 32, 32, 40, 240, 1, 1, ET_SWISH},
  {"int8 32x32 240->40", run_gemm_int8, 32, 32, 240, 40, 1, 1, ET_LINEAR},
  {"int8 16x16 96->576 swish", run_gemm_int8, 16, 16, 96, 576, 1, 1, ET_SWISH},
  {"int8 16x16 576->96", run_gemm_int8, 16, 16, 576, 96, 1, 1, ET_LINEAR},
  {"int8 16x16 128->256 relu", run_gemm_int8, 16, 16, 128, 256, 1, 1, ET_RELU},
  {"int16 7x7/2 64x8 c64", run_depthwise16, 64, 8, 64, 64, 7, 2, ET_SWISH},
  {"int16 7x7 64x8 c144", run_depthwise16, 64, 8, 144, 144, 7, 1, ET_SWISH},
  {"int16 5x5 32x8 c160", run_depthwise16, 32, 8, 160, 160, 5, 1, ET_SWISH},
  {"int16 3x3/2 16x16 c240", run_depthwise16, 16, 16, 240, 240, 3, 2, ET_SWISH},
  {"int16 7x7 16x16 c320", run_depthwise16, 16, 16, 320, 320, 7, 1, ET_SWISH},
  {"int16 3x3 16x16 c576", run_depthwise16, 16, 16, 576, 576, 3, 1, ET_SWISH},
  {"layer_norm 16x16 c128", run_layer_norm, 16, 16, 128, 128, 1, 1, ET_LINEAR},
  {"sum_pixels 16x16 c128", run_sum_pixels, 16, 16, 128, 128, 1, 1, ET_LINEAR},
  {"mix 4 x 128->128", run_mix, 1, 1, 128, 128, 4, 1, ET_LINEAR},
  {"scale_inputs 576->96", run_scale_inputs, 1, 1, 576, 96, 1, 1, ET_LINEAR},
};

/* The multiply-adds of the job, without those on padding; for other kernels, the values read. */
static double work(const struct job *j)
{
  const double pixels = (double)j->width * j->height;

  if (j->run == run_gemm || j->run == run_gemm_int8)
    return pixels * j->in * j->out * j->k * j->k;
  if (j->run == run_depthwise || j->run == run_depthwise16)
    return pixels * j->out * j->k * j->k;
  if (j->run == run_mix)
    return (double)j->in * j->out * j->k;
  return j->run == run_scale_inputs ? (double)j->in * j->out : pixels * j->out;
}

/* The best of the runs that fit into the time, in ms. */
static double best_ms(const struct et_ops *ops, const struct job *job, int64_t budget_ns)
{
  const int64_t begin_ns = et_clock_ns();
  struct bench_samples samples = {0};
  double best;

  job->run(ops, job);
  do {
    const int64_t run_ns = et_clock_ns();

    job->run(ops, job);
    bench_samples_add(&samples, et_clock_ns() - run_ns);
  } while (et_clock_ns() - begin_ns < budget_ns);
  best = bench_samples_quantile(&samples, 0);
  bench_samples_fini(&samples);
  return best;
}

static float *fill(uint32_t seed)
{
  float *values = aligned_alloc(64, FLOATS * sizeof *values);

  if (!values) {
    fprintf(stderr, "kernels: out of memory\n");
    exit(EXIT_FAILURE);
  }
  for (size_t i = 0; i < FLOATS; i++) {
    seed = seed * 1664525 + 1013904223;
    values[i] = (float)(seed >> 8) / (float)(1 << 24) - 0.5F;
  }
  return values;
}

static void print_job(const struct job *job, int64_t budget_ns)
{
  double portable_ms = 0;

  printf("%-28s", job->name);
  for (size_t i = 0; et_ops_at(i) && i < MOST_SETS; i++) {
    const double ms = best_ms(et_ops_at(i), job, budget_ns);

    if (i == 0)
      portable_ms = ms;
    printf(" %8.2f (x%5.1f)", work(job) / ms / 1e6, portable_ms / ms);
    fflush(stdout);
  }
  printf("\n");
}

static void usage(const char *program)
{
  printf("usage: %s [OPTION...]\n"
         "  --only TEXT   only kernels with this text in their name\n"
         "  --ms N        per kernel and set (default 20)\n"
         "  --cpu N       the processor to run on (default: the last)\n",
         program);
}

static const struct option options[] = {
  {"only", required_argument, NULL, 'o'},
  {"ms", required_argument, NULL, 'm'},
  {"cpu", required_argument, NULL, 'c'},
  {"help", no_argument, NULL, 'h'},
  {0},
};

int main(int argc, char **argv)
{
  const char *only = "";
  int64_t budget_ns = 20 * ET_MS_NS;
  int option, cpu = -1;

  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
    if (option == 'o') {
      only = optarg;
    } else if (option == 'm') {
      budget_ns = atoi(optarg) * ET_MS_NS;
    } else if (option == 'c') {
      cpu = atoi(optarg);
    } else {
      usage(argv[0]);
      return option == 'h' ? EXIT_SUCCESS : 64;
    }
  }
  cpu = bench_pin(cpu);
  if (cpu < 0)
    return perror("kernels: this processor cannot be chosen"), EXIT_FAILURE;
  input = fill(1);
  weights = fill(2);
  bias = fill(3);
  output = fill(4);
  printf("10^9 multiply-adds (or values) per second, best run; (times portable); processor %d\n%-28s", cpu, "");
  for (size_t i = 0; et_ops_at(i) && i < MOST_SETS; i++)
    printf(" %17s", et_ops_at(i)->name);
  printf("\n");
  for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
    if (strstr(jobs[i].name, only))
      print_job(&jobs[i], budget_ns);
  free(input);
  free(weights);
  free(bias);
  free(output);
  return EXIT_SUCCESS;
}
