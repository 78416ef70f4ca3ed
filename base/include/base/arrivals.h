/* SPDX-License-Identifier: MIT */
/* The pace of a series of arrivals: tells when the next one is due. */
#ifndef BASE_ARRIVALS_H
#define BASE_ARRIVALS_H

#include <stdint.h>

/* All zeros: nothing has arrived yet. Thread-safety: one thread at a time. */
struct et_arrivals {
  int64_t last_ns;   /* of the newest arrival, CLOCK_MONOTONIC; 0 = nothing has arrived yet */
  int64_t period_ns; /* 0 = unknown */
  int64_t due_ns;    /* when the next arrival is due, if the period is known */
  int64_t margin_ns; /* how much earlier than due_ns it may come */
  int misfits;       /* grows with each arrival that skips a period or comes between two */
};

/* Notes an arrival. RT-safe. */
void et_arrivals_note(struct et_arrivals *arrivals, int64_t now_ns);

/* The earliest time at which the next arrival is expected; 0 = it may come at any time. RT-safe. */
int64_t et_arrivals_next_ns(const struct et_arrivals *arrivals);

#endif
