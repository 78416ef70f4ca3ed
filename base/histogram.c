/* SPDX-License-Identifier: MIT */
/* A histogram with log-linear buckets: exact below 32 ns, then 32 steps per octave.
 * The layout is that of HdrHistogram. */
#include "base/histogram.h"

#include <stdatomic.h>
#include <stddef.h>

enum { STEP_BITS = 5 };

static size_t bucket_of(uint64_t v)
{
  int octave;
  size_t b;

  if (v < ET_HISTOGRAM_STEPS)
    return v;
  octave = 63 - __builtin_clzll(v) - STEP_BITS;
  b = (size_t)octave * ET_HISTOGRAM_STEPS + (v >> octave);
  return b < ET_HISTOGRAM_BUCKETS ? b : ET_HISTOGRAM_BUCKETS - 1;
}

/* The largest value that falls into the bucket. */
static int64_t bucket_top(size_t b)
{
  size_t octave = b / ET_HISTOGRAM_STEPS;

  if (octave == 0)
    return (int64_t)b;
  octave--;
  return (int64_t)((((b - octave * ET_HISTOGRAM_STEPS) + 1) << octave) - 1);
}

static void raise(_Atomic uint64_t *counter)
{
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

void et_histogram_add(struct et_histogram *h, int64_t duration_ns)
{
  int64_t d = duration_ns > 0 ? duration_ns : 0;

  raise(&h->bucket[bucket_of((uint64_t)d)]);
  raise(&h->count);
  atomic_store_explicit(&h->sum_ns, atomic_load_explicit(&h->sum_ns, memory_order_relaxed) + d, memory_order_relaxed);
  if (d > atomic_load_explicit(&h->maximum_ns, memory_order_relaxed))
    atomic_store_explicit(&h->maximum_ns, d, memory_order_relaxed);
}

int64_t et_histogram_quantile_ns(const struct et_histogram *h, double share)
{
  uint64_t count = et_histogram_count(h), seen = 0;
  uint64_t wanted = (uint64_t)(share * (double)count + 0.999999);
  int64_t maximum = et_histogram_maximum_ns(h);

  if (count == 0)
    return 0;
  for (size_t b = 0; b < ET_HISTOGRAM_BUCKETS; b++) {
    seen += atomic_load_explicit(&h->bucket[b], memory_order_relaxed);
    if (seen >= wanted && seen > 0)
      return bucket_top(b) < maximum ? bucket_top(b) : maximum;
  }
  return maximum;
}

uint64_t et_histogram_count(const struct et_histogram *h)
{
  return atomic_load_explicit(&h->count, memory_order_relaxed);
}

int64_t et_histogram_maximum_ns(const struct et_histogram *h)
{
  return atomic_load_explicit(&h->maximum_ns, memory_order_relaxed);
}

int64_t et_histogram_sum_ns(const struct et_histogram *h)
{
  return atomic_load_explicit(&h->sum_ns, memory_order_relaxed);
}
