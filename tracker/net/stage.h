/* SPDX-License-Identifier: MIT */
/* Shows the output of each stage of a running network to an observer, for the golden tests. */
#ifndef NET_STAGE_H
#define NET_STAGE_H

#include "net/tensor.h"

/* `name` as in docs/tracker.md and the golden data: "backbone.3", "z", "corr", "cls.0", "score".
 * The tensor is valid during the call. A vector comes as one pixel. */
typedef void et_stage_function(const char *name, const struct et_tensor *stage, void *user);

struct et_stage_observer {
  et_stage_function *function; /* NULL: there is no observer, and nothing is done */
  void *user;
};

__attribute__((format(printf, 3, 4))) void et_stage_show(const struct et_stage_observer *observer, const struct et_tensor *stage,
                                                         const char *format, ...);

#endif
