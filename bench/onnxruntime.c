/* SPDX-License-Identifier: MIT */
/* ONNX Runtime on our network as a contender, with one thread, all graph optimisations and the
 * default kernels. In int8 the search graph is the file of quantise_onnx.py; the template graph,
 * which is not timed, stays in float32. */
#include <fcntl.h>
#include <onnxruntime_c_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/contender.h"
#include "bench/input.h"

enum { TEMPLATE_SIZE = 128, SEARCH_SIZE = 256, CELLS = 16 * 16 };

struct runtime {
  const OrtApi *api;
  OrtEnv *env;
  OrtSessionOptions *options;
  OrtMemoryInfo *memory;
  OrtSession *template, *search;
  struct bench_input input;
  uint8_t planes[3 * SEARCH_SIZE * SEARCH_SIZE]; /* R, G, B; the picture of either graph */
  OrtValue *template_image, *search_image;       /* views of `planes` */
  OrtValue *z;
  OrtValue *found[2]; /* score, box; reused from run to run */
  char error[256];
};

/* Keeps the error, if there is one. True if there is none. */
static bool good(struct runtime *r, OrtStatus *status)
{
  if (!status)
    return true;
  snprintf(r->error, sizeof r->error, "%s", r->api->GetErrorMessage(status));
  r->api->ReleaseStatus(status);
  return false;
}

static void fill_planes(struct runtime *r, int n)
{
  for (int i = 0; i < n * n; i++)
    for (int c = 0; c < 3; c++)
      r->planes[c * n * n + i] = (uint8_t)r->input.rgb[i * 3 + c];
}

static bool start(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box box)
{
  struct runtime *r = self;
  const OrtValue *const in[] = {r->template_image};

  bench_input_template(&r->input, clip, frame, box);
  fill_planes(r, TEMPLATE_SIZE);
  if (good(r, r->api->Run(r->template, NULL, (const char *const[]){"image"}, in, 1, (const char *const[]){"z"}, 1, &r->z)))
    return true;
  fprintf(stderr, "ONNX Runtime: %s\n", r->error);
  return false;
}

static void prepare(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box around)
{
  struct runtime *r = self;

  bench_input_search(&r->input, clip, frame, around);
  fill_planes(r, SEARCH_SIZE);
}

static bool step(void *self, const struct bench_clip *clip, const struct bench_frame *frame, struct bench_box *box)
{
  struct runtime *r = self;
  const OrtValue *const in[] = {r->search_image, r->z};

  if (!good(r,
            r->api->Run(r->search, NULL, (const char *const[]){"image", "z"}, in, 2, (const char *const[]){"score", "box"}, 2, r->found)))
    fprintf(stderr, "ONNX Runtime: %s\n", r->error);
  return false;
}

static const float *scores(void *self, size_t *count)
{
  struct runtime *r = self;
  void *data = NULL;

  *count = CELLS;
  return r->found[0] && good(r, r->api->GetTensorMutableData(r->found[0], &data)) ? data : NULL;
}

static void destroy(void *self)
{
  struct runtime *r = self;

  r->api->ReleaseValue(r->found[0]);
  r->api->ReleaseValue(r->found[1]);
  r->api->ReleaseValue(r->z);
  r->api->ReleaseValue(r->template_image);
  r->api->ReleaseValue(r->search_image);
  r->api->ReleaseSession(r->template);
  r->api->ReleaseSession(r->search);
  r->api->ReleaseMemoryInfo(r->memory);
  r->api->ReleaseSessionOptions(r->options);
  r->api->ReleaseEnv(r->env);
  bench_input_fini(&r->input);
  free(r);
}

static bool open_sessions(struct runtime *r, const char *template, const char *search)
{
  return good(r, r->api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "bench", &r->env)) && good(r, r->api->CreateSessionOptions(&r->options)) &&
         good(r, r->api->SetIntraOpNumThreads(r->options, 1)) && good(r, r->api->SetInterOpNumThreads(r->options, 1)) &&
         good(r, r->api->SetSessionGraphOptimizationLevel(r->options, ORT_ENABLE_ALL)) &&
         good(r, r->api->CreateSession(r->env, template, r->options, &r->template)) &&
         good(r, r->api->CreateSession(r->env, search, r->options, &r->search)) &&
         good(r, r->api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &r->memory));
}

static bool view_planes(struct runtime *r, int64_t n, OrtValue **image)
{
  const int64_t shape[] = {1, 3, n, n};

  return good(r, r->api->CreateTensorWithDataAsOrtValue(r->memory, r->planes, (size_t)(3 * n * n), shape, 4,
                                                        ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, image));
}

static bool open_all(struct runtime *r, const char *template, const char *search)
{
  return open_sessions(r, template, search) && view_planes(r, TEMPLATE_SIZE, &r->template_image) &&
         view_planes(r, SEARCH_SIZE, &r->search_image) && bench_input_init(&r->input, TEMPLATE_SIZE, SEARCH_SIZE);
}

/* Silences stderr: Debian's library registers every operator twice and reports it in hundreds of
 * lines. */
static bool open_quietly(struct runtime *r, const char *template, const char *search)
{
  const int console = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
  bool opened;

  if (console >= 0 && nowhere >= 0)
    dup2(nowhere, STDERR_FILENO);
  opened = open_all(r, template, search);
  if (console >= 0)
    dup2(console, STDERR_FILENO);
  close(console);
  close(nowhere);
  return opened;
}

static bool readable(const char *path)
{
  return path && access(path, R_OK) == 0;
}

void bench_onnxruntime(const struct bench_paths *paths, bool int8, struct bench_contender *contender)
{
  const char *search = int8 ? paths->onnx_int8 : paths->onnx_search, *missing = readable(search) ? paths->onnx_template : search;
  struct runtime *r = NULL;

  snprintf(contender->name, sizeof contender->name, "ONNX Runtime, %s", int8 ? "int8 (QDQ)" : "float32");
  if (!readable(missing)) {
    snprintf(contender->missing, sizeof contender->missing, "no model%s%s", missing ? " at " : "", missing ? missing : "");
    return;
  }
  r = calloc(1, sizeof *r);
  if (!r)
    return;
  r->api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
  if (!open_quietly(r, paths->onnx_template, search)) {
    snprintf(contender->missing, sizeof contender->missing, "%s", r->error);
    destroy(r);
    return;
  }
  contender->kind = BENCH_NETWORK;
  contender->self = r;
  contender->start = start;
  contender->prepare = prepare;
  contender->step = step;
  contender->destroy = destroy;
  contender->scores = scores;
  snprintf(contender->library, sizeof contender->library, "ONNX Runtime %s", OrtGetApiBase()->GetVersionString());
}
