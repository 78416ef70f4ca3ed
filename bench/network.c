/* SPDX-License-Identifier: MIT */
/* Our network alone as a contender, on the crops that ONNX Runtime gets. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/contender.h"
#include "bench/input.h"
#include "net/network.h"
#include "ops/ops.h"

struct bare {
  struct et_model *model;
  struct et_network *network;
  struct bench_input input;
  struct et_scores scores; /* of the last step */
  char name[64];
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

static bool open_network(struct bare *b, const char *path, const char *kernels, struct et_error_detail *detail)
{
  const struct et_ops *ops = et_ops_find(kernels);

  if (!ops)
    return et_fail(detail, ET_ERR_ARGUMENT, "there are no kernels `%s`", kernels) == ET_OK;
  if (et_model_open(path, &b->model, detail) != ET_OK || et_network_create(b->model, ops, &b->network, detail) != ET_OK)
    return false;
  if (!bench_input_init(&b->input, b->model->architecture.template_size, b->model->architecture.search_size))
    return et_fail(detail, ET_ERR_NO_MEMORY, "out of memory for crops") == ET_OK;
  snprintf(b->name, sizeof b->name, "etrack network, %s", ops->name);
  return true;
}

void bench_network(const struct bench_paths *paths, const char *kernels, struct bench_contender *contender)
{
  struct et_error_detail detail = {"out of memory"};
  struct bare *b = calloc(1, sizeof *b);

  if (!b || !open_network(b, paths->model, kernels, &detail)) {
    printf("SKIP etrack network: %s\n", detail.text);
    if (b)
      destroy(b);
    return;
  }
  *contender = (struct bench_contender){b->name, b, start, prepare, step, destroy, scores};
}
