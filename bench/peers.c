/* SPDX-License-Identifier: MIT */
/* Times our tracker beside those of OpenCV, and our network beside ONNX Runtime, one after the
 * other on each frame, on one core.
 *
 * Design notes. All contenders take each frame in turn, so that other load of the machine meets all
 * of them. Ratios are formed pair by pair. The memory of every frame is read once before the first
 * contender, which would otherwise pay for fetching it. Each tracker follows the target by itself;
 * the bare networks look where the ground truth was. The first frames after a start do not count,
 * because OpenCV then lays out its networks anew, which takes as long as three frames. */
#include <dirent.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "base/clock.h"
#include "bench/contender.h"
#include "bench/samples.h"

enum { MOST_CONTENDERS = 6, MOST_CLIPS = 64 };

/* A contender and its results. */
struct entry {
  struct bench_contender contender;
  struct bench_samples samples;
  double overlap; /* sum over `seen` frames */
  size_t seen;    /* frames with a known target */
  bool running;   /* it took the target of the present clip */
};

struct race {
  struct bench_paths paths;
  const char *kernels;
  size_t frames;  /* at most, per clip */
  size_t warm_up; /* frames of each clip that do not count */
  int cpu;
  const char *clip[MOST_CLIPS];
  size_t clips;
  struct entry entry[MOST_CONTENDERS];
  size_t entries;
  size_t timed;      /* frames */
  double difference; /* largest, between the score maps of the bare networks */
};

#ifndef WITH_OPENCV
void bench_opencv_vit(const struct bench_paths *paths, struct bench_contender *contender)
{
  printf("SKIP OpenCV TrackerVit: built without OpenCV >= 4.9\n");
}

void bench_opencv_nano(const struct bench_paths *paths, struct bench_contender *contender)
{
  printf("SKIP OpenCV TrackerNano: built without OpenCV >= 4.9\n");
}
#endif

#ifndef WITH_ONNXRUNTIME
void bench_onnxruntime(const struct bench_paths *paths, struct bench_contender *contender)
{
  printf("SKIP ONNX Runtime: built without it\n");
}
#endif

static void enter(struct race *race, const struct bench_contender *contender)
{
  if (contender->name)
    race->entry[race->entries++].contender = *contender;
}

static void enter_all(struct race *race)
{
  struct bench_contender c[MOST_CONTENDERS] = {0};

  bench_etrack(&race->paths, race->kernels, true, &c[0]);
  bench_opencv_vit(&race->paths, &c[1]);
  bench_opencv_nano(&race->paths, &c[2]);
  bench_etrack(&race->paths, race->kernels, false, &c[3]);
  bench_network(&race->paths, race->kernels, &c[4]);
  bench_onnxruntime(&race->paths, &c[5]);
  for (size_t i = 0; i < MOST_CONTENDERS; i++)
    enter(race, &c[i]);
}

/* Reads the picture, so that no contender finds it cold. */
static unsigned touch(const struct bench_clip *clip, const struct bench_frame *frame)
{
  const size_t bytes = (size_t)clip->width * (size_t)clip->height * 3;
  unsigned sum = 0;

  for (size_t i = 0; i < bytes; i += 64)
    sum += *(const volatile uint8_t *)(frame->bgr + i);
  return sum;
}

static void run_one(struct entry *e, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box around, bool timed)
{
  const struct bench_contender *c = &e->contender;
  struct bench_box box = {0};
  int64_t begin;
  bool found;

  if (c->prepare)
    c->prepare(c->self, clip, frame, around);
  begin = et_clock_ns();
  found = c->step(c->self, clip, frame, &box);
  if (!timed)
    return;
  bench_samples_add(&e->samples, et_clock_ns() - begin);
  if (frame->truth.w > 0) {
    e->overlap += found ? bench_overlap(box, frame->truth) : 0;
    e->seen++;
  }
}

/* Compares the score maps of the bare networks, which got the same picture. */
static void compare_scores(struct race *race)
{
  const float *first = NULL;
  size_t count = 0;

  for (size_t i = 0; i < race->entries; i++) {
    const struct bench_contender *c = &race->entry[i].contender;
    const float *map = c->scores ? c->scores(c->self, &count) : NULL;

    for (size_t k = 0; first && map && k < count; k++)
      race->difference = fmax(race->difference, fabs((double)map[k] - (double)first[k]));
    if (!first)
      first = map;
  }
}

static void run_clip(struct race *race, const struct bench_clip *clip)
{
  struct bench_box around = clip->frame[0].truth;

  for (size_t i = 0; i < race->entries; i++) {
    const struct bench_contender *c = &race->entry[i].contender;

    race->entry[i].running = c->start(c->self, clip, &clip->frame[0], around);
  }
  for (size_t f = 1; f < clip->count; f++) {
    const bool timed = f > race->warm_up;

    touch(clip, &clip->frame[f]);
    for (size_t i = 0; i < race->entries; i++)
      if (race->entry[i].running)
        run_one(&race->entry[i], clip, &clip->frame[f], around, timed);
    compare_scores(race);
    race->timed += timed;
    if (clip->frame[f].truth.w > 0)
      around = clip->frame[f].truth;
  }
}

static void print_times(const struct race *race)
{
  printf("\n%-32s %8s %8s %8s %8s %8s\n", "ms per frame", "min", "median", "p95", "max", "overlap");
  for (size_t i = 0; i < race->entries; i++) {
    const struct entry *e = &race->entry[i];
    const struct bench_samples *s = &e->samples;

    printf("%-32s %8.2f %8.2f %8.2f %8.2f", e->contender.name, bench_samples_quantile(s, 0), bench_samples_quantile(s, 0.5),
           bench_samples_quantile(s, 0.95), bench_samples_quantile(s, 1));
    if (e->contender.scores)
      printf("%9s\n", "-");
    else
      printf(" %8.3f\n", e->seen ? e->overlap / (double)e->seen : 0);
  }
}

static const struct entry *find_entry(const struct race *race, const char *start)
{
  for (size_t i = 0; i < race->entries; i++)
    if (strncmp(race->entry[i].contender.name, start, strlen(start)) == 0)
      return &race->entry[i];
  return NULL;
}

static void print_ratio(const struct race *race, const char *our_name, const char *their_name)
{
  const struct entry *ours = find_entry(race, our_name), *theirs = find_entry(race, their_name);
  const struct bench_samples *a = ours ? &ours->samples : NULL, *b = theirs ? &theirs->samples : NULL;
  char pair[80];

  if (!a || !b)
    return;
  snprintf(pair, sizeof pair, "%s / %s", our_name, their_name);
  printf("%-40s %8.3f %8.3f %8.3f %10.3f\n", pair, bench_ratio_quantile(a, b, 0.5), bench_ratio_quantile(a, b, 0.25),
         bench_ratio_quantile(a, b, 0.75), bench_samples_quantile(a, 0) / bench_samples_quantile(b, 0));
}

static void print_ratios(const struct race *race)
{
  printf("\n%-40s %8s %8s %8s %10s\n", "time ratio, pair by pair", "median", "p25", "p75", "of minima");
  print_ratio(race, "etrack raw", "OpenCV TrackerVit");
  print_ratio(race, "etrack raw", "OpenCV TrackerNano");
  print_ratio(race, "etrack states", "OpenCV TrackerVit");
  print_ratio(race, "etrack states", "OpenCV TrackerNano");
  print_ratio(race, "etrack raw", "ONNX Runtime");
  print_ratio(race, "etrack network", "ONNX Runtime");
  if (find_entry(race, "ONNX Runtime") && find_entry(race, "etrack network"))
    printf("\nThe score maps of both networks differ by at most %.2g.\n", race->difference);
}

static int run(struct race *race)
{
  struct bench_clip clip;
  double load = 0;

  race->cpu = bench_pin(race->cpu);
  if (race->cpu < 0) {
    perror("peers: this processor cannot be chosen");
    return EXIT_FAILURE;
  }
  enter_all(race);
  for (size_t i = 0; i < race->clips; i++) {
    if (!bench_clip_open(race->clip[i], race->frames, &clip))
      return EXIT_FAILURE;
    run_clip(race, &clip);
    printf("%s %dx%d: %zu frames\n", clip.name, clip.width, clip.height, clip.count - 1);
    fflush(stdout);
    bench_clip_close(&clip);
  }
  getloadavg(&load, 1);
  printf("%zu frames on processor %d, one thread, contenders in turn on each frame; load average %.1f\n", race->timed, race->cpu, load);
  print_times(race);
  print_ratios(race);
  for (size_t i = 0; i < race->entries; i++) {
    race->entry[i].contender.destroy(race->entry[i].contender.self);
    bench_samples_fini(&race->entry[i].samples);
  }
  return EXIT_SUCCESS;
}

static int not_hidden(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

/* Finds every sequence below $ETRACK_DATA, for a command line that names none. */
static void find_clips(struct race *race, const char *data)
{
  char *folder = g_build_filename(data, "sequences", NULL);
  struct dirent **entry = NULL;
  const int found = scandir(folder, &entry, not_hidden, alphasort);

  for (int i = 0; i < found; i++) {
    char *clip = g_build_filename(folder, entry[i]->d_name, NULL), *boxes = g_build_filename(clip, "groundtruth_rect.txt", NULL);

    if (race->clips < MOST_CLIPS && access(boxes, R_OK) == 0)
      race->clip[race->clips++] = g_steal_pointer(&clip);
    g_free(clip);
    g_free(boxes);
    free(entry[i]);
  }
  free(entry);
  g_free(folder);
}

static void usage(const char *program)
{
  printf("usage: %s [OPTION...] [SEQUENCE...]\n"
         "SEQUENCE: a folder with img/*.jpg and groundtruth_rect.txt (default: each in $ETRACK_DATA/sequences)\n"
         "  --model FILE        our model (default: $ETRACK_MODEL, otherwise the source tree's)\n"
         "  --kernels NAME      our kernels (default: the fastest)\n"
         "  --peers DIR         folder of the peers' models (default $ETRACK_DATA/peers), or file by file:\n"
         "  --vit FILE          OpenCV's TrackerVit (DIR/vittrack/vitTracker.onnx)\n"
         "  --nano-backbone FILE, --nano-head FILE\n"
         "                      OpenCV's TrackerNano (DIR/nanotrack_v2/nanotrack_{backbone,head}_sim.onnx)\n"
         "  --onnx-search FILE, --onnx-template FILE\n"
         "                      our network (DIR/etrack-small-onnx/{search,template}.onnx)\n"
         "  --frames N          at most, per sequence (default 60)\n"
         "  --warm-up N         first frames of each sequence that do not count (default 5)\n"
         "  --cpu N             the processor to run on (default: the last)\n",
         program);
}

enum { OPTION_MODEL = 256, OPTION_KERNELS, OPTION_PEERS, OPTION_FRAMES, OPTION_WARM_UP, OPTION_CPU, OPTION_HELP, OPTION_PATH };

static const struct option options[] = {
  {"model", required_argument, NULL, OPTION_MODEL},
  {"kernels", required_argument, NULL, OPTION_KERNELS},
  {"peers", required_argument, NULL, OPTION_PEERS},
  {"frames", required_argument, NULL, OPTION_FRAMES},
  {"warm-up", required_argument, NULL, OPTION_WARM_UP},
  {"cpu", required_argument, NULL, OPTION_CPU},
  {"help", no_argument, NULL, OPTION_HELP},
  {"vit", required_argument, NULL, OPTION_PATH},
  {"nano-backbone", required_argument, NULL, OPTION_PATH + 1},
  {"nano-head", required_argument, NULL, OPTION_PATH + 2},
  {"onnx-search", required_argument, NULL, OPTION_PATH + 3},
  {"onnx-template", required_argument, NULL, OPTION_PATH + 4},
  {0},
};

/* The paths, in the order of the options from OPTION_PATH on, and their places in the folder of
 * --peers. */
enum { PATHS = 5 };
static const char *const places[PATHS] = {"vittrack/vitTracker.onnx", "nanotrack_v2/nanotrack_backbone_sim.onnx",
                                          "nanotrack_v2/nanotrack_head_sim.onnx", "etrack-small-onnx/search.onnx",
                                          "etrack-small-onnx/template.onnx"};

/* False if the program is done. */
static bool read_option(struct race *race, int option, const char **peers, const char **given[PATHS])
{
  switch (option) {
  case OPTION_MODEL:
    race->paths.model = optarg;
    return true;
  case OPTION_KERNELS:
    race->kernels = optarg;
    return true;
  case OPTION_PEERS:
    *peers = optarg;
    return true;
  case OPTION_FRAMES:
    race->frames = strtoul(optarg, NULL, 10);
    return true;
  case OPTION_WARM_UP:
    race->warm_up = strtoul(optarg, NULL, 10);
    return true;
  case OPTION_CPU:
    race->cpu = atoi(optarg);
    return true;
  default:
    if (option < OPTION_PATH || option >= OPTION_PATH + PATHS)
      return false;
    *given[option - OPTION_PATH] = optarg;
    return true;
  }
}

/* Names what no option names, in the folder of --peers or in that of $ETRACK_DATA. */
static void name_models(const char *peers, const char *data, const char **given[PATHS])
{
  char *folder = peers ? g_strdup(peers) : data ? g_build_filename(data, "peers", NULL) : NULL;

  for (int i = 0; folder && i < PATHS; i++)
    if (!*given[i])
      *given[i] = g_build_filename(folder, places[i], NULL);
  g_free(folder);
}

int main(int argc, char **argv)
{
  static struct race race = {.frames = 60, .warm_up = 5, .cpu = -1};
  struct bench_paths *p = &race.paths;
  const char **given[PATHS] = {&p->vit, &p->nano_backbone, &p->nano_head, &p->onnx_search, &p->onnx_template};
  const char *data = getenv("ETRACK_DATA"), *peers = NULL;
  int option;

  p->model = getenv("ETRACK_MODEL") ? getenv("ETRACK_MODEL") : BENCH_MODEL;
  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
    if (!read_option(&race, option, &peers, given)) {
      usage(argv[0]);
      return option == OPTION_HELP ? EXIT_SUCCESS : 64;
    }
  name_models(peers, data, given);
  for (; optind < argc && race.clips < MOST_CLIPS; optind++)
    race.clip[race.clips++] = argv[optind];
  if (race.clips == 0 && data)
    find_clips(&race, data);
  if (race.clips == 0) {
    printf("SKIP peers: there is no sequence; name one or set ETRACK_DATA\n");
    return 77;
  }
  return run(&race);
}
