/* SPDX-License-Identifier: MIT */
/* Our network alone as a contender, on the crops that ONNX Runtime gets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/contender.h"
#include "bench/input.h"
#include "net/network.h"
#include "ops/ops.h"

struct bare {
  struct et_model *model;
  struct et_network *network;
  struct bench_input input;
  struct et_scores scores; /* of the last step */
};

static bool start(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box)
{
  struct bare *b = self;

  bench_input_template(&b->input, clip, frame, box);
  et_network_set_template(b->network, b->input.rgb);
  return true;
}

static void prepare(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box around)
{
  struct bare *b = self;

  bench_input_search(&b->input, clip, frame, around);
}

static bool step(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box *box)
{
  struct bare *b = self;

  b->scores = et_network_search(b->network, b->input.rgb);
  return false;
}

static const float *scores(void *self, size_t *count)
{
  struct bare *b = self;

  *count = (size_t)b->scores.cells * (size_t)b->scores.cells;
  return b->scores.score;
}

static void destroy(void *self)
{
  struct bare *b = self;

  et_network_destroy(&b->network);
  bench_input_fini(&b->input);
  et_model_close(&b->model);
  free(b);
}

static bool open_network(struct bare *b, const char *path, const struct et_ops *ops, struct et_error_detail *detail)
{
  if (!ops)
    return et_fail(detail, ET_ERR_ARGUMENT, "this processor cannot run them, or there are no such kernels") == ET_OK;
  if (et_model_open(path, &b->model, detail) != ET_OK || et_network_create(b->model, ops, &b->network, detail) != ET_OK)
    return false;
  if (!bench_input_init(&b->input, b->model->architecture.template_size, b->model->architecture.search_size))
    return et_fail(detail, ET_ERR_NO_MEMORY, "out of memory for crops") == ET_OK;
  return true;
}

void bench_network(const char *model, const char *kernels, struct bench_contender *contender)
{
  const struct et_ops *ops = et_ops_find(kernels);
  struct et_error_detail detail = {"out of memory"};
  struct bare *b = calloc(1, sizeof *b);

  if (!b || !open_network(b, model, ops, &detail)) {
    snprintf(contender->name, sizeof contender->name, "etrack network, %s, %s", kernels ? kernels : "fastest kernels", basename(model));
    snprintf(contender->missing, sizeof contender->missing, "%s", detail.text);
    if (b)
      destroy(b);
    return;
  }
  *contender = (struct bench_contender){
    .kind = BENCH_NETWORK, .self = b, .start = start, .prepare = prepare, .step = step, .destroy = destroy, .scores = scores};
  snprintf(contender->model, sizeof contender->model, "%s", et_model_name(b->model));
  snprintf(contender->kernels, sizeof contender->kernels, "%s", ops->name);
  snprintf(contender->name, sizeof contender->name, "etrack network, %s, %s", contender->kernels, contender->model);
}
