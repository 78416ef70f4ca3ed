/* SPDX-License-Identifier: MIT */
/* Counts the multiply-adds of a frame from the shapes of the weights and the sizes of the pictures
 * that they run over. */
#include "bench/work.h"

#include "net/model.h"

static double dense(const struct et_dense *d, double pixels)
{
  return pixels * d->in * d->out;
}

static double conv(const struct et_conv *c, double pixels)
{
  return pixels * c->k * c->k * c->pixel * c->out;
}

static double depthwise(const struct et_depthwise_weights *d, double pixels)
{
  return pixels * d->k * d->k * d->channels;
}

static void add_backbone(const struct et_model *model, struct bench_work *work)
{
  const struct et_architecture *a = &model->architecture;
  double side = a->search_size / 2.0;

  work->backbone = conv(&model->weights.stem, side * side);
  for (int i = 0; i < a->blocks; i++) {
    const struct et_block_weights *w = &model->weights.block[i];

    work->backbone += dense(&w->expand, side * side);
    side /= a->block[i].stride;
    work->depthwise += depthwise(&w->dw, side * side);
    work->backbone += dense(&w->squeeze, 1) + dense(&w->excite, 1) + dense(&w->project, side * side);
  }
  work->backbone += work->depthwise;
}

/* The number of cells of the features of a crop. */
static double cells_of(const struct et_architecture *a, int crop_size)
{
  const int side = crop_size / a->stride;

  return (double)side * side;
}

static double neck(const struct et_model *model, double cells)
{
  const struct et_architecture *a = &model->architecture;
  const struct et_weights *w = &model->weights;

  return cells * cells_of(a, a->template_size) * et_architecture_channels(a) + dense(&w->gate.fc1, 1) + dense(&w->gate.fc2, 1) +
         dense(&w->adjust, cells);
}

static double separable(const struct et_separable_weights *w, double cells)
{
  return depthwise(&w->dw, cells) + dense(&w->pw, cells);
}

/* The exemplars are mixed before they are convolved, once per frame. */
static double layer(const struct et_exemplar_weights *w, int exemplars, double cells)
{
  const double attention = dense(&w->query, 1) + dense(&w->keys, 1), gate = dense(&w->gate.fc1, 1) + dense(&w->gate.fc2, 1);
  const double mix = exemplars * (depthwise(&w->dw, 1) + dense(&w->pw, 1));

  return attention + mix + gate + depthwise(&w->dw, cells) + dense(&w->pw, cells) + dense(&w->fc1, cells) + dense(&w->fc2, cells);
}

static double branch(const struct et_branch_weights *w, int exemplars, double cells)
{
  double sum = separable(&w->first, cells) + separable(&w->last, cells) + conv(&w->pred, cells);

  for (int l = 0; l < w->layers; l++)
    sum += layer(&w->layer[l], exemplars, cells);
  return sum;
}

struct bench_work bench_work_of(const struct et_model *model)
{
  const struct et_architecture *a = &model->architecture;
  const double cells = cells_of(a, a->search_size);
  struct bench_work work = {0};

  add_backbone(model, &work);
  work.neck = neck(model, cells);
  work.heads = branch(&model->weights.cls, a->exemplars, cells) + branch(&model->weights.reg, a->exemplars, cells);
  return work;
}
