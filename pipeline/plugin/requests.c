/* SPDX-License-Identifier: MIT */
/* Requests to the tracker's thread.
 *
 * Design notes. One small struct under one lock, held for a copy only: requests are rare, and the thread looks once a frame. */
#include "requests.h"

#include <stdatomic.h>

uint64_t request_new_target(void)
{
  static _Atomic uint64_t last;

  return atomic_fetch_add(&last, 1) + 1;
}

void request_box_init(struct request_box *box)
{
  g_mutex_init(&box->lock);
  box->pending = (struct requests){0};
}

void request_box_fini(struct request_box *box)
{
  g_mutex_clear(&box->lock);
}

/* With the lock held. */
static void take_wish(struct request_box *box, struct wish *replaced)
{
  *replaced = box->pending.has_wish ? box->pending.wish : (struct wish){0};
  box->pending.has_wish = false;
}

void request_wish(struct request_box *box, const struct wish *wish, struct wish *replaced)
{
  g_mutex_lock(&box->lock);
  take_wish(box, replaced);
  box->pending.has_wish = true;
  box->pending.wish = *wish;
  g_mutex_unlock(&box->lock);
}

void request_stop(struct request_box *box, struct wish *replaced)
{
  g_mutex_lock(&box->lock);
  take_wish(box, replaced);
  box->pending.stop = true;
  g_mutex_unlock(&box->lock);
}

void request_params(struct request_box *box, const struct et_params *params)
{
  g_mutex_lock(&box->lock);
  box->pending.has_params = true;
  box->pending.params = *params;
  g_mutex_unlock(&box->lock);
}

void request_inherit(struct requests *newer, const struct requests *older, struct wish *replaced)
{
  const bool overruled = newer->has_wish || newer->stop;

  *replaced = older->has_wish && overruled ? older->wish : (struct wish){0};
  if (older->has_params && !newer->has_params)
    newer->params = older->params;
  if (older->has_wish && !overruled)
    newer->wish = older->wish;
  newer->has_params = newer->has_params || older->has_params;
  newer->has_wish = newer->has_wish || (older->has_wish && !overruled);
  newer->stop = newer->stop || older->stop;
}

void request_return(struct request_box *box, const struct requests *requests, struct wish *replaced)
{
  g_mutex_lock(&box->lock);
  request_inherit(&box->pending, requests, replaced);
  g_mutex_unlock(&box->lock);
}

struct requests request_take(struct request_box *box)
{
  struct requests taken;

  g_mutex_lock(&box->lock);
  taken = box->pending;
  box->pending = (struct requests){0};
  g_mutex_unlock(&box->lock);
  return taken;
}
