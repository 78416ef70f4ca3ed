/* SPDX-License-Identifier: MIT */
/* The backbone `lighttrack`. */
#include "net/backbone.h"

static const float pixel_mean[3] = {0.485f * 255, 0.456f * 255, 0.406f * 255};
static const float pixel_std[3] = {0.229f * 255, 0.224f * 255, 0.225f * 255};

/* Three floats per pixel, not a padded block: the stem's kernel reads three pixels of a row as nine
 * floats. */
static struct et_tensor reserve_pixels(struct et_arena *arena, int size)
{
  const ptrdiff_t row = (size + 2) * 3;
  float *p = et_arena_floats(arena, (size_t)(row * (size + 2)));

  return (struct et_tensor){.data = p ? p + row + 3 : NULL, .width = size, .height = size, .channels = 3, .pixel = 3, .row = row};
}

static void init_block(struct et_backbone *b, int i, int in_size)
{
  const struct et_block_shape *s = &b->model->architecture.block[i];

  b->block[i] = (struct et_inverted_residual){
    .weights = &b->model->weights.block[i],
    .scratch = &b->scratch,
    .index = i,
    .kernel = s->kernel,
    .stride = s->stride,
    .in_width = in_size,
    .in_height = in_size,
    .in_channels = s->in,
    .mid_channels = s->in * s->expansion,
    .residual = s->stride == 1 && s->in == s->out,
  };
}

static void reserve_scratch(struct et_backbone *b, struct et_arena *arena)
{
  struct et_block_need need = {0};

  for (int i = 0; i < b->model->architecture.blocks; i++)
    et_inverted_residual_need(&b->block[i], &need);
  b->scratch = (struct et_block_scratch){
    .rows = et_arena_bytes(arena, need.rows),
    .mid = et_arena_bytes(arena, need.mid),
    .sums = et_arena_bytes(arena, need.sums),
    .mean = et_arena_bytes(arena, need.mean),
    .squeeze = et_arena_bytes(arena, need.squeeze),
    .gate = et_arena_bytes(arena, need.gate),
    .project = et_arena_bytes(arena, need.project),
    .bytes = et_arena_bytes(arena, need.bytes),
  };
}

/* The blocks' outputs share two buffers. Each is as large as the largest output that it holds. */
static void reserve_outputs(struct et_backbone *b, struct et_arena *arena)
{
  const struct et_architecture *a = &b->model->architecture;
  size_t floats[2] = {0};
  float *buffer[2];

  for (int i = 0; i < a->blocks; i++) {
    size_t side = (size_t)(b->block[i].in_width / b->block[i].stride), wanted = side * side * et_padded((size_t)a->block[i].out);

    if (floats[i % 2] < wanted)
      floats[i % 2] = wanted;
  }
  for (int i = 0; i < 2; i++)
    buffer[i] = et_arena_floats(arena, floats[i]);
  for (int i = 0; i < a->blocks; i++) {
    int side = b->block[i].in_width / b->block[i].stride;

    b->out[i] = et_tensor_packed(buffer[i % 2], side, side, a->block[i].out);
  }
}

void et_backbone_init(struct et_backbone *b, const struct et_model *model, int size, struct et_arena *arena)
{
  const struct et_architecture *a = &model->architecture;
  int side = size / 2;

  b->model = model;
  b->size = size;
  b->pixels = reserve_pixels(arena, size);
  b->stem = et_tensor_reserve(arena, side, side, a->stem, 0);
  for (int i = 0; i < a->blocks; i++) {
    init_block(b, i, side);
    side /= a->block[i].stride;
  }
  reserve_scratch(b, arena);
  reserve_outputs(b, arena);
}

static void normalise(const struct et_backbone *b, const float *rgb)
{
  float scale[3];

  for (int c = 0; c < 3; c++)
    scale[c] = 1 / pixel_std[c];
  for (int y = 0; y < b->size; y++) {
    const float *from = rgb + (ptrdiff_t)y * b->size * 3;
    float *to = b->pixels.data + y * b->pixels.row;

    for (int x = 0; x < b->size * 3; x += 3)
      for (int c = 0; c < 3; c++)
        to[x + c] = (from[x + c] - pixel_mean[c]) * scale[c];
  }
}

struct et_tensor et_backbone_run(struct et_backbone *b, const struct et_ops *ops, const float *rgb,
                                 const struct et_stage_observer *observer)
{
  const struct et_architecture *a = &b->model->architecture;
  const struct et_tensor *x = &b->stem;

  normalise(b, rgb);
  et_conv_run(ops, &b->model->weights.stem, &b->pixels, 2, ET_SWISH, &b->stem);
  et_stage_show(observer, &b->stem, "backbone.stem");
  for (int i = 0; i < a->blocks; i++) {
    et_inverted_residual_run(ops, &b->block[i], x, &b->out[i], observer);
    x = &b->out[i];
    et_stage_show(observer, x, "backbone.%d", i);
  }
  return *x;
}
