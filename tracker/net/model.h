/* SPDX-License-Identifier: MIT */
/* The struct behind the public et_model: architecture and packed weights. */
#ifndef NET_MODEL_H
#define NET_MODEL_H

#include "etrack/model.h"
#include "net/architecture.h"
#include "net/arena.h"
#include "net/weights.h"

struct et_model {
  char name[64];
  struct et_architecture architecture;
  struct et_weights weights;
  struct et_arena arena; /* holds every packed weight */
};

#endif
