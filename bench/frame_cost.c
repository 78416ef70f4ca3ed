/* SPDX-License-Identifier: MIT */
/* Measures the time of each part of a frame (crop, network, procedure) for every set of kernels
 * that this processor runs, and of what depends on the pixel format: the crop and the motion of the
 * camera.
 *
 * The frames are noise, because the work of the tracker does not depend on the picture. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench/samples.h"
#include "bench/work.h"
#include "core/crop.h"
#include "core/look.h"
#include "etrack/tracker.h"
#include "net/network.h"
#include "ops/ops.h"

enum { MOST_SETS = 8, MOST_STAGES = 128, FORMATS = 13, BYTES_A_PIXEL = 4, COLD_FRAMES = 24 };

enum part { CROP, NETWORK, PROCEDURE, FRAME, PARTS };
static const char *const part_name[PARTS] = {"crop", "network", "procedure", "whole frame"};

static const char *const format_name[FORMATS] = {"I420", "NV12", "YUY2", "UYVY",      "GRAY8",     "RGB",      "BGR",
                                                 "RGBA", "BGRA", "BGRx", "GRAY16_LE", "GRAY16_BE", "P010_10LE"};

static const double million = 1e6;

/* More than the caches hold. Reading it makes all else cold. */
static const size_t sweep_bytes = (size_t)96 << 20;

/* A named stage of the network and its time since the stage before. */
struct stage {
  char name[32];
  struct bench_samples samples;
};

/* One set of kernels: the whole tracker, and its parts beside it. */
struct set {
  const struct et_ops *ops;
  struct et_tracker *tracker;
  struct et_eye eye;
  struct bench_samples part[PARTS];
  struct stage stage[MOST_STAGES];
  size_t stages;
  double spent_s;
};

struct options {
  const char *model, *kernels;
  int width, height;
  double target_px; /* side of the target's square box */
  size_t frames;
  double seconds; /* at most, per set of kernels */
  int cpu;
  bool stages;
  bool formats; /* only what depends on the format, warm and cold */
};

struct bench {
  struct options options;
  struct et_model *model;
  uint8_t *pixels;
  uint8_t *sweep; /* for --formats */
  struct set set[MOST_SETS];
  size_t sets;
};

static void give_up(const char *why)
{
  fprintf(stderr, "frame_cost: %s\n", why);
  exit(EXIT_FAILURE);
}

static void fill_noise(uint8_t *bytes, size_t count)
{
  uint32_t state = 1;

  for (size_t i = 0; i < count; i++) {
    state = state * 1664525 + 1013904223;
    bytes[i] = (uint8_t)(state >> 24);
  }
}

/* A frame of any format over the same noise. The planes follow each other. */
static struct et_image view(const struct bench *b, enum et_format format)
{
  const ptrdiff_t w = b->options.width, h = b->options.height, luma = w * h, half = (w + 1) / 2, chroma = half * ((h + 1) / 2);
  struct et_image image = {.format = format, .width = b->options.width, .height = b->options.height, .plane = {b->pixels}};

  image.siting = ET_SITING_H_COSITED;
  switch (format) {
  case ET_FORMAT_I420:
    image.plane[1] = b->pixels + luma;
    image.plane[2] = b->pixels + luma + chroma;
    image.stride[0] = w;
    image.stride[1] = image.stride[2] = half;
    break;
  case ET_FORMAT_NV12:
    image.plane[1] = b->pixels + luma;
    image.stride[0] = w;
    image.stride[1] = 2 * half;
    break;
  case ET_FORMAT_YUY2:
  case ET_FORMAT_UYVY:
    image.stride[0] = 4 * half;
    break;
  case ET_FORMAT_GRAY8:
    image.stride[0] = w;
    break;
  case ET_FORMAT_GRAY16_LE:
  case ET_FORMAT_GRAY16_BE:
    image.stride[0] = 2 * w;
    break;
  case ET_FORMAT_P010_10LE:
    image.plane[1] = b->pixels + 2 * luma;
    image.stride[0] = 2 * w;
    image.stride[1] = 4 * half;
    break;
  case ET_FORMAT_RGB:
  case ET_FORMAT_BGR:
    image.stride[0] = 3 * w;
    break;
  default:
    image.stride[0] = 4 * w;
  }
  return image;
}

static struct et_place middle(const struct options *o, double target_px)
{
  return (struct et_place){o->width / 2.0, o->height / 2.0, target_px, target_px};
}

static void see_stage(const char *name, const struct et_tensor *tensor, void *user)
{
  static int64_t before_ns;
  struct set *s = user;
  const int64_t now_ns = et_clock_ns();
  size_t i = 0;

  while (i < s->stages && strcmp(s->stage[i].name, name) != 0)
    i++;
  if (i == s->stages && s->stages < MOST_STAGES)
    snprintf(s->stage[s->stages++].name, sizeof s->stage[0].name, "%s", name);
  /* the first stage has none before it */
  if (i < s->stages && i > 0)
    bench_samples_add(&s->stage[i].samples, now_ns - before_ns);
  before_ns = et_clock_ns();
}

static void open_set(struct bench *b, const struct et_ops *ops)
{
  const struct et_image image = view(b, ET_FORMAT_NV12);
  const struct et_place place = middle(&b->options, b->options.target_px);
  const struct et_box box = et_box_of_place(&place);
  struct et_tracker_options options;
  struct et_error_detail detail;
  struct set *s = &b->set[b->sets++];

  s->ops = ops;
  et_tracker_options_default(&options);
  options.raw = true;
  options.kernels = ops->name;
  if (et_tracker_create(b->model, &options, &s->tracker, &detail) != ET_OK || et_eye_init(&s->eye, b->model, ops, &detail) != ET_OK ||
      et_tracker_init(s->tracker, &image, &box, 0, NULL, &detail) != ET_OK)
    give_up(detail.text);
  et_eye_learn(&s->eye, &image, &place);
}

/* The same steps as et_eye_look() and the raw procedure, each timed. */
static void time_parts(struct set *s, const struct et_image *image, struct et_place place)
{
  const struct et_procedure *p = &s->eye.procedure;
  const double side = et_search_side(p, &place);
  int64_t at_ns[4];
  struct et_scores scores;
  struct et_choice choice;

  at_ns[0] = et_clock_ns();
  et_crop(s->eye.cropper, image, &s->eye.stretch, place.cx, place.cy, side, p->search_size, s->eye.mean, s->eye.pixels);
  at_ns[1] = et_clock_ns();
  scores = et_network_search(s->eye.network, s->eye.pixels);
  at_ns[2] = et_clock_ns();
  choice = et_procedure_choose(p, &scores, &place, side);
  et_procedure_update(p, &choice, side, image->width, image->height, &place);
  at_ns[3] = et_clock_ns();
  for (int i = 0; i < 3; i++)
    bench_samples_add(&s->part[i], at_ns[i + 1] - at_ns[i]);
}

static void time_frame(const struct bench *b, struct set *s, const struct et_image *image)
{
  const struct et_place place = middle(&b->options, b->options.target_px);
  const struct et_box box = et_box_of_place(&place);
  const int64_t begin_ns = et_clock_ns();
  struct et_result result;
  int64_t ready_ns;

  /* Noise moves the box. Every frame begins with the same box, so that the cost of the crop is the
   * same. */
  if (et_tracker_init(s->tracker, image, &box, 0, NULL, NULL) != ET_OK)
    give_up("the tracker refused the target");
  ready_ns = et_clock_ns();
  if (et_tracker_track(s->tracker, image, 1, &result, NULL) != ET_OK)
    give_up("the tracker refused the frame");
  bench_samples_add(&s->part[FRAME], et_clock_ns() - ready_ns);
  time_parts(s, image, place);
  if (b->options.stages) {
    et_network_observe(s->eye.network, see_stage, s);
    et_network_search(s->eye.network, s->eye.pixels);
    et_network_observe(s->eye.network, NULL, NULL);
  }
  s->spent_s += (double)(et_clock_ns() - begin_ns) / ET_SECOND_NS;
}

static void print_work(const struct et_model *model)
{
  const struct bench_work w = bench_work_of(model);

  printf("%.0f million multiply-adds per frame: backbone %.0f (%.0f of them depthwise), neck %.0f, heads %.0f\n",
         (w.backbone + w.neck + w.heads) / million, w.backbone / million, w.depthwise / million, w.neck / million, w.heads / million);
}

static void time_sets(struct bench *b)
{
  const struct et_image image = view(b, ET_FORMAT_NV12);

  for (size_t f = 0; f < b->options.frames; f++)
    for (size_t i = 0; i < b->sets; i++)
      if (b->set[i].spent_s < b->options.seconds)
        time_frame(b, &b->set[i], &image);
}

static void print_row(const char *label, const char *name, const struct bench_samples *s)
{
  printf("%-10s %-14s %9.3f %9.3f %9.3f %9.3f %9.3f %7zu\n", label, name, bench_samples_quantile(s, 0), bench_samples_quantile(s, 0.5),
         bench_samples_quantile(s, 0.95), bench_samples_quantile(s, 0.99), bench_samples_quantile(s, 1), s->count);
}

static void print_sets(const struct bench *b)
{
  printf("%-10s %-14s %9s %9s %9s %9s %9s %7s\n", "kernels", "ms", "min", "median", "p95", "p99", "max", "frames");
  for (size_t i = 0; i < b->sets; i++) {
    for (int p = 0; p < PARTS; p++)
      print_row(b->set[i].ops->name, part_name[p], &b->set[i].part[p]);
    for (size_t k = 1; k < b->set[i].stages; k++)
      print_row("", b->set[i].stage[k].name, &b->set[i].stage[k].samples);
  }
}

static double take_median(struct bench_samples *samples)
{
  const double ms = bench_samples_quantile(samples, 0.5);

  bench_samples_fini(samples);
  return ms;
}

/* Sums a byte of every cache line, so that the compiler keeps the loop. */
static void make_cold(const struct bench *b)
{
  enum { CACHE_LINE = 64 };
  static volatile unsigned kept __attribute__((unused));
  unsigned sum = 0;

  for (size_t i = 0; i < sweep_bytes; i += CACHE_LINE)
    sum += b->sweep[i];
  kept = sum;
}

static void do_crop(struct et_eye *eye, const struct et_image *image, const struct et_place *place)
{
  et_crop(eye->cropper, image, &eye->stretch, place->cx, place->cy, et_search_side(&eye->procedure, place), eye->procedure.search_size,
          eye->mean, eye->pixels);
}

static void do_camera_motion(struct et_eye *eye, const struct et_image *image, const struct et_place *place)
{
  double x_px, y_px;

  et_camera_motion_measure(eye->camera, image, &eye->stretch, place, 1, &x_px, &y_px);
}

typedef void step_fn(struct et_eye *eye, const struct et_image *image, const struct et_place *place);

/* The median. Cold frames are fewer, because each costs a sweep. */
static double time_step(const struct bench *b, step_fn *step, struct et_eye *eye, const struct et_image *image, double target_px, bool cold)
{
  const struct et_place place = middle(&b->options, target_px);
  const size_t frames = cold && b->options.frames > COLD_FRAMES ? COLD_FRAMES : b->options.frames;
  struct bench_samples samples = {0};

  for (size_t i = 0; i < frames; i++) {
    int64_t begin_ns;

    if (cold)
      make_cold(b);
    begin_ns = et_clock_ns();
    step(eye, image, &place);
    bench_samples_add(&samples, et_clock_ns() - begin_ns);
  }
  return take_median(&samples);
}

static void print_format(const struct bench *b, enum et_format format, const double *targets_px, size_t targets, bool cold)
{
  const struct et_image image = view(b, format);
  struct et_eye *eye = (struct et_eye *)&b->set[b->sets - 1].eye;

  et_stretch_start(&eye->stretch, &image);
  et_camera_motion_start(eye->camera, &image, &eye->stretch);
  printf("%-10s", format_name[format]);
  for (size_t t = 0; t < targets; t++)
    printf(" %9.3f", time_step(b, do_crop, eye, &image, targets_px[t], cold));
  printf(" %14.3f\n", time_step(b, do_camera_motion, eye, &image, b->options.target_px, cold));
}

/* What depends on the format: the crop of a square target, and the motion of the camera. The crop
 * is bilinear, or the mean of 2 x 2 or of 4 x 4 samples. */
static void print_formats(const struct bench *b, const double *targets_px, size_t targets, bool cold)
{
  printf("\n%-10s", cold ? "cold, ms" : "median, ms");
  for (size_t t = 0; t < targets; t++)
    printf(" %6.0f px", targets_px[t]);
  printf(" %14s\n", "camera motion");
  for (int f = 0; f < FORMATS; f++)
    print_format(b, (enum et_format)f, targets_px, targets, cold);
}

static void print_few_formats(const struct bench *b)
{
  static const double targets_px[] = {48, 128, 256};

  print_formats(b, targets_px, sizeof targets_px / sizeof *targets_px, false);
}

static void print_all_formats(struct bench *b)
{
  static const double targets_px[] = {20, 48, 128, 256, 512, 1000};

  b->sweep = malloc(sweep_bytes);
  if (!b->sweep)
    give_up("out of memory for making the caches cold");
  fill_noise(b->sweep, sweep_bytes);
  for (int cold = 0; cold < 2; cold++)
    print_formats(b, targets_px, sizeof targets_px / sizeof *targets_px, cold);
}

static void run(struct bench *b)
{
  const struct options *o = &b->options;
  const size_t bytes = (size_t)(o->width + 1) * (size_t)(o->height + 1) * BYTES_A_PIXEL;
  struct et_error_detail detail;

  b->pixels = malloc(bytes);
  if (!b->pixels)
    give_up("out of memory for a frame");
  fill_noise(b->pixels, bytes);
  if (et_model_open(o->model, &b->model, &detail) != ET_OK)
    give_up(detail.text);
  for (size_t i = 0; et_ops_at(i) && b->sets < MOST_SETS; i++)
    if (!o->kernels || strcmp(o->kernels, et_ops_at(i)->name) == 0)
      open_set(b, et_ops_at(i));
  if (b->sets == 0)
    give_up("this processor or build has no kernels of that name");
  printf("%dx%d NV12, target %.0f px, processor %d, %s\n", o->width, o->height, o->target_px, o->cpu, et_model_name(b->model));
  if (o->formats) {
    print_all_formats(b);
    return;
  }
  print_work(b->model);
  time_sets(b);
  print_sets(b);
  print_few_formats(b);
}

static void finish(struct bench *b)
{
  for (size_t i = 0; i < b->sets; i++) {
    et_tracker_destroy(&b->set[i].tracker);
    et_eye_fini(&b->set[i].eye);
    for (int p = 0; p < PARTS; p++)
      bench_samples_fini(&b->set[i].part[p]);
    for (size_t k = 0; k < b->set[i].stages; k++)
      bench_samples_fini(&b->set[i].stage[k].samples);
  }
  et_model_close(&b->model);
  free(b->pixels);
  free(b->sweep);
}

static void usage(const char *program)
{
  printf("usage: %s [OPTION...]\n"
         "  --model FILE    (default: $ETRACK_MODEL, otherwise the source tree's)\n"
         "  --kernels NAME  only this set (default: all that this processor runs)\n"
         "  --size WxH      of the frames (default 1920x1080)\n"
         "  --target PX     side of the target (default 100)\n"
         "  --frames N      (default 200)\n"
         "  --seconds S     at most, per set of kernels (default 5)\n"
         "  --cpu N         the processor to run on (default: the last)\n"
         "  --stages        print the time of each stage of the network too\n"
         "  --formats       print only the crop and the motion of the camera for more sizes of the\n"
         "                  target, in frames that the caches hold and in frames that they do not\n",
         program);
}

static const struct option long_options[] = {
  {"model", required_argument, NULL, 'm'},
  {"kernels", required_argument, NULL, 'k'},
  {"size", required_argument, NULL, 's'},
  {"target", required_argument, NULL, 't'},
  {"frames", required_argument, NULL, 'n'},
  {"seconds", required_argument, NULL, 'l'},
  {"cpu", required_argument, NULL, 'c'},
  {"stages", no_argument, NULL, 'S'},
  {"formats", no_argument, NULL, 'F'},
  {"help", no_argument, NULL, 'h'},
  {0},
};

static bool read_option(struct options *o, int option)
{
  switch (option) {
  case 'm':
    o->model = optarg;
    return true;
  case 'k':
    o->kernels = optarg;
    return true;
  case 's':
    return sscanf(optarg, "%dx%d", &o->width, &o->height) == 2 && o->width >= 64 && o->height >= 64 && o->width <= 8192 &&
           o->height <= 8192;
  case 't':
    o->target_px = atof(optarg);
    return o->target_px >= 4;
  case 'n':
    o->frames = strtoul(optarg, NULL, 10);
    return o->frames > 0;
  case 'l':
    o->seconds = atof(optarg);
    return o->seconds > 0;
  case 'c':
    o->cpu = atoi(optarg);
    return true;
  case 'S':
    o->stages = true;
    return true;
  case 'F':
    o->formats = true;
    return true;
  default:
    return false;
  }
}

int main(int argc, char **argv)
{
  static struct bench bench = {.options = {.width = 1920, .height = 1080, .target_px = 100, .frames = 200, .seconds = 5, .cpu = -1}};
  struct options *o = &bench.options;
  int option;

  o->model = getenv("ETRACK_MODEL") ? getenv("ETRACK_MODEL") : BENCH_MODEL;
  while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
    if (!read_option(o, option)) {
      usage(argv[0]);
      return option == 'h' ? EXIT_SUCCESS : 64;
    }
  o->cpu = bench_pin(o->cpu);
  if (o->cpu < 0)
    give_up("this processor cannot be chosen");
  run(&bench);
  finish(&bench);
  return EXIT_SUCCESS;
}
