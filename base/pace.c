/* SPDX-License-Identifier: MIT */
/* The pace of a series of arrivals.
 *
 * Design notes. The due times are a grid that follows the arrivals slowly (a second-order loop), so that one late frame does not make the next one be
 * expected late. An arrival that skips periods, or comes between two due times, is compared with the due time that it belongs to. The margin is how early
 * arrivals have been lately. It grows at once and shrinks slowly: jitter widens the window, a steady stream narrows it. If too many arrivals
 * do not fit, the period is taken anew; after a pause nothing is known. A wrong guess costs looks, or a find that is late by less than a period. */
#include "base/pace.h"

#include <stdbool.h>

enum {
  MOST_SKIPPED = 4, /* periods; a longer pause is the end of the series */
  MISFIT = 2,       /* what an arrival that does not fit adds; one that fits takes 1 away */
  MOST_MISFITS = 8,
};

/* Frames are held up more often than they are early: one that is late by less than three quarters of a period is late, not early for the next due time. */
static int64_t periods_in(const struct et_pace *pace, int64_t late_ns)
{
  return (late_ns < 0 ? late_ns - pace->period_ns / 2 : late_ns + pace->period_ns / 4) / pace->period_ns;
}

/* A late arrival moves the grid, so that one on time may come as much earlier. */
static void follow(struct et_pace *pace, int64_t late_ns)
{
  const int64_t shift_ns = late_ns / 4, seen_ns = late_ns < 0 ? -late_ns * 5 / 4 : shift_ns;
  const int64_t faded_ns = pace->margin_ns - pace->margin_ns / 16;

  pace->period_ns += late_ns / 32;
  pace->due_ns += pace->period_ns + shift_ns;
  pace->margin_ns = seen_ns > faded_ns ? seen_ns : faded_ns;
}

/* False if the arrival does not fit the grid any more. */
static bool follow_grid(struct et_pace *pace, int64_t now_ns)
{
  const int64_t late_ns = now_ns - pace->due_ns, skipped = periods_in(pace, late_ns);

  if (skipped)
    pace->misfits += MISFIT;
  else if (pace->misfits > 0)
    pace->misfits--;
  if (skipped > MOST_SKIPPED || pace->misfits > MOST_MISFITS)
    return false;
  pace->last_ns = now_ns;
  pace->due_ns += skipped * pace->period_ns;
  follow(pace, late_ns - skipped * pace->period_ns);
  return true;
}

/* What one interval says of the period; an interval that is many periods long was a pause, and says nothing. */
static void begin(struct et_pace *pace, int64_t now_ns)
{
  const int64_t interval_ns = now_ns - pace->last_ns;
  const bool pause = pace->last_ns == 0 || (pace->period_ns && interval_ns > MOST_SKIPPED * pace->period_ns);

  *pace = (struct et_pace){.last_ns = now_ns};
  if (pause)
    return;
  pace->period_ns = interval_ns;
  pace->due_ns = now_ns + interval_ns;
  pace->margin_ns = interval_ns / 4;
}

void et_pace_arrived(struct et_pace *pace, int64_t now_ns)
{
  if (pace->period_ns == 0 || !follow_grid(pace, now_ns))
    begin(pace, now_ns);
}

int64_t et_pace_next_ns(const struct et_pace *pace)
{
  return pace->period_ns ? pace->due_ns - pace->margin_ns : 0;
}
