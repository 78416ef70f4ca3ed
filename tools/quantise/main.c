/* SPDX-License-Identifier: MIT */
/* etrack-quantise: makes a model with layers in 8 and 16 bits from one in floats and a folder of
 * pictures. */
#include <assert.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "quantise/file.h"
#include "quantise/gather.h"
#include "quantise/quantise.h"
#include "quantise/sensitivity.h"

enum { EXIT_DATA = 1, EXIT_USAGE_ERROR = 64, MOST_PICTURES = 100000 };

static struct {
  char *layers, *floats, *kernels;
  char **paths;
  int64_t pictures, held_out, seed;
  gboolean sensitivity, verbose;
} option = {.pictures = 200, .held_out = 100, .seed = 1};

static gboolean refuse(const char *name, const char *wanted, const char *text, GError **error)
{
  g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s must be %s, not `%s`", name, wanted, text);
  return FALSE;
}

static gboolean take_pictures(const char *name, const char *text, gpointer data, GError **error)
{
  return et_integer_parse(text, 1, MOST_PICTURES, &option.pictures) || refuse(name, "a whole number from 1 to 100000", text, error);
}

static gboolean take_held_out(const char *name, const char *text, gpointer data, GError **error)
{
  return et_integer_parse(text, 1, MOST_PICTURES, &option.held_out) || refuse(name, "a whole number from 1 to 100000", text, error);
}

static gboolean take_seed(const char *name, const char *text, gpointer data, GError **error)
{
  return et_integer_parse(text, 0, G_MAXUINT32, &option.seed) || refuse(name, "a whole number from 0 to 4294967295", text, error);
}

static const GOptionEntry entries[] = {
  {"layers", 'l', 0, G_OPTION_ARG_STRING, &option.layers, "Quantise only these layers, such as backbone,cls.0 (default: all)", "LIST"},
  {"float", 'f', 0, G_OPTION_ARG_STRING, &option.floats, "Quantise all layers but these", "LIST"},
  {"pictures", 'n', 0, G_OPTION_ARG_CALLBACK, (gpointer)take_pictures, "Calibrate with this many pairs of crops (200)", "N"},
  {"sensitivity", 's', 0, G_OPTION_ARG_NONE, &option.sensitivity,
   "Also tell what becomes of boxes and scores: with all chosen layers, and with each group of them alone", NULL},
  {"held-out", 0, 0, G_OPTION_ARG_CALLBACK, (gpointer)take_held_out, "Tell it on this many other pairs of crops (100)", "N"},
  {"verbose", 'v', 0, G_OPTION_ARG_NONE, &option.verbose, "Tell what was measured and chosen for each layer", NULL},
  {"seed", 0, 0, G_OPTION_ARG_CALLBACK, (gpointer)take_seed, "Seed of the choice of pictures and crops (1)", "N"},
  {"kernels", 0, 0, G_OPTION_ARG_STRING, &option.kernels,
   "portable; sse2, avx2, avxvnni, avx512, avx512vnni; neon, dotprod, i8mm (default: $ETRACK_KERNELS, else the fastest)", "NAME"},
  {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option.paths, NULL, "IN.safetensors OUT.safetensors PICTURES"},
  {NULL, 0, 0, 0, NULL, NULL, NULL},
};

G_GNUC_PRINTF(2, 3) static int fail(int code, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  fputs("etrack-quantise: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  return code;
}

/* What the run works on. */
struct work {
  struct et_model *model;
  struct et_safetensors *file;
  struct et_network *network;
  GPtrArray *groups, *tracks;
  char **paths; /* of the model, of the file to write, of the pictures */
};

static int fail_with(int code, GError *error)
{
  fail(code, "%s", error->message);
  g_error_free(error);
  return code;
}

static int open_model(struct work *w)
{
  const struct et_ops *ops = et_ops_find(option.kernels);
  struct et_error_detail why;
  const char *path;

  assert(w->paths);
  path = w->paths[0];
  if (!ops)
    return fail(EXIT_USAGE_ERROR, "there are no kernels `%s` here", option.kernels ? option.kernels : g_getenv("ETRACK_KERNELS"));
  if (et_model_open(path, &w->model, &why) != ET_OK || et_safetensors_open(path, &w->file, &why) != ET_OK ||
      et_network_create(w->model, ops, &w->network, &why) != ET_OK)
    return fail(EXIT_DATA, "%s", why.text);
  if (g_strcmp0(et_safetensors_metadata(w->file, "format"), "etrack/1") != 0)
    return fail(EXIT_DATA, "%s: is quantised already; a model of format etrack/1 is wanted", path);
  return 0;
}

static int choose_groups(struct work *w)
{
  GError *error = NULL;

  w->groups = groups_of(&w->model->architecture);
  if (groups_choose(w->groups, option.floats ? option.floats : option.layers ? option.layers : "all", option.floats != NULL, &error))
    return 0;
  return fail_with(EXIT_USAGE_ERROR, error);
}

/* Pairs of `count` tracks in the shuffled order, from track `first` on. NULL after an error. */
static GPtrArray *make_pairs(const struct work *w, int64_t first, int64_t count, GError **error)
{
  const struct pairs_options options = {.first = (guint)first, .count = (guint)count, .seed = (guint32)option.seed};

  return pairs_make(w->tracks, &w->model->architecture, &options, error);
}

static int calibrate(struct work *w)
{
  GError *error = NULL;
  GPtrArray *pairs;

  w->tracks = tracks_load(w->paths[2], &error);
  pairs = w->tracks ? make_pairs(w, 0, option.pictures, &error) : NULL;
  if (!pairs)
    return fail_with(EXIT_DATA, error);
  gather_inputs(w->network, &w->model->architecture, pairs, w->groups);
  g_ptr_array_unref(pairs);
  return 0;
}

static int quantise(const struct work *w)
{
  GError *error = NULL;

  if (option.verbose)
    quantise_print_heading();
  for (guint i = 0; i < w->groups->len; i++) {
    struct group *g = g_ptr_array_index(w->groups, i);

    if (!g->chosen)
      continue;
    if (!quantise_group(g, w->file, &error))
      return fail_with(EXIT_DATA, error);
    if (option.verbose)
      quantise_print(g, w->file);
  }
  return 0;
}

static int tell_sensitivity(struct work *w)
{
  GError *error = NULL;
  GPtrArray *pairs = make_pairs(w, option.pictures, option.held_out, &error);
  const struct sensitivity sensitivity = {w->network, &w->model->architecture, w->file, w->groups, pairs};

  if (pairs) {
    putchar('\n');
    (void)sensitivity_print(&sensitivity, &error);
    g_ptr_array_unref(pairs);
  }
  return error ? fail_with(EXIT_DATA, error) : 0;
}

static int run(struct work *w)
{
  GError *error = NULL;
  int code = open_model(w);

  if (!code)
    code = choose_groups(w);
  if (!code)
    code = calibrate(w);
  if (!code)
    code = quantise(w);
  if (code)
    return code;
  if (!file_write(w->paths[1], w->file, w->groups, &error))
    return fail_with(EXIT_DATA, error);
  return option.sensitivity ? tell_sensitivity(w) : 0;
}

static void close_work(struct work *w)
{
  g_clear_pointer(&w->tracks, g_ptr_array_unref);
  g_clear_pointer(&w->groups, g_ptr_array_unref);
  et_network_destroy(&w->network);
  et_safetensors_close(&w->file);
  et_model_close(&w->model);
}

static int check_options(struct work *w)
{
  if (!option.paths || g_strv_length(option.paths) != 3)
    return fail(EXIT_USAGE_ERROR, "a model, a file to write and a folder of pictures are wanted; see etrack-quantise --help");
  if (option.layers && option.floats)
    return fail(EXIT_USAGE_ERROR, "--layers and --float exclude each other");
  w->paths = option.paths;
  return 0;
}

int main(int argc, char **argv)
{
  GOptionContext *context = g_option_context_new("- make layers in 8 and 16 bits");
  GError *error = NULL;
  struct work work = {0};
  gboolean parsed;
  int code;

  setlocale(LC_CTYPE, ""); /* and nothing else: numbers keep their decimal points */
  g_option_context_set_summary(context,
                               "Writes the model IN with layers in 8 and 16 bits to OUT. PICTURES is a folder to calibrate with; boxes\n"
                               "come from its index.jsonl, or at random.");
  g_option_context_add_main_entries(context, entries, NULL);
  parsed = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!parsed) {
    fail(EXIT_USAGE_ERROR, "%s; see etrack-quantise --help", error->message);
    g_error_free(error);
    return EXIT_USAGE_ERROR;
  }
  code = check_options(&work);
  if (!code)
    code = run(&work);
  close_work(&work);
  if ((fflush(stdout) != 0 || ferror(stdout)) && !code)
    code = fail(EXIT_DATA, "stdout: cannot write: %s", g_strerror(errno));
  return code;
}
