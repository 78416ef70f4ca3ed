/* SPDX-License-Identifier: MIT */
/* The template graph and the search graph, section 1 of docs/tracker.md. */
#include "net/network.h"

#include <stdlib.h>

#include "net/backbone.h"
#include "net/head.h"

struct et_network {
  const struct et_model *model;
  const struct et_ops *ops;
  struct et_arena arena;
  struct et_stage_observer observer;
  struct et_backbone template_backbone, search_backbone;
  struct et_tensor z, x, corr, adjust;
  struct et_dense correlation; /* z as a matrix: one output per template cell */
  float *correlation_b;
  float *gate_mean, *gate_inner, *gate, *gated_adjust;
  struct et_exemplar_scratch scratch;
  struct et_head cls, reg;
  struct et_tensor ltrb;
  float *score, *edge[4]; /* x1, y1, x2, y2 */
};

static int larger(int a, int b)
{
  return a > b ? a : b;
}

static int widest_gate(const struct et_branch_weights *w)
{
  int widest = 0;

  for (int l = 0; l < w->layers; l++)
    widest = larger(widest, w->layer[l].gate.fc1.out);
  return widest;
}

static int largest_kernel(const struct et_branch_shape *s)
{
  int largest = 0;

  for (int l = 0; l < s->layers; l++)
    largest = larger(largest, s->kernels[l]);
  return largest;
}

static void reserve_scratch(struct et_network *n, int cells)
{
  const struct et_architecture *a = &n->model->architecture;
  const int channels = larger(larger(a->cls.channels, a->reg.channels), a->adjust),
            k = larger(largest_kernel(&a->cls), largest_kernel(&a->reg));
  const size_t padded = et_padded((size_t)channels);

  n->scratch = (struct et_exemplar_scratch){
    .y = et_tensor_reserve(&n->arena, cells, cells, channels, 0),
    .hidden = et_tensor_reserve(&n->arena, cells, cells, a->ffn, 0),
    .g = et_arena_floats(&n->arena, padded),
    .q = et_arena_floats(&n->arena, et_padded((size_t)a->query)),
    .attention = et_arena_floats(&n->arena, et_padded((size_t)a->exemplars)),
    .squeeze =
      et_arena_floats(&n->arena, et_padded((size_t)larger(widest_gate(&n->model->weights.cls), widest_gate(&n->model->weights.reg)))),
    .gate = et_arena_floats(&n->arena, padded),
    .dw = et_arena_floats(&n->arena, padded * (size_t)(k * k)),
    .pw = et_arena_floats(&n->arena, padded * (size_t)channels),
    .bytes = et_arena_bytes(&n->arena, padded * (size_t)(cells * cells)),
    .hidden_bytes = et_arena_bytes(&n->arena, et_padded((size_t)a->ffn) * (size_t)(cells * cells)),
  };
}

static void reserve_neck(struct et_network *n, int cells)
{
  const struct et_architecture *a = &n->model->architecture;
  const struct et_weights *w = &n->model->weights;
  const int side = a->template_size / a->stride, channels = et_architecture_channels(a), outputs = side * side;
  const size_t padded = et_padded((size_t)outputs);

  n->z = et_tensor_reserve(&n->arena, side, side, channels, 0);
  n->corr = et_tensor_reserve(&n->arena, cells, cells, outputs, 0);
  n->adjust = et_tensor_reserve(&n->arena, cells, cells, a->adjust, larger(et_head_margin(&a->cls), et_head_margin(&a->reg)));
  n->correlation_b = et_arena_floats(&n->arena, (size_t)channels * padded);
  n->correlation = (struct et_dense){channels, outputs, (int)(padded / ET_LANES), n->correlation_b, et_arena_floats(&n->arena, padded)};
  n->gate_mean = et_arena_floats(&n->arena, padded);
  n->gate_inner = et_arena_floats(&n->arena, et_padded((size_t)w->gate.fc1.out));
  n->gate = et_arena_floats(&n->arena, padded);
  n->gated_adjust = et_arena_floats(&n->arena, (size_t)outputs * et_padded((size_t)a->adjust));
}

static void reserve_heads(struct et_network *n, int cells)
{
  const struct et_architecture *a = &n->model->architecture;
  const struct et_weights *w = &n->model->weights;

  n->cls = (struct et_head){.name = "cls", .weights = &w->cls, .exemplars = a->exemplars, .activation = ET_SIGMOID, .scratch = &n->scratch};
  n->reg = (struct et_head){.name = "reg", .weights = &w->reg, .exemplars = a->exemplars, .activation = ET_RELU, .scratch = &n->scratch};
  et_head_init(&n->cls, &a->cls, cells, 1, &n->arena);
  et_head_init(&n->reg, &a->reg, cells, 4, &n->arena);
  n->score = et_arena_floats(&n->arena, (size_t)cells * (size_t)cells);
  for (int e = 0; e < 4; e++)
    n->edge[e] = et_arena_floats(&n->arena, (size_t)cells * (size_t)cells);
}

enum et_error et_network_create(const struct et_model *model, const struct et_ops *ops, struct et_network **network,
                                struct et_error_detail *detail)
{
  const struct et_architecture *a = &model->architecture;
  const int cells = a->search_size / a->stride;
  struct et_network *n = calloc(1, sizeof *n);

  if (!n)
    return et_fail(detail, ET_ERR_NO_MEMORY, "out of memory for the network");
  n->model = model;
  n->ops = ops;
  et_backbone_init(&n->template_backbone, model, a->template_size, &n->arena);
  et_backbone_init(&n->search_backbone, model, a->search_size, &n->arena);
  reserve_scratch(n, cells);
  reserve_neck(n, cells);
  reserve_heads(n, cells);
  if (n->arena.failed) {
    et_network_destroy(&n);
    return et_fail(detail, ET_ERR_NO_MEMORY, "out of memory for the network's buffers");
  }
  *network = n;
  return ET_OK;
}

void et_network_destroy(struct et_network **network)
{
  if (!network || !*network)
    return;
  et_arena_fini(&(*network)->arena);
  free(*network);
  *network = NULL;
}

const struct et_ops *et_network_ops(const struct et_network *network)
{
  return network->ops;
}

void et_network_observe(struct et_network *network, et_stage_function *function, void *user)
{
  network->observer = (struct et_stage_observer){.function = function, .user = user};
}

void et_network_observe_inside(struct et_network *network, et_stage_function *function, void *user)
{
  network->observer = (struct et_stage_observer){.function = function, .user = user, .inside = true};
}

/* out = in * scale + shift per channel; `in` may be `out`. */
static void apply_affine(const struct et_affine *affine, const struct et_tensor *in, const struct et_tensor *out)
{
  for (int y = 0; y < in->height; y++)
    for (int x = 0; x < in->width; x++) {
      const float *from = in->data + y * in->row + x * in->pixel;
      float *to = out->data + y * out->row + x * out->pixel;

      for (ptrdiff_t c = 0; c < in->pixel; c++)
        to[c] = from[c] * affine->scale[c] + affine->shift[c];
    }
}

/* Packs every template cell as a 1x1 filter over x. */
static void pack_correlation(struct et_network *n)
{
  const struct et_tensor *z = &n->z;

  for (int j = 0; j < z->width * z->height; j++)
    for (int c = 0; c < z->channels; c++)
      n->correlation_b[((ptrdiff_t)(j / ET_LANES) * z->channels + c) * ET_LANES + j % ET_LANES] = z->data[j * z->pixel + c];
}

void et_network_set_template(struct et_network *n, const float *rgb)
{
  struct et_tensor features = et_backbone_run(&n->template_backbone, n->ops, rgb, &n->observer);

  apply_affine(&n->model->weights.z, &features, &n->z);
  et_stage_show(&n->observer, &n->z, "z");
  pack_correlation(n);
}

/* corr * gate -> adjust, with the gate in adjust's weights. */
static void run_neck(struct et_network *n)
{
  const struct et_weights *w = &n->model->weights;

  et_dense_run(n->ops, &n->correlation, NULL, &n->x, ET_LINEAR, NULL, &n->corr);
  et_stage_show(&n->observer, &n->corr, "corr");
  et_mean_run(n->ops, &n->corr, n->gate_mean);
  et_dense_vector(n->ops, &w->gate.fc1, n->gate_mean, ET_RELU, n->gate_inner);
  et_dense_vector(n->ops, &w->gate.fc2, n->gate_inner, ET_SIGMOID, n->gate);
  n->ops->scale_inputs(w->adjust.b, n->gate, w->adjust.in, w->adjust.blocks, n->gated_adjust);
  et_dense_run(n->ops, &w->adjust, n->gated_adjust, &n->corr, ET_LINEAR, NULL, &n->adjust);
  et_stage_show(&n->observer, &n->adjust, "adjust");
}

/* Converts distances l, t, r, b from each cell's place to edges in crop pixels. */
static struct et_scores collect(struct et_network *n)
{
  const int cells = n->cls.out.width, stride = n->model->architecture.stride;

  for (int y = 0; y < cells; y++)
    for (int x = 0; x < cells; x++) {
      const float *d = n->reg.out.data + y * n->reg.out.row + x * n->reg.out.pixel;
      const int i = y * cells + x;

      n->score[i] = n->cls.out.data[y * n->cls.out.row + x * n->cls.out.pixel];
      n->edge[0][i] = (float)(x * stride) - d[0];
      n->edge[1][i] = (float)(y * stride) - d[1];
      n->edge[2][i] = (float)(x * stride) + d[2];
      n->edge[3][i] = (float)(y * stride) + d[3];
    }
  return (struct et_scores){cells, n->score, n->edge[0], n->edge[1], n->edge[2], n->edge[3], &n->x};
}

struct et_scores et_network_search(struct et_network *n, const float *rgb)
{
  n->x = et_backbone_run(&n->search_backbone, n->ops, rgb, &n->observer);
  apply_affine(&n->model->weights.x, &n->x, &n->x);
  et_stage_show(&n->observer, &n->x, "x");
  run_neck(n);
  et_head_run(&n->cls, n->ops, &n->adjust, &n->observer);
  et_stage_show(&n->observer, &n->cls.out, "score");
  et_head_run(&n->reg, n->ops, &n->adjust, &n->observer);
  et_stage_show(&n->observer, &n->reg.out, "ltrb");
  return collect(n);
}
