/* SPDX-License-Identifier: MIT */
/* What the control thread must not miss: a queue of messages from any thread that is never overwritten, and the descriptor that wakes it. */
#ifndef DAEMON_MAILBOX_H
#define DAEMON_MAILBOX_H

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pipeline/graph.h"

struct stream;

enum mail_kind {
  MAIL_TRANSITION, /* result */
  MAIL_REFUSED,    /* result.target, why, words */
  MAIL_UP,         /* result.width and result.height */
  MAIL_DOWN,       /* words */
  MAIL_ENDED,
  MAIL_ADDED,   /* the stream is served from now on */
  MAIL_REMOVED, /* and no longer */
  MAIL_DONE,    /* done(data) is to be called; no stream */
};

struct mail {
  enum mail_kind kind;
  struct stream *stream; /* a reference that goes with the mail; NULL for MAIL_DONE */
  uint64_t number;       /* of this stream's mails, from 1; set by mailbox_post() */
  struct graph_result result;
  enum graph_refusal why;
  char words[200];
  void (*done)(void *data);
  void *data;
};

/* Thread-safety: any thread posts and wakes, one takes. */
struct mailbox {
  GMutex lock; /* guards `mails` and the numbers that are given out */
  GArray *mails;
  int event; /* readable after a post or a wake */
  atomic_bool awake;
};

/* False where the system has no descriptor left. */
bool mailbox_init(struct mailbox *mailbox);

/* Nobody may be posting. Mails that were not taken are dropped, their streams released. */
void mailbox_fini(struct mailbox *mailbox);

/* Copies the mail in and wakes the taker. `counter` (NULL = none) is raised under the lock and gives the mail its number. */
void mailbox_post(struct mailbox *mailbox, const struct mail *mail, _Atomic uint64_t *counter);

/* Makes the descriptor readable, once until the next mailbox_take(). RT-safe. */
void mailbox_wake(struct mailbox *mailbox);

/* Swaps what came since the last call into `mails` (of struct mail, empty at the call) and makes the descriptor unreadable. */
void mailbox_take(struct mailbox *mailbox, GArray **mails);

#endif
