/* SPDX-License-Identifier: MIT */
/* Prints and writes the results: a table for people, JSON and trajectories for programs. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#include "eval/run.h"

static double ms(int64_t ns)
{
  return (double)ns / 1e6;
}

static void mean_of(const GPtrArray *runs, struct eval_scores *mean)
{
  struct eval_scores *scores = g_new(struct eval_scores, runs->len);

  for (guint i = 0; i < runs->len; i++)
    scores[i] = ((const struct eval_run *)g_ptr_array_index(runs, i))->scores;
  eval_scores_mean(scores, runs->len, mean);
  g_free(scores);
}

static void print_row(const char *name, gsize frames, const struct eval_scores *s, int64_t p50_ns, int64_t p95_ns, int64_t p99_ns)
{
  char auc[16] = "-", precision[16] = "-";

  if (s->counted) {
    g_snprintf(auc, sizeof auc, "%.4f", s->auc);
    g_snprintf(precision, sizeof precision, "%.4f", s->precision);
  }
  printf("%-24s %7" G_GSIZE_FORMAT " %8s %8s %9.2f %9.2f %9.2f\n", name, frames, auc, precision, ms(p50_ns), ms(p95_ns), ms(p99_ns));
  fflush(stdout);
}

void eval_print_head(void)
{
  printf("%-24s %7s %8s %8s %9s %9s %9s\n", "sequence", "frames", "AUC", "P@20px", "p50 ms", "p95 ms", "p99 ms");
}

void eval_print_run(const struct eval_run *run)
{
  print_row(run->sequence->name, run->records->len, &run->scores, run->p50_ns, run->p95_ns, run->p99_ns);
}

static gsize frames_of(const GPtrArray *runs)
{
  gsize frames = 0;

  for (guint i = 0; i < runs->len; i++)
    frames += ((const struct eval_run *)g_ptr_array_index(runs, i))->records->len;
  return frames;
}

void eval_print_all(const GPtrArray *runs)
{
  int64_t p50_ns, p95_ns, p99_ns;
  struct eval_scores mean;

  mean_of(runs, &mean);
  eval_runs_times(runs, &p50_ns, &p95_ns, &p99_ns);
  print_row("all", frames_of(runs), &mean, p50_ns, p95_ns, p99_ns);
}

static void add_scores(cJSON *to, const struct eval_scores *s, int64_t p50_ns, int64_t p95_ns, int64_t p99_ns)
{
  if (s->counted) {
    cJSON_AddNumberToObject(to, "auc", s->auc);
    cJSON_AddNumberToObject(to, "precision_20px", s->precision);
    cJSON_AddItemToObject(to, "success", cJSON_CreateDoubleArray(s->success, EVAL_SUCCESS_STEPS));
  }
  cJSON_AddNumberToObject(to, "counted", (double)s->counted);
  cJSON_AddNumberToObject(to, "p50_ms", ms(p50_ns));
  cJSON_AddNumberToObject(to, "p95_ms", ms(p95_ns));
  cJSON_AddNumberToObject(to, "p99_ms", ms(p99_ns));
}

static cJSON *make_json(const GPtrArray *runs, const char *model, const char *kernels, gboolean raw)
{
  cJSON *root = cJSON_CreateObject(), *list, *all;
  int64_t p50_ns, p95_ns, p99_ns;
  struct eval_scores mean;

  cJSON_AddStringToObject(root, "model", model);
  cJSON_AddStringToObject(root, "kernels", kernels);
  cJSON_AddBoolToObject(root, "raw", raw);
  list = cJSON_AddArrayToObject(root, "sequences");
  for (guint i = 0; i < runs->len; i++) {
    const struct eval_run *r = g_ptr_array_index(runs, i);
    cJSON *item = cJSON_CreateObject();

    cJSON_AddStringToObject(item, "name", r->sequence->name);
    cJSON_AddNumberToObject(item, "frames", r->records->len);
    add_scores(item, &r->scores, r->p50_ns, r->p95_ns, r->p99_ns);
    cJSON_AddItemToArray(list, item);
  }
  mean_of(runs, &mean);
  eval_runs_times(runs, &p50_ns, &p95_ns, &p99_ns);
  all = cJSON_AddObjectToObject(root, "all");
  cJSON_AddNumberToObject(all, "frames", (double)frames_of(runs));
  add_scores(all, &mean, p50_ns, p95_ns, p99_ns);
  return root;
}

/* Into what is there, as a shell's redirection would: a device or a pipe stays one. */
static gboolean write_text(const char *path, const char *text, GError **error)
{
  FILE *file = fopen(path, "we");
  const gboolean done = file && fputs(text, file) >= 0;

  if ((!file || fclose(file) == 0) && done)
    return TRUE;
  g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: cannot write: %s", path, g_strerror(errno));
  return FALSE;
}

gboolean eval_write_json(const GPtrArray *runs, const char *model, const char *kernels, gboolean raw, const char *path, GError **error)
{
  cJSON *root = make_json(runs, model, kernels, raw);
  char *text = cJSON_Print(root);
  gboolean done = write_text(path, text, error);

  free(text);
  cJSON_Delete(root);
  return done;
}

gboolean eval_run_write(const struct eval_run *run, const char *folder, GError **error)
{
  g_autofree char *name = g_strconcat(run->sequence->name, ".txt", NULL), *path = g_build_filename(folder, name, NULL);
  g_autoptr(GString) text = g_string_new(NULL);

  for (guint i = 0; i < run->records->len; i++) {
    const struct eval_record *r = &g_array_index(run->records, struct eval_record, i);

    if (r->has_box)
      g_string_append_printf(text, "%.4f,%.4f,%.4f,%.4f,%.5f\n", r->box.x, r->box.y, r->box.w, r->box.h, r->score);
    else
      g_string_append_printf(text, "nan,nan,nan,nan,%.5f\n", r->score);
  }
  g_mkdir_with_parents(folder, 0777);
  return write_text(path, text->str, error);
}
