/* SPDX-License-Identifier: MIT */
/* The cost of a frame in multiply-adds. */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include "etrack/model.h"

/* The multiply-adds of the search graph, which runs once per frame. Channels that only pad a vector
 * do not count. */
struct bench_work {
  double backbone;
  double depthwise; /* part of the backbone's */
  double neck, heads;
};

struct bench_work bench_work_of(const struct et_model *model);

#endif
