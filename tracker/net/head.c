/* SPDX-License-Identifier: MIT */
/* A head branch. */
#include "net/head.h"

#include "net/dense_int8.h"

int et_head_margin(const struct et_branch_shape *shape)
{
  int margin = 1; /* of the 3x3 prediction */

  for (int l = 0; l < shape->layers; l++)
    if (margin < shape->kernels[l] / 2)
      margin = shape->kernels[l] / 2;
  return margin;
}

void et_head_init(struct et_head *head, const struct et_branch_shape *shape, int cells, int outputs, struct et_arena *arena)
{
  head->x = et_tensor_reserve(arena, cells, cells, shape->channels, et_head_margin(shape));
  head->out = et_tensor_reserve(arena, cells, cells, outputs, 0);
}

/* depthwise (no bias, no activation) -> 1x1 -> relu */
static void run_separable(const struct et_head *h, const struct et_ops *ops, const struct et_separable_weights *w,
                          const struct et_tensor *in, const struct et_tensor *out, const struct et_stage_observer *observer,
                          const char *name)
{
  const struct et_tensor y = et_tensor_packed(h->scratch->y.data, in->width, in->height, in->channels);

  et_depthwise_run(ops, &w->dw, NULL, in, ET_LINEAR, &y, NULL);
  et_stage_show(et_stage_inside(observer), &y, "%s.%s.dw", h->name, name);
  if (w->pw_int8) {
    et_dense_int8_quantise(ops, w->pw_int8, &y, h->scratch->bytes);
    et_dense_int8_run(ops, w->pw_int8, h->scratch->bytes, true, NULL, out);
  } else {
    et_dense_run(ops, &w->pw, NULL, &y, ET_RELU, NULL, out);
  }
  et_stage_show(observer, out, "%s.%s", h->name, name);
}

void et_head_run(const struct et_head *h, const struct et_ops *ops, const struct et_tensor *in, const struct et_stage_observer *observer)
{
  run_separable(h, ops, &h->weights->first, in, &h->x, observer, "first");
  for (int l = 0; l < h->weights->layers; l++)
    et_exemplar_transformer_run(ops, &h->weights->layer[l], h->exemplars, h->scratch, &h->x, observer, h->name, l);
  run_separable(h, ops, &h->weights->last, &h->x, &h->x, observer, "last");
  et_conv_run(ops, &h->weights->pred, &h->x, 1, h->activation, &h->out);
}
