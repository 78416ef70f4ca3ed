/* SPDX-License-Identifier: MIT */
/* A queue of closures from any thread to the one that runs them, which is never overwritten, and the descriptor that wakes that thread. */
#ifndef DAEMON_MAILBOX_H
#define DAEMON_MAILBOX_H

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAILBOX_PAYLOAD = 768 }; /* bytes that a closure may carry */

/* What is to be done with the payload: it lives for the call. */
typedef void mailbox_function(void *payload);

struct closure {
  mailbox_function *run;
  mailbox_function *drop; /* instead of `run`, if nobody runs any more; NULL = nothing */
  _Alignas(max_align_t) unsigned char payload[MAILBOX_PAYLOAD];
};

/* Thread-safety: any thread posts and wakes, one runs. */
struct mailbox {
  GMutex lock; /* guards `waiting` and the counters that posts raise */
  GArray *waiting;
  GArray *running; /* the runner's */
  int event;       /* readable after a post or a wake */
  atomic_bool awake;
};

/* False if the system has no descriptor left. */
bool mailbox_init(struct mailbox *mailbox);

/* Nobody may be posting. What has not been run is dropped. */
void mailbox_fini(struct mailbox *mailbox);

/* Copies the payload in and wakes the runner. Closures are run in the order of their posts; `counter` (NULL = none) is raised with the post,
 * so that of two posts that share a counter the one that raised it first is run first. */
void mailbox_post(struct mailbox *mailbox, mailbox_function *run, mailbox_function *drop, const void *payload, size_t size,
                  _Atomic uint64_t *counter);

/* Makes the descriptor readable, once until the next mailbox_run(). RT-safe. */
void mailbox_wake(struct mailbox *mailbox);

/* Runs what has been posted since the last call and makes the descriptor unreadable. */
void mailbox_run(struct mailbox *mailbox);

#endif
