/* SPDX-License-Identifier: MIT */
/* The pace of a series of arrivals.
 *
 * Design notes. The due times are a grid that follows the arrivals slowly (a second-order loop), so
 * that a late frame does not make the next one expected late. An arrival that skips periods, or
 * comes between two due times, is compared with the due time that it belongs to. The margin is how
 * early arrivals have been lately. It grows at once and shrinks slowly: jitter widens the window, a
 * steady stream narrows it. If too many arrivals do not fit, the period is measured anew. After a
 * pause nothing is known. A wrong guess costs looks, or an arrival is found late by less than a
 * period. */
#include "base/arrivals.h"

#include <stdbool.h>

enum {
  MOST_SKIPPED = 4, /* periods; a longer pause ends the series */
  MISFIT = 2,       /* added for an arrival that does not fit; 1 is taken away for one that does */
  MOST_MISFITS = 8,
};

/* Frames are held up more often than they are early. So an arrival up to three quarters of a period
 * after a due time is late, and not early for the next due time. */
static int64_t periods_in(const struct et_arrivals *arrivals, int64_t late_ns)
{
  return (late_ns < 0 ? late_ns - arrivals->period_ns / 2 : late_ns + arrivals->period_ns / 4) / arrivals->period_ns;
}

/* A late arrival moves the grid. One on time may then come that much earlier. */
static void follow(struct et_arrivals *arrivals, int64_t late_ns)
{
  const int64_t shift_ns = late_ns / 4, seen_ns = late_ns < 0 ? -late_ns * 5 / 4 : shift_ns;
  const int64_t faded_ns = arrivals->margin_ns - arrivals->margin_ns / 16;

  arrivals->period_ns += late_ns / 32;
  arrivals->due_ns += arrivals->period_ns + shift_ns;
  arrivals->margin_ns = seen_ns > faded_ns ? seen_ns : faded_ns;
}

/* False if the arrival no longer fits the grid. */
static bool follow_grid(struct et_arrivals *arrivals, int64_t now_ns)
{
  const int64_t late_ns = now_ns - arrivals->due_ns, skipped = periods_in(arrivals, late_ns);

  if (skipped)
    arrivals->misfits += MISFIT;
  else if (arrivals->misfits > 0)
    arrivals->misfits--;
  if (skipped > MOST_SKIPPED || arrivals->misfits > MOST_MISFITS)
    return false;
  arrivals->last_ns = now_ns;
  arrivals->due_ns += skipped * arrivals->period_ns;
  follow(arrivals, late_ns - skipped * arrivals->period_ns);
  return true;
}

/* Takes the period from one interval. An interval of many periods was a pause and tells nothing. */
static void begin(struct et_arrivals *arrivals, int64_t now_ns)
{
  const int64_t interval_ns = now_ns - arrivals->last_ns;
  const bool pause = arrivals->last_ns == 0 || (arrivals->period_ns && interval_ns > MOST_SKIPPED * arrivals->period_ns);

  *arrivals = (struct et_arrivals){.last_ns = now_ns};
  if (pause)
    return;
  arrivals->period_ns = interval_ns;
  arrivals->due_ns = now_ns + interval_ns;
  arrivals->margin_ns = interval_ns / 4;
}

void et_arrivals_note(struct et_arrivals *arrivals, int64_t now_ns)
{
  if (arrivals->period_ns == 0 || !follow_grid(arrivals, now_ns))
    begin(arrivals, now_ns);
}

int64_t et_arrivals_next_ns(const struct et_arrivals *arrivals)
{
  return arrivals->period_ns ? arrivals->due_ns - arrivals->margin_ns : 0;
}
