/* SPDX-License-Identifier: MIT */
/* Shows what passes between the layers of a running network to an observer, for the golden tests
 * and for the quantiser. */
#ifndef NET_STAGE_H
#define NET_STAGE_H

#include "net/tensor.h"

/* `name` as in docs/tracker.md and the golden data: "backbone.3", "z", "corr", "cls.0", "score".
 * The tensor is valid during the call. A vector comes as one pixel. */
typedef void et_stage_function(const char *name, const struct et_tensor *stage, void *user);

struct et_stage_observer {
  et_stage_function *function; /* NULL: there is no observer, and nothing is done */
  void *user;
  bool inside; /* it is shown what passes inside of a float layer, too:
                * "backbone.3.expand" (each row of the picture in turn, after the swish);
                * "backbone.3.gate" (a vector), then "backbone.3.dw" (before the gate, which is in
                * the projection's weights);
                * "cls.0.ln1", "cls.0.fc1" (what the two layers of the feed-forward network read);
                * "cls.first.dw", "cls.last.dw" */
};

/* The observer of what passes inside of a layer. */
static inline const struct et_stage_observer *et_stage_inside(const struct et_stage_observer *observer)
{
  static const struct et_stage_observer nobody;

  return observer->inside ? observer : &nobody;
}

__attribute__((format(printf, 3, 4))) void et_stage_show(const struct et_stage_observer *observer, const struct et_tensor *stage,
                                                         const char *format, ...);

#endif
