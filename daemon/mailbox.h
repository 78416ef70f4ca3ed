/* SPDX-License-Identifier: MIT */
/* A queue of closures from any thread to the one that runs them, with the descriptor that wakes
 * that thread. No closure is ever overwritten. */
#ifndef DAEMON_MAILBOX_H
#define DAEMON_MAILBOX_H

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAILBOX_PAYLOAD = 768 }; /* bytes that a closure may carry */

/* Handles the payload, which lives during the call. */
typedef void mailbox_function(void *payload);

struct closure {
  mailbox_function *run;
  mailbox_function *drop; /* called instead of `run` if the queue ends before; NULL = none */
  _Alignas(max_align_t) unsigned char payload[MAILBOX_PAYLOAD];
};

/* Thread-safety: any thread may post and wake; only one may run. */
struct mailbox {
  GMutex lock; /* guards `waiting` and the counters of posts */
  GArray *waiting;
  GArray *running; /* only for the running thread */
  int event;       /* readable after a post or a wake */
  atomic_bool awake;
};

/* False if the system has no descriptor left. */
bool mailbox_init(struct mailbox *mailbox);

/* Drops what has not been run. No thread may post meanwhile. */
void mailbox_fini(struct mailbox *mailbox);

/* Copies the payload and wakes the running thread. Closures run in the order of their posts. The
 * post raises `counter` (NULL = none) under the same lock: of two posts with the same counter, the
 * one that raised it first runs first. */
void mailbox_post(struct mailbox *mailbox, mailbox_function *run, mailbox_function *drop, const void *payload, size_t size,
                  _Atomic uint64_t *counter);

/* Makes the descriptor readable, at most once before the next mailbox_run(). RT-safe. */
void mailbox_wake(struct mailbox *mailbox);

/* Runs what was posted since the last call and makes the descriptor unreadable. */
void mailbox_run(struct mailbox *mailbox);

#endif
