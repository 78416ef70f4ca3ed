/* SPDX-License-Identifier: MIT */
/* What one frame gave, as the element hands it on: in metas, bus messages and the signal `result`. */
#ifndef PLUGIN_OUTCOME_H
#define PLUGIN_OUTCOME_H

#include <gst/gst.h>
#include <stdbool.h>
#include <stdint.h>

#include "etrack/tracker.h"

/* Plain data, may be copied. */
struct outcome {
  uint64_t target;    /* unique in the process; 0 = none */
  uint64_t frame;     /* number of the frame that was looked at */
  GstClockTime pts;   /* of it; GST_CLOCK_TIME_NONE where it has none */
  int64_t capture_ns; /* CLOCK_MONOTONIC */
  int64_t arrival_ns; /* CLOCK_MONOTONIC, at the element */
  bool capture_by_driver;
  int width, height;       /* of it, pixels */
  struct et_result result; /* its times are the tracker's, see struct job */
  const char *reason;      /* of stopped and lost; static storage; "" */
  uint64_t dropped;        /* frames skipped since the last result */
  int64_t queue_ns, infer_ns;
  GstClockTime first_seen, last_seen; /* running time; GST_CLOCK_TIME_NONE where unknown */
};

/* A structure `etrack` with every field, for `age_ns` = now - capture. Ownership: the caller's. */
GstStructure *outcome_to_structure(const struct outcome *outcome);

/* Renews the age in one that was made earlier. */
void outcome_set_age(GstStructure *structure, const struct outcome *outcome);

#endif
