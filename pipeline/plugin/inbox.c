/* SPDX-License-Identifier: MIT */
/* Requests to the tracker's thread.
 *
 * Design notes. One small struct under one lock, which is held only for a copy. Requests are rare,
 * so the streaming thread tests a flag before it takes the lock. */
#include "inbox.h"

#include <stdatomic.h>

uint64_t request_new_target(void)
{
  static _Atomic uint64_t last;

  return atomic_fetch_add(&last, 1) + 1;
}

void inbox_init(struct inbox *box, void (*wake)(void *user), void *user)
{
  g_mutex_init(&box->lock);
  box->wake = wake;
  box->user = user;
  box->pending = (struct requests){0};
  atomic_init(&box->waits, false);
}

void inbox_fini(struct inbox *box)
{
  g_mutex_clear(&box->lock);
}

void request_lock(struct inbox *box)
{
  g_mutex_lock(&box->lock);
}

void request_unlock(struct inbox *box)
{
  atomic_store(&box->waits, !request_is_empty(&box->pending));
  g_mutex_unlock(&box->lock);
}

bool request_waits(struct inbox *box)
{
  return atomic_load(&box->waits);
}

bool request_is_empty(const struct requests *r)
{
  return r->lose == ET_REASON_NONE && !r->stop && !r->has_wish && !r->has_params;
}

/* With the lock held. */
static void take_wish(struct inbox *box, struct wish *replaced)
{
  *replaced = box->pending.has_wish ? box->pending.wish : (struct wish){0};
  box->pending.has_wish = false;
}

void request_wish(struct inbox *box, const struct wish *wish, struct wish *replaced)
{
  request_lock(box);
  take_wish(box, replaced);
  box->pending.has_wish = true;
  box->pending.wish = *wish;
  request_unlock(box);
}

/* A stop of any target covers a stop that names one. */
static void add_stop(struct requests *r, uint64_t target, enum et_reason reason)
{
  if (r->stop && r->stop_target == 0)
    return;
  r->stop = true;
  r->stop_target = target;
  r->stop_reason = reason;
}

void request_stop(struct inbox *box, uint64_t target, enum et_reason reason, struct wish *replaced)
{
  *replaced = (struct wish){0};
  request_lock(box);
  if (target == 0)
    take_wish(box, replaced);
  add_stop(&box->pending, target, reason);
  request_unlock(box);
  box->wake(box->user);
}

bool request_withdraw(struct requests *r, uint64_t target)
{
  if (!r->has_wish || r->wish.target != target)
    return false;
  r->has_wish = false;
  return true;
}

void request_params(struct inbox *box, const struct et_params *params)
{
  request_lock(box);
  box->pending.has_params = true;
  box->pending.params = *params;
  request_unlock(box);
  box->wake(box->user);
}

void request_lose(struct inbox *box, enum et_reason reason)
{
  request_lock(box);
  box->pending.lose = reason;
  request_unlock(box);
  box->wake(box->user);
}

void request_inherit(struct requests *newer, const struct requests *older, struct wish *replaced)
{
  const bool overruled = newer->has_wish || (newer->stop && newer->stop_target == 0);

  *replaced = older->has_wish && overruled ? older->wish : (struct wish){0};
  if (older->has_params && !newer->has_params)
    newer->params = older->params;
  if (older->has_wish && !overruled)
    newer->wish = older->wish;
  newer->has_params = newer->has_params || older->has_params;
  newer->has_wish = newer->has_wish || (older->has_wish && !overruled);
  if (older->stop && (!newer->stop || older->stop_target == 0)) {
    newer->stop = true;
    newer->stop_target = older->stop_target;
    newer->stop_reason = older->stop_reason;
  }
  if (newer->lose == ET_REASON_NONE)
    newer->lose = older->lose;
}

void request_return(struct inbox *box, const struct requests *requests, struct wish *replaced)
{
  request_inherit(&box->pending, requests, replaced);
}

struct requests request_take(struct inbox *box)
{
  const struct requests taken = box->pending;

  box->pending = (struct requests){0};
  return taken;
}

struct requests request_take_urgent(struct inbox *box)
{
  struct requests taken = box->pending;

  taken.has_wish = false;
  box->pending.lose = ET_REASON_NONE;
  box->pending.stop = box->pending.has_params = false;
  return taken;
}
