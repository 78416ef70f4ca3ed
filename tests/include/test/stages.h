/* SPDX-License-Identifier: MIT */
/* Compares the stages of a running network with golden ones: max|a - b| <= tolerance * max|golden|
 * per stage. */
#ifndef TEST_STAGES_H
#define TEST_STAGES_H

#include <check.h>
#include <math.h>
#include <stdio.h>

#include "net/network.h"
#include "net/safetensors.h"

struct golden {
  struct et_safetensors *file;
  const char *graph; /* "template" or "search": the prefix of the names */
  const char *kernels;
  double tolerance;
  int compared;
};

/* Golden stages are planes, ours have the channels last. */
static inline void compare_stage(const char *name, const struct et_tensor *stage, void *user)
{
  struct golden *g = user;
  double worst = 0, largest = 0;
  const struct et_safetensor *t;
  char full[96];
  size_t i = 0;

  snprintf(full, sizeof full, "%s/%s", g->graph, name);
  t = et_safetensors_find(g->file, full);
  if (!t)
    return; /* left out of the file because of its size */
  for (int c = 0; c < stage->channels; c++)
    for (int y = 0; y < stage->height; y++)
      for (int x = 0; x < stage->width; x++, i++) {
        const double wanted = (double)et_safetensor_value(t, i), got = (double)stage->data[y * stage->row + x * stage->pixel + c];

        ck_assert_msg(isfinite(got), "%s %s: not finite", g->kernels, full);
        worst = fmax(worst, fabs(got - wanted));
        largest = fmax(largest, fabs(wanted));
      }
  ck_assert_msg((t->end - t->begin) / sizeof(float) == i, "the size of %s is not %zu", full, i);
  ck_assert_msg(worst <= g->tolerance * largest, "%s %s: differs by %g of its largest value, %g; %g is allowed", g->kernels, full,
                worst / largest, largest, g->tolerance);
  g->compared++;
}

#endif
