/* SPDX-License-Identifier: MIT */
/* Writes the results of a comparison as JSON. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/hold.h"
#include "bench/race.h"
#include "ops/ops.h"

static json_t *text_or_null(const char *text)
{
  return text[0] ? json_string(text) : json_null();
}

static json_t *times_json(const struct bench_samples *s)
{
  return json_pack("{s:f, s:f, s:f, s:f}", "min", bench_samples_quantile(s, 0), "median", bench_samples_quantile(s, 0.5), "p95",
                   bench_samples_quantile(s, 0.95), "max", bench_samples_quantile(s, 1));
}

static json_t *entry_json(const struct bench_race *race, const struct bench_entry *e)
{
  const struct bench_contender *c = &e->contender;
  json_t *overlap = c->kind == BENCH_TRACKER && e->seen ? json_real(e->overlap / (double)e->seen) : json_null();
  json_t *difference = c->scores && e != bench_race_reference(race) ? json_real(e->difference) : json_null();

  return json_pack("{s:s, s:s, s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "name", c->name, "kind",
                   c->kind == BENCH_TRACKER ? "tracker" : "network", "library", text_or_null(c->library), "model", text_or_null(c->model),
                   "kernels", text_or_null(c->kernels), "frames", (json_int_t)e->samples.count, "ms", times_json(&e->samples), "overlap",
                   overlap, "score_error", difference);
}

static json_t *entries_json(const struct bench_race *race)
{
  json_t *list = json_array();

  for (size_t i = 0; i < race->entries; i++)
    json_array_append_new(list, entry_json(race, &race->entry[i]));
  return list;
}

static json_t *missing_json(const struct bench_race *race)
{
  json_t *list = json_array();

  for (size_t i = 0; i < race->missings; i++)
    json_array_append_new(list, json_pack("{s:s, s:s}", "name", race->missing[i].name, "why", race->missing[i].missing));
  return list;
}

static json_t *ratio_json(const struct bench_entry *ours, const struct bench_entry *theirs)
{
  const struct bench_samples *a = &ours->samples, *b = &theirs->samples;

  return json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "ours", ours->contender.name, "theirs", theirs->contender.name, "median",
                   bench_ratio_quantile(a, b, 0.5), "p25", bench_ratio_quantile(a, b, 0.25), "p75", bench_ratio_quantile(a, b, 0.75),
                   "of_minima", bench_samples_quantile(a, 0) / bench_samples_quantile(b, 0));
}

static json_t *ratios_json(const struct bench_race *race)
{
  json_t *list = json_array();

  for (size_t i = 0; i < race->entries; i++)
    for (size_t k = 0; k < race->entries; k++)
      if (bench_race_comparable(&race->entry[i], &race->entry[k]) && race->entry[i].samples.count && race->entry[k].samples.count)
        json_array_append_new(list, ratio_json(&race->entry[i], &race->entry[k]));
  return list;
}

static json_t *sequences_json(const struct bench_race *race)
{
  json_t *list = json_array();

  for (size_t i = 0; i < race->laps; i++) {
    const struct bench_lap *lap = &race->lap[i];

    json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:I}", "name", lap->name, "width", lap->width, "height", lap->height, "frames",
                                          (json_int_t)lap->frames));
  }
  return list;
}

/* Every set that this processor runs. */
static json_t *kernels_json(void)
{
  json_t *list = json_array();

  for (size_t i = 0; et_ops_at(i); i++)
    json_array_append_new(list, json_string(et_ops_at(i)->name));
  return list;
}

static json_t *race_json(const struct bench_race *race)
{
  char processor[128];

  bench_processor(processor, sizeof processor);
  return json_pack("{s:s, s:o, s:s, s:o, s:i, s:f, s:I, s:I, s:o, s:o, s:o, s:o}", "processor", processor, "kernels", kernels_json(),
                   "compiler", __VERSION__, "peers_held_to", race->held ? json_string("avx2") : json_null(), "cpu", race->cpu,
                   "load_average", race->load, "timed_frames", (json_int_t)race->timed, "warm_up_frames", (json_int_t)race->warm_up,
                   "sequences", sequences_json(race), "contenders", entries_json(race), "skipped", missing_json(race), "ratios",
                   ratios_json(race));
}

bool bench_race_write(const struct bench_race *race, const char *path)
{
  json_t *root = race_json(race);
  char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
  FILE *file = text ? fopen(path, "we") : NULL;
  bool done = file && fputs(text, file) >= 0 && fputc('\n', file) >= 0;

  if (!text)
    errno = ENOMEM;
  if (file && fclose(file) != 0)
    done = false;
  free(text);
  json_decref(root);
  return done;
}
