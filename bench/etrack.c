/* SPDX-License-Identifier: MIT */
/* Our tracker as a contender. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/contender.h"
#include "etrack/tracker.h"

struct ours {
  struct et_model *model;
  struct et_tracker *tracker;
  int64_t time_ns;
};

/* As at 30 frames per second: the target states count in seconds. */
static const int64_t frame_ns = 33333333;

static struct et_image view(const struct bench_clip *clip, const struct bench_frame *frame)
{
  return (struct et_image){
    .format = ET_FORMAT_BGR,
    .width = clip->width,
    .height = clip->height,
    .plane = {frame->bgr},
    .stride = {3 * (ptrdiff_t)clip->width},
  };
}

static bool start(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box)
{
  struct ours *o = self;
  const struct et_image image = view(clip, frame);
  const struct et_box target = {box.x, box.y, box.w, box.h};
  struct et_error_detail detail;

  o->time_ns += frame_ns;
  if (et_tracker_init(o->tracker, &image, &target, o->time_ns, NULL, &detail) == ET_OK)
    return true;
  fprintf(stderr, "%s: %s\n", clip->name, detail.text);
  return false;
}

static bool step(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box *box)
{
  struct ours *o = self;
  const struct et_image image = view(clip, frame);
  struct et_result result;

  o->time_ns += frame_ns;
  if (et_tracker_track(o->tracker, &image, o->time_ns, &result, NULL) != ET_OK || !result.has_box)
    return false;
  *box = (struct bench_box){result.box.x, result.box.y, result.box.w, result.box.h};
  return true;
}

static void destroy(void *self)
{
  struct ours *o = self;

  et_tracker_destroy(&o->tracker);
  et_model_close(&o->model);
  free(o);
}

static bool open_tracker(struct ours *o, const char *model, const char *kernels, bool raw, struct et_error_detail *detail)
{
  struct et_tracker_options options;

  et_tracker_options_default(&options);
  options.raw = raw;
  options.kernels = kernels;
  return et_model_open(model, &o->model, detail) == ET_OK && et_tracker_create(o->model, &options, &o->tracker, detail) == ET_OK;
}

void bench_etrack(const char *model, const char *kernels, bool raw, struct bench_contender *contender)
{
  const char *way = raw ? "raw" : "states";
  struct et_error_detail detail = {"out of memory"};
  struct ours *o = calloc(1, sizeof *o);

  if (!o || !open_tracker(o, model, kernels, raw, &detail)) {
    snprintf(contender->name, sizeof contender->name, "etrack %s, %s, %s", way, kernels ? kernels : "fastest kernels", basename(model));
    snprintf(contender->missing, sizeof contender->missing, "%s", detail.text);
    if (o)
      destroy(o);
    return;
  }
  *contender = (struct bench_contender){.kind = BENCH_TRACKER, .raw = raw, .self = o, .start = start, .step = step, .destroy = destroy};
  snprintf(contender->model, sizeof contender->model, "%s", et_model_name(o->model));
  snprintf(contender->kernels, sizeof contender->kernels, "%s", et_tracker_kernels(o->tracker));
  snprintf(contender->name, sizeof contender->name, "etrack %s, %s, %s", way, contender->kernels, contender->model);
}
