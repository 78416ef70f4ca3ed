/* SPDX-License-Identifier: MIT */
/* XNNPACK on the layers of our network as a contender, on the calling thread. */
#include <cpuinfo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/contender.h"
#include "bench/input.h"
#include "net/model.h"
#include "xnnpack_graph.h"

struct xnnpack {
  struct et_model *model;
  struct bench_xnnpack_graph graph;
  xnn_runtime_t runtime;
  struct bench_input input;
  float *image, *score, *ltrb;
  const char *trouble;
};

static bool start(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box)
{
  return true;
}

static void prepare(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box around)
{
  struct xnnpack *x = self;
  const size_t side = (size_t)x->input.search_size;

  bench_input_search(&x->input, clip, frame, around);
  for (size_t i = 0; i < side * side * 3; i++)
    x->image[i] = x->input.rgb[i] / 64 - 2;
}

static bool step(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box *box)
{
  struct xnnpack *x = self;

  if (xnn_invoke_runtime(x->runtime) != xnn_status_success)
    fprintf(stderr, "XNNPACK: the graph did not run\n");
  return false;
}

static void destroy(void *self)
{
  struct xnnpack *x = self;

  if (x->runtime)
    xnn_delete_runtime(x->runtime);
  bench_xnnpack_graph_fini(&x->graph);
  bench_input_fini(&x->input);
  et_model_close(&x->model);
  free(x->image);
  free(x->score);
  free(x->ltrb);
  free(x);
}

/* XNNPACK asks the library cpuinfo what the processor has, so it is held by editing the answer. It
 * chooses its kernels once, for the whole program. */
static void hold_to_avx2(void)
{
#if CPUINFO_ARCH_X86_64
  struct cpuinfo_x86_isa *isa = &cpuinfo_isa;

  cpuinfo_initialize();
  isa->avx512f = isa->avx512cd = isa->avx512dq = isa->avx512bw = isa->avx512vl = isa->avx512ifma = false;
  isa->avx512vbmi = isa->avx512vbmi2 = isa->avx512bitalg = isa->avx512vpopcntdq = isa->avx512vnni = false;
  isa->avx512bf16 = isa->avx512fp16 = false;
  isa->amx_bf16 = isa->amx_tile = isa->amx_int8 = isa->amx_fp16 = false;
  isa->avxvnni = isa->avx_vnni_int8 = isa->avx_vnni_int16 = isa->avx_ne_convert = false;
  isa->gfni = false;
#endif
}

/* XNNPACK may read past the end of its input. */
static float *allocate(size_t floats)
{
  return calloc(1, floats * sizeof(float) + XNN_EXTRA_BYTES);
}

static bool allocate_values(struct xnnpack *x)
{
  const struct et_architecture *a = &x->model->architecture;
  const size_t side = (size_t)a->search_size, cells = side / (size_t)a->stride;

  x->image = allocate(side * side * 3);
  x->score = allocate(cells * cells);
  x->ltrb = allocate(cells * cells * 4);
  x->trouble = "out of memory";
  return x->image && x->score && x->ltrb && bench_input_init(&x->input, a->template_size, a->search_size);
}

static bool create_runtime(struct xnnpack *x, bool int8)
{
  const struct xnn_external_value values[] = {
    {BENCH_XNNPACK_IMAGE, x->image}, {BENCH_XNNPACK_SCORE, x->score}, {BENCH_XNNPACK_LTRB, x->ltrb}};

  x->trouble = "it does not run on this processor";
  if (xnn_initialize(NULL) != xnn_status_success)
    return false;
  x->trouble = "this version refuses an operator";
  if (!bench_xnnpack_graph_init(&x->graph, x->model, int8))
    return false;
  x->trouble = "this version refuses the graph";
  return xnn_create_runtime_v2(x->graph.subgraph, NULL, 0, &x->runtime) == xnn_status_success &&
         xnn_reshape_runtime(x->runtime) == xnn_status_success &&
         xnn_setup_runtime_v2(x->runtime, BENCH_XNNPACK_VALUES, values) == xnn_status_success;
}

/* Runs the graph once: values that are no numbers would take another time. */
static bool try_out(struct xnnpack *x)
{
  const struct et_architecture *a = &x->model->architecture;
  const int cells = a->search_size / a->stride;

  x->trouble = "its graph does not run, or gives what is no number";
  if (xnn_invoke_runtime(x->runtime) != xnn_status_success)
    return false;
  for (int i = 0; i < cells * cells; i++)
    if (!isfinite(x->score[i]) || !isfinite(x->ltrb[i]))
      return false;
  return true;
}

static bool open_all(struct xnnpack *x, const char *model, bool int8, struct et_error_detail *detail)
{
  if (et_model_open(model, &x->model, detail) != ET_OK) {
    x->trouble = detail->text;
    return false;
  }
  return allocate_values(x) && create_runtime(x, int8) && try_out(x);
}

void bench_xnnpack(const char *model, bool int8, bool held, struct bench_contender *contender)
{
  struct xnnpack *x = calloc(1, sizeof *x);
  struct et_error_detail detail = {""};

  snprintf(contender->name, sizeof contender->name, "XNNPACK, %s, random weights", int8 ? "int8" : "float32");
  if (!x)
    return;
  if (held)
    hold_to_avx2();
  if (!open_all(x, model, int8, &detail)) {
    snprintf(contender->missing, sizeof contender->missing, "%s", x->trouble);
    destroy(x);
    return;
  }
  contender->kind = BENCH_NETWORK;
  contender->self = x;
  contender->start = start;
  contender->prepare = prepare;
  contender->step = step;
  contender->destroy = destroy;
  snprintf(contender->library, sizeof contender->library, "XNNPACK");
}
