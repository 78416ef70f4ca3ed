/* SPDX-License-Identifier: MIT */
/* What the outside wants of the tracker, left for the thread that runs it: a target to start, a stop, new parameters. */
#ifndef PLUGIN_INBOX_H
#define PLUGIN_INBOX_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "etrack/params.h"
#include "etrack/record.h"

/* A target that somebody wants. */
struct wish {
  uint64_t target; /* its number */
  struct et_start start;
};

/* Everything at once, as the tracker's thread takes it. */
struct requests {
  enum et_reason lose;  /* frames stopped coming, for this reason: the target is lost; ET_REASON_NONE = they did not */
  bool stop;            /* end the present target (before the wish, which came later) */
  uint64_t stop_target; /* if it has this number; 0 = whichever it is */
  enum et_reason stop_reason;
  bool has_wish;
  struct wish wish;
  bool has_params;
  struct et_params params;
};

/* The box that requests wait in. Thread-safety: any thread; the lock is held for a copy alone. */
struct inbox {
  void (*wake)(void *user); /* called after a request that waits for no frame; in the requester's thread, without the lock */
  void *user;
  GMutex lock;
  struct requests pending; /* by lock */
  _Atomic bool waits;      /* there is something in it; written under the lock */
};

/* Target numbers, unique in the process. Thread-safety: any thread. RT-safe. */
uint64_t request_new_target(void);

void inbox_init(struct inbox *box, void (*wake)(void *user), void *user);
void inbox_fini(struct inbox *box);

/* A wish replaces an earlier one that was not taken yet: that one comes back in *replaced (target 0 = there was none). */
void request_wish(struct inbox *box, const struct wish *wish, struct wish *replaced);

/* `target` 0: whichever there is, and a waiting wish is taken away too; it comes back like above. */
void request_stop(struct inbox *box, uint64_t target, enum et_reason reason, struct wish *replaced);
void request_params(struct inbox *box, const struct et_params *params);
void request_lose(struct inbox *box, enum et_reason reason);

/* With the lock held. Takes the wish for `target` away; false if it is not (or no longer) among `requests`. */
bool request_withdraw(struct requests *requests, uint64_t target);

/* Is there anything? RT-safe, without the lock: whoever asks after a request was made hears of it. */
bool request_waits(struct inbox *box);

bool request_is_empty(const struct requests *requests);

/* Requests that were taken and had no turn count on, where newer ones do not overrule them: a wish that is overruled comes back in *replaced. */
void request_inherit(struct requests *newer, const struct requests *older, struct wish *replaced);

/* For whoever takes requests together with something else. */
void request_lock(struct inbox *box);
void request_unlock(struct inbox *box);

/* With the lock held. Takes what waits: all of it, or what needs no frame. RT-safe. */
struct requests request_take(struct inbox *box);
struct requests request_take_urgent(struct inbox *box);

/* With the lock held. Puts back what had no turn, by the rule of request_inherit(). */
void request_return(struct inbox *box, const struct requests *requests, struct wish *replaced);

#endif
