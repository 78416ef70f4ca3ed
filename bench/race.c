/* SPDX-License-Identifier: MIT */
/* Runs contenders one after the other on each frame.
 *
 * Design notes. All contenders take each frame in turn, so that other load of the machine meets all
 * of them. Ratios are formed pair by pair. The memory of every frame is read once before the first
 * contender, which would otherwise pay for fetching it. Each tracker follows the target by itself;
 * the bare networks look where the ground truth was. The first frames after a start do not count,
 * because OpenCV then lays out its networks anew, which takes as long as three frames. */
#include "bench/race.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void bench_race_enter(struct bench_race *race, const struct bench_contender *contender)
{
  if (contender->missing[0] && race->missings < BENCH_MOST_CONTENDERS) {
    printf("SKIP %s: %s\n", contender->name, contender->missing);
    race->missing[race->missings++] = *contender;
  }
  if (!contender->self)
    return;
  if (race->entries == BENCH_MOST_CONTENDERS) {
    fprintf(stderr, "peers: more than %d contenders; name fewer models or kernels\n", BENCH_MOST_CONTENDERS);
    exit(EXIT_FAILURE);
  }
  race->entry[race->entries++].contender = *contender;
}

const struct bench_entry *bench_race_reference(const struct bench_race *race)
{
  for (size_t i = 0; i < race->entries; i++)
    if (race->entry[i].contender.scores)
      return &race->entry[i];
  return NULL;
}

static bool is_ours(const struct bench_contender *c)
{
  return c->model[0] != '\0';
}

bool bench_race_comparable(const struct bench_entry *ours, const struct bench_entry *theirs)
{
  const struct bench_contender *a = &ours->contender, *b = &theirs->contender;

  if (!is_ours(a))
    return false;
  if (is_ours(b))
    return theirs < ours && a->kind == b->kind && a->raw == b->raw && strcmp(a->kernels, b->kernels) == 0;
  return a->kind == b->kind || (a->raw && b->kind == BENCH_NETWORK);
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

static void run_one(struct bench_entry *e, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box around,
                    bool timed)
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
  if (c->kind == BENCH_TRACKER && frame->truth.w > 0) {
    e->overlap += found ? bench_overlap(box, frame->truth) : 0;
    e->seen++;
  }
}

/* Compares the score maps of the bare networks, which got the same picture. */
static void compare_scores(struct bench_race *race)
{
  const struct bench_entry *reference = bench_race_reference(race);
  size_t expected = 0, count = 0;
  const float *first = reference ? reference->contender.scores(reference->contender.self, &expected) : NULL;

  for (size_t i = 0; first && i < race->entries; i++) {
    struct bench_entry *e = &race->entry[i];
    const float *map = e->contender.scores ? e->contender.scores(e->contender.self, &count) : NULL;

    for (size_t k = 0; map && count == expected && k < count; k++)
      e->difference = fmax(e->difference, fabs((double)map[k] - (double)first[k]));
  }
}

static void run_clip(struct bench_race *race, const struct bench_clip *clip)
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

bool bench_race_run(struct bench_race *race, const char *folder)
{
  struct bench_lap *lap = &race->lap[race->laps];
  struct bench_clip clip;

  if (!bench_clip_open(folder, race->frames, &clip))
    return false;
  run_clip(race, &clip);
  snprintf(lap->name, sizeof lap->name, "%s", clip.name);
  lap->width = clip.width;
  lap->height = clip.height;
  lap->frames = clip.count - 1;
  race->laps++;
  printf("%s %dx%d: %zu frames\n", lap->name, lap->width, lap->height, lap->frames);
  fflush(stdout);
  bench_clip_close(&clip);
  getloadavg(&race->load, 1);
  return true;
}

void bench_race_fini(struct bench_race *race)
{
  for (size_t i = 0; i < race->entries; i++) {
    race->entry[i].contender.destroy(race->entry[i].contender.self);
    bench_samples_fini(&race->entry[i].samples);
  }
  race->entries = 0;
}
