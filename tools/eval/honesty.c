/* SPDX-License-Identifier: MIT */
/* Compares what a run said with what was true. */
#include "eval/honesty.h"

#include "base/clock.h"

static const double right_overlap = 0.3, wrong_overlap = 0.1;
static const int64_t find_within_ns = 2 * ET_SECOND_NS;
static const int64_t long_absence_ns = 3 * ET_SECOND_NS / 2;

void eval_honesty_init(struct eval_honesty *h)
{
  *h = (struct eval_honesty){.to_lost_ns = g_array_new(FALSE, FALSE, sizeof(int64_t))};
}

void eval_honesty_clear(struct eval_honesty *h)
{
  g_clear_pointer(&h->to_lost_ns, g_array_unref);
}

/* What is compared: a run beside the truth. */
struct pair {
  const struct eval_truth *truth;
  const struct eval_record *records;
  size_t count;
};

static enum et_state told_state(const struct eval_record *record)
{
  return record->state == ET_STATE_IDLE ? ET_STATE_LOST : record->state;
}

static bool told_lost(const struct eval_record *record)
{
  return told_state(record) == ET_STATE_LOST;
}

static double overlap_at(const struct pair *p, size_t i, const struct et_box *box)
{
  return p->truth[i].present ? eval_overlap(&p->truth[i].box, box) : 0;
}

static void count_told(struct eval_told *told, enum et_state state)
{
  told->frames++;
  told->as[state]++;
}

static void count_score(struct eval_honesty *h, const struct eval_record *record, double overlap)
{
  struct eval_bin *bin = &h->bins[MIN((int)(record->score * EVAL_SCORE_BINS), EVAL_SCORE_BINS - 1)];

  if (record->state != ET_STATE_TRACKING && record->state != ET_STATE_UNCERTAIN)
    return;
  bin->frames++;
  bin->score_sum += record->score;
  bin->right += overlap > right_overlap;
}

static void count_frame(struct eval_honesty *h, const struct eval_record *record, double overlap)
{
  if (overlap > right_overlap)
    count_told(&h->right, told_state(record));
  if (overlap < wrong_overlap)
    count_told(&h->wrong, told_state(record));
  if (record->event == ET_EVENT_REACQUIRED) {
    h->reacquired++;
    h->wrongly += overlap < wrong_overlap;
  }
  count_score(h, record, overlap);
}

/* The first frame from `i` on in which the presence of the target is `present`; otherwise the
 * count. */
static size_t next(const struct pair *p, size_t i, bool present)
{
  while (i < p->count && p->truth[i].present != present)
    i++;
  return i;
}

static bool is_right(const struct pair *p, size_t i)
{
  return p->records[i].has_box && overlap_at(p, i, &p->records[i].box) > right_overlap;
}

static void time_loss(struct eval_honesty *h, const struct pair *p, size_t gone, size_t back)
{
  const size_t last = MIN(back, p->count - 1);
  size_t i = gone;
  int64_t took_ns;

  while (i < last && !told_lost(&p->records[i]))
    i++;
  took_ns = p->records[i].time_ns - p->records[gone].time_ns;
  if ((i < back && told_lost(&p->records[i])) || took_ns >= long_absence_ns)
    g_array_append_val(h->to_lost_ns, took_ns);
}

static void look_for_return(struct eval_honesty *h, const struct pair *p, size_t back)
{
  const size_t end = next(p, back, false);
  const int64_t until_ns = p->records[back].time_ns + find_within_ns;
  size_t i = back;

  while (i < end && p->records[i].time_ns <= until_ns && !(p->records[i].state == ET_STATE_TRACKING && is_right(p, i)))
    i++;
  h->returns++;
  h->found += i < end && p->records[i].time_ns <= until_ns;
}

static void count_absences(struct eval_honesty *h, const struct pair *p)
{
  size_t gone = next(p, 1, false);

  while (gone < p->count) {
    const size_t back = next(p, gone, true);

    if (is_right(p, gone - 1))
      time_loss(h, p, gone, back);
    if (back < p->count)
      look_for_return(h, p, back);
    gone = next(p, back, false);
  }
}

void eval_honesty_add(struct eval_honesty *h, const struct eval_truth *truth, const struct eval_record *records, size_t count)
{
  const struct pair p = {truth, records, count};
  struct et_box box;

  if (count == 0)
    return;
  box = records[0].box;
  for (size_t i = 1; i < count; i++) {
    if (records[i].has_box)
      box = records[i].box;
    count_frame(h, &records[i], overlap_at(&p, i, &box));
  }
  count_absences(h, &p);
}

double eval_told_share(const struct eval_told *told, enum et_state state)
{
  return told->frames ? (double)told->as[state] / (double)told->frames : 0;
}

double eval_to_lost_s(const struct eval_honesty *h, double share)
{
  int64_t took_ns;

  if (h->to_lost_ns->len == 0)
    return -1;
  took_ns = eval_quantile_ns((int64_t *)(void *)h->to_lost_ns->data, h->to_lost_ns->len, share);
  return (double)took_ns / ET_SECOND_NS;
}
