/* SPDX-License-Identifier: MIT */
/* Times our tracker beside those of OpenCV, and our network beside ONNX Runtime and XNNPACK, one
 * after the other on each frame, on one core. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command.h"
#include "bench/contender.h"
#include "bench/hold.h"
#include "bench/race.h"
#include "bench/samples.h"

enum { SKIPPED = 77 };

#ifndef WITH_OPENCV
static void miss_opencv(const char *name, struct bench_contender *contender)
{
  snprintf(contender->name, sizeof contender->name, "%s", name);
  snprintf(contender->missing, sizeof contender->missing, "built without OpenCV >= 4.9");
}

void bench_opencv_vit(const struct bench_paths *paths, struct bench_contender *contender)
{
  miss_opencv("OpenCV TrackerVit", contender);
}

void bench_opencv_nano(const struct bench_paths *paths, struct bench_contender *contender)
{
  miss_opencv("OpenCV TrackerNano", contender);
}
#endif

#ifndef WITH_ONNXRUNTIME
void bench_onnxruntime(const struct bench_paths *paths, bool int8, struct bench_contender *contender)
{
  snprintf(contender->name, sizeof contender->name, "ONNX Runtime, %s", int8 ? "int8 (QDQ)" : "float32");
  snprintf(contender->missing, sizeof contender->missing, "built without it");
}
#endif

#ifndef WITH_XNNPACK
void bench_xnnpack(const char *model, bool int8, bool held, struct bench_contender *contender)
{
  snprintf(contender->name, sizeof contender->name, "XNNPACK, %s, random weights", int8 ? "int8" : "float32");
  snprintf(contender->missing, sizeof contender->missing, "built without it (libxnnpack-dev of Debian 13)");
}
#endif

/* One of our models with one set of kernels (NULL = the fastest). */
static void enter_ours(struct bench_race *race, const char *model, const char *kernels)
{
  struct bench_contender raw = {0}, states = {0}, network = {0};

  bench_etrack(model, kernels, true, &raw);
  bench_race_enter(race, &raw);
  if (raw.missing[0])
    return; /* the others are missing for the same reason */
  bench_etrack(model, kernels, false, &states);
  bench_race_enter(race, &states);
  bench_network(model, kernels, &network);
  bench_race_enter(race, &network);
}

static void enter_peers(struct bench_race *race, const struct bench_command *c)
{
  struct bench_contender peer[6] = {0};

  bench_opencv_vit(&c->paths, &peer[0]);
  bench_opencv_nano(&c->paths, &peer[1]);
  bench_onnxruntime(&c->paths, false, &peer[2]);
  bench_onnxruntime(&c->paths, true, &peer[3]);
  bench_xnnpack(c->models.name[0], false, c->hold, &peer[4]);
  bench_xnnpack(c->models.name[0], true, c->hold, &peer[5]);
  for (size_t i = 0; i < 6; i++)
    bench_race_enter(race, &peer[i]);
}

static void enter_all(struct bench_race *race, const struct bench_command *c)
{
  for (size_t m = 0; m < c->models.count; m++)
    for (size_t k = 0; k < c->kernels.count; k++)
      enter_ours(race, c->models.name[m], c->kernels.name[k]);
  enter_peers(race, c);
}

static void print_heading(const struct bench_command *c)
{
  char processor[128];

  bench_processor(processor, sizeof processor);
  printf("%s, %s\n", processor,
         c->hold ? "held to AVX2: our kernels, OpenCV and XNNPACK; ONNX Runtime cannot be held" : "every library at its best");
}

static int run(const struct bench_command *c)
{
  static struct bench_race race;

  race.frames = c->frames;
  race.warm_up = c->warm_up;
  race.held = c->hold;
  race.cpu = bench_pin(c->cpu);
  if (race.cpu < 0) {
    perror("peers: this processor cannot be chosen");
    return EXIT_FAILURE;
  }
  print_heading(c);
  enter_all(&race, c);
  for (size_t i = 0; i < c->clips; i++)
    if (!bench_race_run(&race, c->clip[i]))
      return EXIT_FAILURE;
  bench_race_print(&race);
  if (c->json && !bench_race_write(&race, c->json)) {
    fprintf(stderr, "peers: %s: cannot write: %s\n", c->json, strerror(errno));
    return EXIT_FAILURE;
  }
  bench_race_fini(&race);
  return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
  struct bench_command command;

  switch (bench_command_read(&command, argc, argv)) {
  case BENCH_COMMAND_RUN:
    break;
  case BENCH_COMMAND_HELP:
    return EXIT_SUCCESS;
  case BENCH_COMMAND_WRONG:
    return 64;
  }
  if (command.hold && !bench_hold_matters()) {
    printf("SKIP --hold avx2: this processor has nothing above AVX2\n");
    return SKIPPED;
  }
  if (command.hold && !bench_hold_opencv(argv)) {
    perror("peers: cannot start anew to hold OpenCV");
    return EXIT_FAILURE;
  }
  if (command.clips == 0) {
    printf("SKIP peers: there is no sequence; name one or set ETRACK_DATA\n");
    return SKIPPED;
  }
  return run(&command);
}
