/* SPDX-License-Identifier: MIT */
/* Requests to the tracker, left for the thread that runs it: starts, stops, new parameters. */
#ifndef PLUGIN_INBOX_H
#define PLUGIN_INBOX_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "etrack/params.h"
#include "etrack/record.h"

/* A request to start a target. */
struct wish {
  uint64_t target; /* its number */
  struct et_start start;
};

/* All pending requests, as the tracker's thread takes them. */
struct requests {
  /* Why frames stopped coming, so that the target is lost; ET_REASON_NONE = they come. */
  enum et_reason lose;
  bool stop;            /* end the present target, before the wish, which came later */
  uint64_t stop_target; /* only the one of this number; 0 = any */
  enum et_reason stop_reason;
  bool has_wish;
  struct wish wish;
  bool has_params;
  struct et_params params;
};

/* Where requests wait. Thread-safety: any thread; the lock is held only for a copy. */
struct inbox {
  /* Called after a request that needs no frame, in the requester's thread, without the lock. */
  void (*wake)(void *user);
  void *user;
  GMutex lock;
  struct requests pending; /* under the lock */
  _Atomic bool waits;      /* `pending` is not empty; written under the lock */
};

/* Target numbers, unique in the process. Thread-safety: any thread. RT-safe. */
uint64_t request_new_target(void);

void inbox_init(struct inbox *box, void (*wake)(void *user), void *user);
void inbox_fini(struct inbox *box);

/* A wish replaces one that was not taken yet. That one comes back in *replaced (target 0 = there
 * was none). */
void request_wish(struct inbox *box, const struct wish *wish, struct wish *replaced);

/* `target` 0 stops any target and takes a waiting wish away, which comes back in *replaced. */
void request_stop(struct inbox *box, uint64_t target, enum et_reason reason, struct wish *replaced);
void request_params(struct inbox *box, const struct et_params *params);
void request_lose(struct inbox *box, enum et_reason reason);

/* With the lock held. Takes the wish for `target` away; false if it is not among `requests`. */
bool request_withdraw(struct requests *requests, uint64_t target);

/* True if a request waits. Takes no lock; sees every request that was made before the call.
 * RT-safe. */
bool request_waits(struct inbox *box);

bool request_is_empty(const struct requests *requests);

/* Adds requests that were taken but not carried out, unless newer ones overrule them. A wish that
 * is overruled comes back in *replaced. */
void request_inherit(struct requests *newer, const struct requests *older, struct wish *replaced);

/* For callers that take requests together with something else. */
void request_lock(struct inbox *box);
void request_unlock(struct inbox *box);

/* With the lock held. Takes all requests, or those that need no frame. RT-safe. */
struct requests request_take(struct inbox *box);
struct requests request_take_urgent(struct inbox *box);

/* With the lock held. Puts back what was not carried out, by the rule of request_inherit(). */
void request_return(struct inbox *box, const struct requests *requests, struct wish *replaced);

#endif
