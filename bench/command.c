/* SPDX-License-Identifier: MIT */
/* Reads the command line of the comparison with the peers. */
#include "bench/command.h"

#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

static int not_hidden(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

/* Finds every sequence below $ETRACK_DATA, for a command line that names none. */
static void find_clips(struct bench_command *c, const char *data)
{
  char *folder = g_build_filename(data, "sequences", NULL);
  struct dirent **entry = NULL;
  const int found = scandir(folder, &entry, not_hidden, alphasort);

  for (int i = 0; i < found; i++) {
    char *clip = g_build_filename(folder, entry[i]->d_name, NULL), *boxes = g_build_filename(clip, "groundtruth_rect.txt", NULL);

    if (c->clips < BENCH_MOST_CLIPS && access(boxes, R_OK) == 0)
      c->clip[c->clips++] = g_steal_pointer(&clip);
    g_free(clip);
    g_free(boxes);
    free(entry[i]);
  }
  free(entry);
  g_free(folder);
}

static void usage(const char *program)
{
  printf("usage: %s [OPTION...] [SEQUENCE...]\n"
         "SEQUENCE: a folder with img/*.jpg and groundtruth_rect.txt (default: each in $ETRACK_DATA/sequences)\n"
         "  --model FILE        our model; may be repeated\n"
         "                      (default: $ETRACK_MODEL, otherwise the source tree's two)\n"
         "  --kernels LIST      our kernels, with commas; may be repeated (default: the fastest)\n"
         "  --hold avx2         hold OpenCV, XNNPACK and our kernels to AVX2; ONNX Runtime cannot be held\n"
         "  --json FILE         write the results there too\n"
         "  --peers DIR         folder of the peers' models (default $ETRACK_DATA/peers), or file by file:\n"
         "  --vit FILE          OpenCV's TrackerVit (DIR/vittrack/vitTracker.onnx)\n"
         "  --nano-backbone FILE, --nano-head FILE\n"
         "                      OpenCV's TrackerNano (DIR/nanotrack_v2/nanotrack_{backbone,head}_sim.onnx)\n"
         "  --onnx-search FILE, --onnx-template FILE\n"
         "                      our network (DIR/etrack-small-onnx/{search,template}.onnx)\n"
         "  --onnx-int8 FILE    our network's search graph in int8, from bench/quantise_onnx.py\n"
         "                      (DIR/etrack-small-onnx/search-int8.onnx)\n"
         "  --frames N          at most, per sequence (default 60)\n"
         "  --warm-up N         first frames of each sequence that do not count (default 5)\n"
         "  --cpu N             the processor to run on (default: the last)\n",
         program);
}

enum {
  OPTION_MODEL = 256,
  OPTION_KERNELS,
  OPTION_HOLD,
  OPTION_JSON,
  OPTION_PEERS,
  OPTION_FRAMES,
  OPTION_WARM_UP,
  OPTION_CPU,
  OPTION_HELP,
  OPTION_PATH
};

static const struct option options[] = {
  {"model", required_argument, NULL, OPTION_MODEL},
  {"kernels", required_argument, NULL, OPTION_KERNELS},
  {"hold", required_argument, NULL, OPTION_HOLD},
  {"json", required_argument, NULL, OPTION_JSON},
  {"peers", required_argument, NULL, OPTION_PEERS},
  {"frames", required_argument, NULL, OPTION_FRAMES},
  {"warm-up", required_argument, NULL, OPTION_WARM_UP},
  {"cpu", required_argument, NULL, OPTION_CPU},
  {"help", no_argument, NULL, OPTION_HELP},
  {"vit", required_argument, NULL, OPTION_PATH},
  {"nano-backbone", required_argument, NULL, OPTION_PATH + 1},
  {"nano-head", required_argument, NULL, OPTION_PATH + 2},
  {"onnx-search", required_argument, NULL, OPTION_PATH + 3},
  {"onnx-template", required_argument, NULL, OPTION_PATH + 4},
  {"onnx-int8", required_argument, NULL, OPTION_PATH + 5},
  {0},
};

/* The paths, in the order of the options from OPTION_PATH on, and their places in the folder of
 * --peers. */
enum { PATHS = 6 };
static const char *const places[PATHS] = {
  "vittrack/vitTracker.onnx",      "nanotrack_v2/nanotrack_backbone_sim.onnx", "nanotrack_v2/nanotrack_head_sim.onnx",
  "etrack-small-onnx/search.onnx", "etrack-small-onnx/template.onnx",          "etrack-small-onnx/search-int8.onnx"};

static const char **path_at(struct bench_paths *p, int index)
{
  const char **path[PATHS] = {&p->vit, &p->nano_backbone, &p->nano_head, &p->onnx_search, &p->onnx_template, &p->onnx_int8};

  return path[index];
}

static bool add_name(struct bench_names *names, const char *name)
{
  if (names->count == BENCH_MOST_NAMES) {
    fprintf(stderr, "peers: more than %d models or sets of kernels\n", BENCH_MOST_NAMES);
    return false;
  }
  names->name[names->count++] = name;
  return true;
}

/* A copy, because the program may start anew with its arguments. */
static bool add_list(struct bench_names *names, const char *list)
{
  char *copy = g_strdup(list);

  for (char *name = strtok(copy, ","); name; name = strtok(NULL, ","))
    if (!add_name(names, name))
      return false;
  return true;
}

static bool read_hold(struct bench_command *c, const char *set)
{
  c->hold = true;
  if (strcmp(set, "avx2") == 0)
    return true;
  fprintf(stderr, "peers: --hold %s: the peers can only be held to avx2\n", set);
  return false;
}

static bool read_path(struct bench_command *c, int index, const char *path)
{
  if (index < 0 || index >= PATHS)
    return false;
  *path_at(&c->paths, index) = path;
  return true;
}

/* False if the program is done. */
static bool read_option(struct bench_command *c, int option)
{
  switch (option) {
  case OPTION_MODEL:
    return add_name(&c->models, optarg);
  case OPTION_KERNELS:
    return add_list(&c->kernels, optarg);
  case OPTION_HOLD:
    return read_hold(c, optarg);
  case OPTION_JSON:
    c->json = optarg;
    return true;
  case OPTION_PEERS:
    c->peers = optarg;
    return true;
  case OPTION_FRAMES:
    c->frames = strtoul(optarg, NULL, 10);
    return true;
  case OPTION_WARM_UP:
    c->warm_up = strtoul(optarg, NULL, 10);
    return true;
  case OPTION_CPU:
    c->cpu = atoi(optarg);
    return true;
  default:
    return read_path(c, option - OPTION_PATH, optarg);
  }
}

/* Names what no option names, in the folder of --peers or in that of $ETRACK_DATA. */
static void name_peers(struct bench_command *c, const char *data)
{
  char *folder = c->peers ? g_strdup(c->peers) : data ? g_build_filename(data, "peers", NULL) : NULL;

  for (int i = 0; folder && i < PATHS; i++)
    if (!*path_at(&c->paths, i))
      *path_at(&c->paths, i) = g_build_filename(folder, places[i], NULL);
  g_free(folder);
}

/* Our models and kernels, if no option names them. */
static bool name_ours(struct bench_command *c)
{
  const char *model = getenv("ETRACK_MODEL");

  if (c->kernels.count == 0 && !add_name(&c->kernels, c->hold ? "avx2" : NULL))
    return false;
  if (c->models.count > 0)
    return true;
  if (model && model[0])
    return add_name(&c->models, model);
  return add_name(&c->models, BENCH_MODEL) && add_name(&c->models, BENCH_MODEL_INT8);
}

static bool within_avx2(const char *kernels)
{
  return strcmp(kernels, "portable") == 0 || strcmp(kernels, "sse2") == 0 || strcmp(kernels, "avx2") == 0;
}

/* With --hold, none of our kernels may be above AVX2 either. */
static bool check_kernels(const struct bench_command *c)
{
  for (size_t i = 0; c->hold && i < c->kernels.count; i++)
    if (!within_avx2(c->kernels.name[i])) {
      fprintf(stderr, "peers: --hold avx2 and --kernels %s: kernels above AVX2 have no place in this comparison\n", c->kernels.name[i]);
      return false;
    }
  return true;
}

enum bench_command_result bench_command_read(struct bench_command *command, int argc, char **argv)
{
  const char *data = getenv("ETRACK_DATA");
  int option;

  *command = (struct bench_command){.frames = 60, .warm_up = 5, .cpu = -1};
  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
    if (!read_option(command, option)) {
      usage(argv[0]);
      return option == OPTION_HELP ? BENCH_COMMAND_HELP : BENCH_COMMAND_WRONG;
    }
  name_peers(command, data);
  if (!name_ours(command) || !check_kernels(command))
    return BENCH_COMMAND_WRONG;
  for (; optind < argc && command->clips < BENCH_MOST_CLIPS; optind++)
    command->clip[command->clips++] = argv[optind];
  if (command->clips == 0 && data)
    find_clips(command, data);
  return BENCH_COMMAND_RUN;
}
