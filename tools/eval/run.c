/* SPDX-License-Identifier: MIT */
/* One pass of the tracker over one sequence. */
#include "eval/run.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "eval/frames.h"

static void note(struct eval_run *run, const struct et_result *r, int64_t cost_ns)
{
  struct eval_record record = {.has_box = r->has_box,
                               .box = r->box,
                               .score = r->score,
                               .raw_score = r->raw_score,
                               .likeness = r->likeness,
                               .state = r->state,
                               .event = r->event,
                               .time_ns = r->time_ns,
                               .cost_ns = cost_ns};

  g_array_append_val(run->records, record);
}

static const struct eval_truth *truth_at(const struct eval_sequence *sequence, guint frame)
{
  return frame < sequence->truth->len ? &g_array_index(sequence->truth, struct eval_truth, frame) : NULL;
}

static gboolean start(struct et_tracker *tracker, const struct eval_sequence *s, const struct et_image *image, int64_t time_ns,
                      struct et_result *result, GError **error)
{
  struct et_error_detail why;

  if (et_tracker_init(tracker, image, &truth_at(s, 0)->box, time_ns, result, &why) == ET_OK)
    return TRUE;
  g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: %s", s->start_label, why.text);
  return FALSE;
}

/* A target that was given up (search timeout) stays without a box. */
static void track(struct et_tracker *tracker, const struct et_image *image, int64_t time_ns, struct et_result *result)
{
  if (et_tracker_track(tracker, image, time_ns, result, NULL) != ET_OK)
    *result = (struct et_result){.time_ns = time_ns};
}

static void show_progress(const struct eval_sequence *s, guint frame)
{
  if (s->images)
    fprintf(stderr, "\r%s %u/%u ", s->name, frame, s->images->len);
  else
    fprintf(stderr, "\r%s %u ", s->name, frame);
}

static void wipe_progress(void)
{
  fputs("\r\033[K", stderr);
}

/* The n-th frame, from 0 on. */
static gboolean run_frame(struct eval_run *run, struct et_tracker *tracker, guint n, const struct et_image *image, int64_t time_ns,
                          struct et_result *result, GError **error)
{
  const int64_t begin_ns = et_clock_ns();

  if (n == 0 && !start(tracker, run->sequence, image, time_ns, result, error))
    return FALSE;
  if (n > 0)
    track(tracker, image, time_ns, result);
  note(run, result, et_clock_ns() - begin_ns);
  return TRUE;
}

static gboolean run_frames(struct eval_run *run, struct et_tracker *tracker, struct eval_frames *frames, const struct eval_options *o,
                           GError **error)
{
  struct et_image image;
  struct et_result result, raw;
  int64_t time_ns;
  guint n = 0;
  GError *why = NULL;

  for (; (!o->most_frames || n < o->most_frames) && eval_frames_next(frames, &image, &time_ns, &why); n++) {
    if (!run_frame(run, tracker, n, &image, time_ns, &result, error))
      return FALSE;
    if (run->raw && !run_frame(run->raw, o->raw, n, &image, time_ns, &raw, error))
      return FALSE;
    if (o->progress)
      show_progress(run->sequence, n + 1);
    if (o->draw && !eval_draw(o->draw, run->sequence->name, n + 1, &image, &result, truth_at(run->sequence, n), error))
      return FALSE;
  }
  if (why) {
    g_propagate_error(error, why);
    return FALSE;
  }
  if (n == 0)
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: there is no frame", run->sequence->name);
  return n > 0;
}

/* The first frame is left out: it starts the target, and is not tracked. */
static GArray *durations(const struct eval_run *run)
{
  GArray *d = g_array_new(FALSE, FALSE, sizeof(int64_t));

  for (guint i = 1; i < run->records->len; i++)
    g_array_append_val(d, g_array_index(run->records, struct eval_record, i).cost_ns);
  return d;
}

static void quantiles(GArray *d, int64_t *p50_ns, int64_t *p95_ns, int64_t *p99_ns)
{
  *p50_ns = eval_quantile_ns((int64_t *)(void *)d->data, d->len, 0.5);
  *p95_ns = eval_quantile_ns((int64_t *)(void *)d->data, d->len, 0.95);
  *p99_ns = eval_quantile_ns((int64_t *)(void *)d->data, d->len, 0.99);
}

static void measure(struct eval_run *run)
{
  const guint count = MIN(run->records->len, run->sequence->truth->len);
  GArray *d = durations(run);

  eval_score((const struct eval_truth *)(void *)run->sequence->truth->data, (const struct eval_record *)(void *)run->records->data, count,
             &run->scores);
  quantiles(d, &run->p50_ns, &run->p95_ns, &run->p99_ns);
  g_array_unref(d);
}

static struct eval_run *make_run(const struct eval_sequence *sequence)
{
  struct eval_run *run = g_new0(struct eval_run, 1);

  run->sequence = sequence;
  run->records = g_array_new(FALSE, FALSE, sizeof(struct eval_record));
  return run;
}

struct eval_run *eval_run(struct et_tracker *tracker, const struct eval_sequence *sequence, const struct eval_options *options,
                          GError **error)
{
  struct eval_frames *frames = eval_frames_open(sequence, options->rate_hz, error);
  struct eval_run *run;
  gboolean done;

  if (!frames)
    return NULL;
  run = make_run(sequence);
  if (options->raw)
    run->raw = make_run(sequence);
  done = run_frames(run, tracker, frames, options, error);
  if (options->progress)
    wipe_progress();
  eval_frames_close(&frames);
  if (!done) {
    eval_run_free(run);
    return NULL;
  }
  measure(run);
  if (run->raw)
    measure(run->raw);
  return run;
}

void eval_run_free(struct eval_run *run)
{
  if (!run)
    return;
  eval_run_free(run->raw);
  g_array_unref(run->records);
  g_free(run);
}

void eval_runs_times(const GPtrArray *runs, int64_t *p50_ns, int64_t *p95_ns, int64_t *p99_ns)
{
  GArray *all = g_array_new(FALSE, FALSE, sizeof(int64_t));

  for (guint i = 0; i < runs->len; i++) {
    GArray *d = durations(g_ptr_array_index(runs, i));

    g_array_append_vals(all, d->data, d->len);
    g_array_unref(d);
  }
  quantiles(all, p50_ns, p95_ns, p99_ns);
  g_array_unref(all);
}

void eval_runs_mean(const GPtrArray *runs, gboolean raw, struct eval_scores *mean)
{
  struct eval_scores *scores = g_new(struct eval_scores, runs->len);

  for (guint i = 0; i < runs->len; i++) {
    const struct eval_run *r = g_ptr_array_index(runs, i);

    scores[i] = raw ? r->raw->scores : r->scores;
  }
  eval_scores_mean(scores, runs->len, mean);
  g_free(scores);
}
