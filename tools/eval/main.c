/* SPDX-License-Identifier: MIT */
/* etrack-eval: runs the tracker over sequences and measures its accuracy and speed. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "etrack/model.h"
#include "eval/run.h"

/* A search then does the same number of looks on every machine. */
static const int64_t assumed_look_ns = 10 * ET_MS_NS;

enum { EXIT_DATA = 1, EXIT_USAGE_ERROR = 64 };

static struct {
  char *model, *box, *kernels, *trajectories, *json, *csv, *draw;
  char **paths;
  gboolean raw, states;
  int64_t frames;
  double rate_hz;
} option = {.rate_hz = 25};

static gboolean refuse(const char *name, const char *wanted, const char *text, GError **error)
{
  g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s must be %s, not `%s`", name, wanted, text);
  return FALSE;
}

static gboolean take_frames(const char *name, const char *text, gpointer data, GError **error)
{
  return et_integer_parse(text, 0, G_MAXINT32, &option.frames) || refuse(name, "a whole number from 0 on", text, error);
}

static gboolean take_rate(const char *name, const char *text, gpointer data, GError **error)
{
  return et_number_parse(text, 0.001, 1000, &option.rate_hz) || refuse(name, "a number from 0.001 to 1000", text, error);
}

static const GOptionEntry entries[] = {
  {"model", 'm', 0, G_OPTION_ARG_FILENAME, &option.model, "Model file (default: $ETRACK_MODEL, the build tree's, the installed one)",
   "FILE"},
  {"box", 'b', 0, G_OPTION_ARG_FILENAME, &option.box, "Start box in pixels, for a video or instead of the first ground truth", "X,Y,W,H"},
  {"raw", 0, 0, G_OPTION_ARG_NONE, &option.raw, "Run the tracker without target states", NULL},
  {"states", 0, 0, G_OPTION_ARG_NONE, &option.states, "Run it with and without target states, and tell how truthful the states are", NULL},
  {"kernels", 0, 0, G_OPTION_ARG_STRING, &option.kernels,
   "portable; sse2, avx2, avxvnni, avx512, avx512vnni; neon, dotprod, i8mm (default: $ETRACK_KERNELS, else the fastest)", "NAME"},
  {"frames", 'n', 0, G_OPTION_ARG_CALLBACK, (gpointer)take_frames, "Run at most this many frames per sequence (0: all)", "N"},
  {"rate", 0, 0, G_OPTION_ARG_CALLBACK, (gpointer)take_rate, "Frames per second of pictures, and of a video without time stamps (25)",
   "HZ"},
  {"trajectories", 't', 0, G_OPTION_ARG_FILENAME, &option.trajectories, "Write NAME.txt, one box per line: x,y,w,h,score", "DIR"},
  {"json", 'j', 0, G_OPTION_ARG_FILENAME, &option.json, "Write the results as JSON", "FILE"},
  {"csv", 0, 0, G_OPTION_ARG_FILENAME, &option.csv, "Write every frame as CSV: overlap with the ground truth, state, scores", "FILE"},
  {"draw", 'd', 0, G_OPTION_ARG_FILENAME, &option.draw, "Write every frame with its box as PNG", "DIR"},
  {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option.paths, NULL, "SEQUENCE|VIDEO..."},
  {NULL, 0, 0, 0, NULL, NULL, NULL},
};

G_GNUC_PRINTF(2, 3) static int fail(int code, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  fputs("etrack-eval: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  return code;
}

/* Two sequences with the same name would write to the same files. */
static int names_differ(const GPtrArray *sequences)
{
  GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
  int code = 0;

  for (guint i = 0; i < sequences->len && !code; i++) {
    char *name = ((struct eval_sequence *)g_ptr_array_index(sequences, i))->name;

    if (!g_hash_table_add(seen, name))
      code = fail(EXIT_USAGE_ERROR, "two sequences are called %s: --trajectories and --draw would write the same files for both", name);
  }
  g_hash_table_destroy(seen);
  return code;
}

static int load_sequences(GPtrArray *sequences)
{
  struct et_box box, *start = NULL;
  GError *error = NULL;

  if (option.box) {
    if (!et_box_parse(option.box, &box))
      return fail(EXIT_USAGE_ERROR, "--box must be X,Y,W,H, not `%s`", option.box);
    if (option.paths[1])
      return fail(EXIT_USAGE_ERROR, "--box is for one sequence or video; %d are given", (int)g_strv_length(option.paths));
    start = &box;
  }
  for (char **path = option.paths; path && *path; path++)
    if (!eval_sequences_load(*path, start, sequences, &error))
      return fail(error->code == EVAL_ERROR_NO_START ? EXIT_USAGE_ERROR : EXIT_DATA, "%s", error->message);
  return option.trajectories || option.draw ? names_differ(sequences) : 0;
}

static int run_all(struct et_tracker *tracker, struct et_tracker *raw, const GPtrArray *sequences, GPtrArray *runs)
{
  const struct eval_options options = {
    .most_frames = (guint)option.frames, .rate_hz = option.rate_hz, .draw = option.draw, .progress = isatty(STDERR_FILENO), .raw = raw};
  GError *error = NULL;

  eval_print_head();

  for (guint i = 0; i < sequences->len; i++) {
    struct eval_run *run = eval_run(tracker, g_ptr_array_index(sequences, i), &options, &error);

    if (!run)
      return fail(EXIT_DATA, "%s", error->message);
    g_ptr_array_add(runs, run);
    eval_print_run(run);
    if (option.trajectories && !eval_run_write(run, option.trajectories, &error))
      return fail(EXIT_DATA, "%s", error->message);
  }
  eval_print_all(runs);
  if (raw)
    eval_print_honesty(runs);
  return 0;
}

static int evaluate(const struct et_model *model, struct et_tracker *tracker, struct et_tracker *raw)
{
  GPtrArray *sequences = g_ptr_array_new_with_free_func((GDestroyNotify)eval_sequence_free);
  GPtrArray *runs = g_ptr_array_new_with_free_func((GDestroyNotify)eval_run_free);
  GError *error = NULL;
  int code = load_sequences(sequences);

  if (!code)
    code = run_all(tracker, raw, sequences, runs);
  if (!code && option.json && !eval_write_json(runs, et_model_name(model), et_tracker_kernels(tracker), option.raw, option.json, &error))
    code = fail(EXIT_DATA, "%s", error->message);
  if (!code && option.csv && !eval_write_csv(runs, option.csv, &error))
    code = fail(EXIT_DATA, "%s", error->message);
  g_ptr_array_unref(runs);
  g_ptr_array_unref(sequences);
  return code;
}

static int make_tracker(const struct et_model *model, bool raw, struct et_tracker **tracker)
{
  struct et_tracker_options options;
  struct et_error_detail why;

  et_tracker_options_default(&options);
  options.raw = raw;
  options.kernels = option.kernels;
  options.look_ns = assumed_look_ns;
  if (et_tracker_create(model, &options, tracker, &why) != ET_OK)
    return fail(EXIT_USAGE_ERROR, "%s", why.text); /* unknown kernels */
  return 0;
}

static int with_trackers(const struct et_model *model)
{
  struct et_tracker *tracker = NULL, *raw = NULL;
  int code = make_tracker(model, option.raw, &tracker);

  if (!code && option.states)
    code = make_tracker(model, true, &raw);
  if (!code)
    code = evaluate(model, tracker, raw);
  et_tracker_destroy(&raw);
  et_tracker_destroy(&tracker);
  return code;
}

static int with_model(void)
{
  char path[ET_MODEL_PATH];
  struct et_model *model;
  struct et_error_detail why;
  int code;

  if (et_model_find(option.model, path, &why) != ET_OK || et_model_open(path, &model, &why) != ET_OK)
    return fail(EXIT_DATA, "%s", why.text);
  code = with_trackers(model);
  et_model_close(&model);
  return code;
}

static bool is_empty(const char *name)
{
  return name && !*name;
}

static int check_options(void)
{
  if (option.raw && option.states)
    return fail(EXIT_USAGE_ERROR, "--states runs the tracker with and without target states; leave out --raw");
  if (!option.paths)
    return fail(EXIT_USAGE_ERROR, "the sequence or video is missing; see etrack-eval --help");
  if (is_empty(option.trajectories) || is_empty(option.json) || is_empty(option.csv) || is_empty(option.draw))
    return fail(EXIT_USAGE_ERROR, "the name for --trajectories, --json, --csv or --draw is empty");
  return 0;
}

int main(int argc, char **argv)
{
  GOptionContext *context = g_option_context_new("- measure the tracker on sequences");
  GError *error = NULL;
  gboolean parsed;
  int code;

  setlocale(LC_CTYPE, ""); /* and nothing else: numbers keep their decimal points */
  g_option_context_set_summary(
    context, "A SEQUENCE is a folder of frames with ground truth (OTB, GOT-10k or LaSOT layout) or a folder of such folders.\n"
             "Prints success AUC, precision at 20 px, and the time per frame for crop, network and procedure.");
  g_option_context_add_main_entries(context, entries, NULL);
  parsed = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!parsed)
    return fail(EXIT_USAGE_ERROR, "%s; see etrack-eval --help", error->message);
  code = check_options();
  if (!code)
    code = with_model();
  if ((fflush(stdout) != 0 || ferror(stdout)) && !code)
    code = fail(EXIT_DATA, "stdout: cannot write: %s", g_strerror(errno));
  return code;
}
