/* SPDX-License-Identifier: MIT */
/* Prints the tables of a comparison. */
#include <stdio.h>

#include "bench/race.h"

static void print_entry(const struct bench_race *race, const struct bench_entry *e)
{
  const struct bench_samples *s = &e->samples;

  printf("%-48s %8.2f %8.2f %8.2f %8.2f", e->contender.name, bench_samples_quantile(s, 0), bench_samples_quantile(s, 0.5),
         bench_samples_quantile(s, 0.95), bench_samples_quantile(s, 1));
  if (e->contender.kind == BENCH_TRACKER)
    printf(" %8.3f\n", e->seen ? e->overlap / (double)e->seen : 0);
  else if (e->contender.scores && e != bench_race_reference(race))
    printf(" %8s %11.2g\n", "-", e->difference);
  else
    printf(" %8s %11s\n", "-", "-");
}

static void print_times(const struct bench_race *race)
{
  printf("\n%-48s %8s %8s %8s %8s %8s %11s\n", "ms per frame", "min", "median", "p95", "max", "overlap", "score error");
  for (size_t i = 0; i < race->entries; i++)
    print_entry(race, &race->entry[i]);
}

static void print_ratio(const struct bench_entry *ours, const struct bench_entry *theirs)
{
  const struct bench_samples *a = &ours->samples, *b = &theirs->samples;
  char pair[200];

  snprintf(pair, sizeof pair, "%s / %s", ours->contender.name, theirs->contender.name);
  printf("%-80s %8.3f %8.3f %8.3f %10.3f\n", pair, bench_ratio_quantile(a, b, 0.5), bench_ratio_quantile(a, b, 0.25),
         bench_ratio_quantile(a, b, 0.75), bench_samples_quantile(a, 0) / bench_samples_quantile(b, 0));
}

static void print_ratios(const struct bench_race *race)
{
  printf("\n%-80s %8s %8s %8s %10s\n", "time ratio, pair by pair", "median", "p25", "p75", "of minima");
  for (size_t i = 0; i < race->entries; i++)
    for (size_t k = 0; k < race->entries; k++)
      if (bench_race_comparable(&race->entry[i], &race->entry[k]) && race->entry[i].samples.count && race->entry[k].samples.count)
        print_ratio(&race->entry[i], &race->entry[k]);
}

void bench_race_print(const struct bench_race *race)
{
  const struct bench_entry *reference = bench_race_reference(race);

  printf("%zu frames on processor %d, one thread, contenders in turn on each frame; load average %.1f\n", race->timed, race->cpu,
         race->load);
  print_times(race);
  if (reference)
    printf("score error: largest difference from a score of %s\n", reference->contender.name);
  print_ratios(race);
}
