/* SPDX-License-Identifier: MIT */
/* Prints how truthful runs are, as tables and as JSON. */
#include "honesty_report.h"

#include <stdio.h>

enum { TOLD = 4 };

static const enum et_state told[TOLD] = {ET_STATE_TRACKING, ET_STATE_UNCERTAIN, ET_STATE_COASTING, ET_STATE_LOST};

void honesty_of(struct eval_run *const *runs, guint count, struct eval_honesty *h)
{
  eval_honesty_init(h);
  for (guint i = 0; i < count; i++) {
    const struct eval_run *r = runs[i];

    eval_honesty_add(h, (const struct eval_truth *)(void *)r->sequence->truth->data, (const struct eval_record *)(void *)r->records->data,
                     MIN(r->records->len, r->sequence->truth->len));
  }
}

static double sum_ns(const GArray *durations_ns)
{
  double sum = 0;

  for (guint i = 0; i < durations_ns->len; i++)
    sum += (double)g_array_index(durations_ns, int64_t, i);
  return sum;
}

static double p99_ns(const GArray *durations_ns)
{
  return (double)eval_quantile_ns((int64_t *)(void *)durations_ns->data, durations_ns->len, 0.99);
}

struct cost_ratio cost_ratio_of(struct eval_run *const *runs, guint count)
{
  g_autoptr(GArray) with = g_array_new(FALSE, FALSE, sizeof(int64_t)), raw = g_array_new(FALSE, FALSE, sizeof(int64_t));

  for (guint r = 0; r < count; r++)
    for (guint i = 1; i < runs[r]->records->len; i++) {
      const struct eval_record *record = &g_array_index(runs[r]->records, struct eval_record, i);

      if (!record->has_box)
        continue;
      g_array_append_val(with, record->cost_ns);
      g_array_append_val(raw, g_array_index(runs[r]->raw->records, struct eval_record, i).cost_ns);
    }
  if (raw->len == 0)
    return (struct cost_ratio){0};
  return (struct cost_ratio){sum_ns(with) / sum_ns(raw), p99_ns(with) / p99_ns(raw)};
}

static void print_told(const struct eval_told *t)
{
  printf(" %8zu", t->frames);
  for (int i = 0; i < TOLD; i++)
    printf(" %6.1f", 100 * eval_told_share(t, told[i]));
}

static void print_row(const char *name, double auc, double raw_auc, const struct eval_honesty *h)
{
  printf("%-24s %8.4f %+8.4f", name, auc, auc - raw_auc);
  print_told(&h->right);
  print_told(&h->wrong);
  putchar('\n');
}

static void print_run(struct eval_run *run)
{
  struct eval_honesty h;

  honesty_of(&run, 1, &h);
  print_row(run->sequence->name, run->scores.auc, run->raw->scores.auc, &h);
  eval_honesty_clear(&h);
}

static void print_losses(const struct eval_honesty *h)
{
  if (h->to_lost_ns->len > 0)
    printf("told as lost after vanishing: %u times, median %.2f s, p90 %.2f s\n", h->to_lost_ns->len, eval_to_lost_s(h, 0.5),
           eval_to_lost_s(h, 0.9));
  printf("found within 2 s of its return: %zu of %zu\n", h->found, h->returns);
  printf("wrong re-acquisitions: %zu of %zu\n", h->wrongly, h->reacquired);
}

static void print_cost(struct eval_run *const *runs, guint count)
{
  const struct cost_ratio cost = cost_ratio_of(runs, count);

  printf("time per frame while not lost, divided by the raw procedure's: mean %.2f, p99 %.2f\n", cost.mean, cost.p99);
}

static void print_bins(const struct eval_honesty *h)
{
  printf("\nscore      frames     mean    right\n");
  for (int i = 0; i < EVAL_SCORE_BINS; i++) {
    const struct eval_bin *b = &h->bins[i];

    if (b->frames > 0)
      printf("%.1f..%.1f %9zu %8.3f %8.3f\n", i / 10.0, (i + 1) / 10.0, b->frames, b->score_sum / (double)b->frames,
             (double)b->right / (double)b->frames);
  }
}

void eval_print_honesty(const GPtrArray *runs)
{
  struct eval_scores mean, raw_mean;
  struct eval_honesty all;

  printf("\n%-24s %8s %8s   right boxes told as, %%                wrong boxes told as, %%\n", "", "", "above");
  printf("%-24s %8s %8s", "sequence", "AUC", "raw");
  for (int i = 0; i < 2; i++)
    printf(" %8s %6s %6s %6s %6s", "frames", "track", "uncert", "coast", "lost");
  putchar('\n');
  for (guint i = 0; i < runs->len; i++)
    print_run(g_ptr_array_index(runs, i));
  honesty_of((struct eval_run **)runs->pdata, runs->len, &all);
  eval_runs_mean(runs, FALSE, &mean);
  eval_runs_mean(runs, TRUE, &raw_mean);
  print_row("all", mean.auc, raw_mean.auc, &all);
  putchar('\n');
  print_losses(&all);
  print_cost((struct eval_run **)runs->pdata, runs->len);
  print_bins(&all);
  eval_honesty_clear(&all);
}

static json_t *told_json(const struct eval_told *t)
{
  json_t *object = json_pack("{s:I}", "frames", (json_int_t)t->frames);

  for (int i = 0; i < TOLD; i++)
    json_object_set_new(object, et_state_name(told[i]), json_integer((json_int_t)t->as[told[i]]));
  return object;
}

static json_t *times_json(const GArray *times_ns)
{
  json_t *list = json_array();

  for (guint i = 0; i < times_ns->len; i++)
    json_array_append_new(list, json_real((double)g_array_index(times_ns, int64_t, i) / 1e9));
  return list;
}

static json_t *bins_json(const struct eval_honesty *h)
{
  json_t *list = json_array();

  for (int i = 0; i < EVAL_SCORE_BINS; i++) {
    const struct eval_bin *b = &h->bins[i];

    json_array_append_new(list, json_pack("{s:I, s:I, s:f}", "frames", (json_int_t)b->frames, "right", (json_int_t)b->right, "mean",
                                          b->frames ? b->score_sum / (double)b->frames : 0.0));
  }
  return list;
}

json_t *honesty_json(const struct eval_honesty *h, const struct cost_ratio *cost)
{
  return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:f, s:f, s:o}", "right", told_json(&h->right), "wrong", told_json(&h->wrong),
                   "to_lost_s", times_json(h->to_lost_ns), "returns", (json_int_t)h->returns, "found", (json_int_t)h->found, "reacquired",
                   (json_int_t)h->reacquired, "wrongly_reacquired", (json_int_t)h->wrongly, "cost_mean", cost->mean, "cost_p99", cost->p99,
                   "scores", bins_json(h));
}
