/* SPDX-License-Identifier: MIT */
/* Prints and writes the results: a table for people, JSON and trajectories for programs. */
#include <errno.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "eval/run.h"
#include "honesty_report.h"

static double ms(int64_t ns)
{
  return (double)ns / 1e6;
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

  eval_runs_mean(runs, FALSE, &mean);
  eval_runs_times(runs, &p50_ns, &p95_ns, &p99_ns);
  print_row("all", frames_of(runs), &mean, p50_ns, p95_ns, p99_ns);
}

/* Names come from paths, which may have any bytes. JSON is UTF-8. */
static json_t *name_of(const char *bytes)
{
  g_autofree char *name = g_utf8_make_valid(bytes, -1);

  return json_string(name);
}

static void add_scores(json_t *to, gsize frames, const struct eval_scores *s, int64_t p50_ns, int64_t p95_ns, int64_t p99_ns)
{
  json_t *success = json_array();

  for (int i = 0; i < EVAL_SUCCESS_STEPS; i++)
    json_array_append_new(success, json_real(s->success[i]));
  json_object_set_new(to, "frames", json_integer((json_int_t)frames));
  if (s->counted)
    json_object_update_new(to, json_pack("{s:f, s:f, s:O}", "auc", s->auc, "precision_20px", s->precision, "success", success));
  json_object_update_new(to, json_pack("{s:I, s:f, s:f, s:f}", "counted", (json_int_t)s->counted, "p50_ms", ms(p50_ns), "p95_ms",
                                       ms(p95_ns), "p99_ms", ms(p99_ns)));
  json_decref(success);
}

/* Of runs beside raw ones: what the states cost, and how truthful they are. */
static void add_honesty(json_t *to, struct eval_run *const *runs, guint count, double raw_auc)
{
  const struct cost_ratio cost = cost_ratio_of(runs, count);
  struct eval_honesty honesty;

  honesty_of(runs, count, &honesty);
  json_object_set_new(to, "raw_auc", json_real(raw_auc));
  json_object_set_new(to, "honesty", honesty_json(&honesty, &cost));
  eval_honesty_clear(&honesty);
}

static gboolean beside_raw(const GPtrArray *runs)
{
  return runs->len > 0 && ((const struct eval_run *)g_ptr_array_index(runs, 0))->raw;
}

static json_t *make_json(const GPtrArray *runs, const char *model, const char *kernels, gboolean raw)
{
  json_t *list = json_array(), *all = json_object();
  int64_t p50_ns, p95_ns, p99_ns;
  struct eval_scores mean;

  for (guint i = 0; i < runs->len; i++) {
    struct eval_run *r = g_ptr_array_index(runs, i);
    json_t *item = json_pack("{s:o}", "name", name_of(r->sequence->name));

    add_scores(item, r->records->len, &r->scores, r->p50_ns, r->p95_ns, r->p99_ns);
    if (r->raw)
      add_honesty(item, &r, 1, r->raw->scores.auc);
    json_array_append_new(list, item);
  }
  eval_runs_mean(runs, FALSE, &mean);
  eval_runs_times(runs, &p50_ns, &p95_ns, &p99_ns);
  add_scores(all, frames_of(runs), &mean, p50_ns, p95_ns, p99_ns);
  if (beside_raw(runs)) {
    eval_runs_mean(runs, TRUE, &mean);
    add_honesty(all, (struct eval_run **)runs->pdata, runs->len, mean.auc);
  }
  return json_pack("{s:o, s:s, s:b, s:o, s:o}", "model", name_of(model), "kernels", kernels, "raw", raw, "sequences", list, "all", all);
}

/* Writes as a shell's redirection does: an existing device or pipe stays one. */
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
  json_t *root = make_json(runs, model, kernels, raw);
  char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
  gboolean done;

  g_assert(text); /* it can fail only for lack of memory */
  done = write_text(path, text, error);
  free(text);
  json_decref(root);
  return done;
}

/* A name may have commas and quotes. */
static char *quoted(const char *name)
{
  g_autoptr(GString) text = g_string_new(name);

  g_string_replace(text, "\"", "\"\"", 0);
  return g_strdup_printf("\"%s\"", text->str);
}

static const char *presence(const struct eval_truth *truth)
{
  if (!truth)
    return "";
  return truth->present ? "1" : "0";
}

static void append_frame(GString *csv, const char *name, guint frame, const struct eval_truth *truth, const struct eval_record *r)
{
  const double overlap = truth && truth->present && r->has_box ? eval_overlap(&truth->box, &r->box) : 0;

  g_string_append_printf(csv, "%s,%u,%s,%.4f,%s,%s,%.5f,%.5f,%.5f\n", name, frame, presence(truth), overlap, et_state_name(r->state),
                         et_event_name(r->event), r->score, r->raw_score, r->likeness);
}

static void append_run(GString *csv, const struct eval_run *run)
{
  const GArray *truth = run->sequence->truth;
  g_autofree char *name = quoted(run->sequence->name);

  for (guint i = 0; i < run->records->len; i++)
    append_frame(csv, name, i + 1, i < truth->len ? &g_array_index(truth, struct eval_truth, i) : NULL,
                 &g_array_index(run->records, struct eval_record, i));
}

gboolean eval_write_csv(const GPtrArray *runs, const char *path, GError **error)
{
  g_autoptr(GString) csv = g_string_new("sequence,frame,present,overlap,state,event,score,raw_score,likeness\n");

  for (guint i = 0; i < runs->len; i++)
    append_run(csv, g_ptr_array_index(runs, i));
  return write_text(path, csv->str, error);
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
