/* SPDX-License-Identifier: MIT */
/* Keeps durations and computes their quantiles. It keeps all: a run has at most thousands. */
#include "bench/samples.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(void *old, size_t count)
{
  void *array = realloc(old, count * sizeof(double));

  if (!array) {
    fprintf(stderr, "out of memory for %zu durations\n", count);
    exit(EXIT_FAILURE);
  }
  return array;
}

void bench_samples_add(struct bench_samples *samples, int64_t duration_ns)
{
  if (samples->count == samples->capacity) {
    samples->capacity = samples->capacity ? 2 * samples->capacity : 256;
    samples->ms = allocate(samples->ms, samples->capacity);
  }
  samples->ms[samples->count++] = (double)duration_ns / 1e6;
}

void bench_samples_fini(struct bench_samples *samples)
{
  free(samples->ms);
  *samples = (struct bench_samples){0};
}

static int compare(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* Takes `values`. The nearest rank, which is always a measured value. */
static double quantile(double *values, size_t count, double share)
{
  size_t rank = (size_t)(share * (double)count);
  double value;

  qsort(values, count, sizeof *values, compare);
  value = values[rank < count ? rank : count - 1];
  free(values);
  return value;
}

double bench_samples_quantile(const struct bench_samples *samples, double share)
{
  double *values;

  if (samples->count == 0)
    return 0;
  values = allocate(NULL, samples->count);
  memcpy(values, samples->ms, samples->count * sizeof *values);
  return quantile(values, samples->count, share);
}

double bench_ratio_quantile(const struct bench_samples *ours, const struct bench_samples *theirs, double share)
{
  const size_t count = ours->count < theirs->count ? ours->count : theirs->count;
  double *values;

  if (count == 0)
    return 0;
  values = allocate(NULL, count);
  for (size_t i = 0; i < count; i++)
    values[i] = ours->ms[i] / theirs->ms[i];
  return quantile(values, count, share);
}

int bench_pin(int cpu)
{
  cpu_set_t set;

  if (cpu < 0) {
    if (sched_getaffinity(0, sizeof set, &set) != 0)
      return -1;
    for (int i = 0; i < CPU_SETSIZE; i++)
      if (CPU_ISSET(i, &set))
        cpu = i;
  }
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0 ? cpu : -1;
}
