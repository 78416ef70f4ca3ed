/* SPDX-License-Identifier: MIT */
/* Steady time out of time stamps of frames, some of which may be wrong. */
#include "base/pace.h"

#include "base/clock.h"

enum {
  MOST_FRAMES = 8, /* a step of up to this many usual frame times is believed */
  MEMORY = 8,      /* the usual frame time is the mean of about this many steps */
  ENOUGH = 2,      /* stamps in a row that confirm a new base */
};

static const int64_t default_usual_ns = 40 * ET_MS_NS;
static const int64_t least_usual_ns = ET_MS_NS, most_usual_ns = 10 * ET_SECOND_NS;
static const int64_t least_limit_ns = 250 * ET_MS_NS; /* a step of up to this is always believed */

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
  return v < low ? low : v > high ? high : v;
}

/* Stamps may have any value, so the difference may overflow. */
static int64_t difference(int64_t a, int64_t b)
{
  int64_t d;

  return __builtin_sub_overflow(a, b, &d) ? (a < b ? INT64_MIN : INT64_MAX) : d;
}

static int64_t sum(int64_t a, int64_t b)
{
  int64_t s;

  return __builtin_add_overflow(a, b, &s) ? (a < 0 ? INT64_MIN : INT64_MAX) : s;
}

void et_pace_start(struct et_pace *p, int64_t stamp_ns, int64_t usual_ns, int64_t longest_ns)
{
  *p = (struct et_pace){
    .now_ns = stamp_ns,
    .usual_ns = clamp(usual_ns > 0 ? usual_ns : default_usual_ns, least_usual_ns, most_usual_ns),
    .longest_ns = longest_ns,
    .stamp_ns = stamp_ns,
    .believed_ns = stamp_ns,
    .believed_at_ns = stamp_ns,
  };
}

static int64_t limit_of(const struct et_pace *p)
{
  const int64_t limit = MOST_FRAMES * p->usual_ns;

  return limit > least_limit_ns ? limit : least_limit_ns;
}

static void believe(struct et_pace *p, int64_t stamp_ns)
{
  p->doubted = false;
  p->agreed = 0;
  p->believed_ns = stamp_ns;
  p->believed_at_ns = p->now_ns;
}

/* The stamp's time if it and the last believed one are right. */
static int64_t believed_time(const struct et_pace *p, int64_t stamp_ns)
{
  return sum(p->believed_at_ns, difference(stamp_ns, p->believed_ns));
}

static void learn(struct et_pace *p, int64_t step_ns)
{
  p->usual_ns = clamp(p->usual_ns + (step_ns - p->usual_ns) / MEMORY, least_usual_ns, most_usual_ns);
}

/* True if the stamp goes on from the last believed one. What has been counted since is allowed
 * for. */
static bool returns(const struct et_pace *p, int64_t stamp_ns)
{
  const int64_t since_ns = difference(stamp_ns, p->believed_ns);

  return since_ns > 0 && since_ns <= sum(difference(p->now_ns, p->believed_at_ns), limit_of(p));
}

/* True if the stamp goes on from the doubted one. Steps that are alike show that the rate of the
 * stream has changed, or that the stream is slow from the start. */
static bool goes_on(const struct et_pace *p, int64_t step_ns)
{
  const int64_t limit_ns = limit_of(p);
  const int64_t alike_ns = p->leap_ns > 0 && p->leap_ns <= most_usual_ns ? 2 * p->leap_ns : 0;

  return step_ns > 0 && (step_ns <= limit_ns || step_ns <= alike_ns);
}

/* The doubted stamps were right. If they went ahead, the time that they skipped has passed. */
static void settle(struct et_pace *p, int64_t stamp_ns)
{
  const int64_t right_ns = believed_time(p, stamp_ns);
  const int64_t missed_ns = difference(right_ns, p->now_ns);

  if (missed_ns > 0 && missed_ns <= p->longest_ns)
    p->now_ns = right_ns;
  believe(p, stamp_ns);
}

static void doubt(struct et_pace *p, int64_t leap_ns)
{
  if (p->agreed > 0) /* two leaps in a row: one stamp had already confirmed the first */
    settle(p, p->stamp_ns);
  p->doubted = true;
  p->agreed = 0;
  p->leap_ns = leap_ns;
  p->now_ns = sum(p->now_ns, p->usual_ns);
}

static void weigh(struct et_pace *p, int64_t stamp_ns, int64_t step_ns)
{
  if (returns(p, stamp_ns)) {
    const int64_t right_ns = believed_time(p, stamp_ns);

    p->now_ns = right_ns > p->now_ns ? right_ns : p->now_ns;
    believe(p, stamp_ns);
  } else if (goes_on(p, step_ns)) {
    p->now_ns = sum(p->now_ns, step_ns);
    learn(p, step_ns);
    if (++p->agreed >= ENOUGH)
      settle(p, stamp_ns);
  } else {
    doubt(p, step_ns);
  }
}

/* The step from a stamp that was believed. */
static void advance(struct et_pace *p, int64_t stamp_ns, int64_t step_ns)
{
  const bool usual = step_ns > 0 && step_ns <= limit_of(p);

  if (!usual && !(p->expects_pause && step_ns > 0 && step_ns <= p->longest_ns)) {
    doubt(p, step_ns);
    return;
  }
  p->now_ns = sum(p->now_ns, step_ns);
  if (usual)
    learn(p, step_ns);
  believe(p, stamp_ns);
}

int64_t et_pace_step(struct et_pace *p, int64_t stamp_ns)
{
  const int64_t step_ns = difference(stamp_ns, p->stamp_ns), before_ns = p->now_ns;

  if (p->doubted)
    weigh(p, stamp_ns, step_ns);
  else
    advance(p, stamp_ns, step_ns);
  p->expects_pause = false;
  p->stamp_ns = stamp_ns;
  p->exact = difference(p->now_ns, before_ns) == step_ns;
  return p->now_ns;
}

int64_t et_pace_skip(struct et_pace *p)
{
  doubt(p, 0);
  p->exact = false;
  return p->now_ns;
}

void et_pace_expect_pause(struct et_pace *p)
{
  p->expects_pause = true;
}

int64_t et_pace_at(const struct et_pace *p, int64_t stamp_ns)
{
  const int64_t step_ns = difference(stamp_ns, p->stamp_ns);

  return !p->doubted && step_ns > 0 && step_ns <= limit_of(p) ? sum(p->now_ns, step_ns) : p->now_ns;
}

int64_t et_pace_offset(const struct et_pace *p)
{
  return difference(p->believed_ns, p->believed_at_ns);
}
