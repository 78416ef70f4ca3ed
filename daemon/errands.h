/* SPDX-License-Identifier: MIT */
/* Runs work that takes too long for the control thread (a snapshot, the list of cameras) in a
 * thread of its own, one piece at a time. */
#ifndef DAEMON_ERRANDS_H
#define DAEMON_ERRANDS_H

#include <stdbool.h>

#include "mailbox.h"

struct errands;

/* `mailbox` must outlive it. NULL if the system gives no thread. */
struct errands *errands_create(struct mailbox *mailbox);

/* Waits for the present work. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void errands_destroy(struct errands **errands);

/* Calls run(data) in the worker, then done(data) in the control thread. While other work is under
 * way, it returns false and calls neither. Thread-safety: the control thread. */
bool errands_submit(struct errands *errands, void (*run)(void *data), void (*done)(void *data), void *data);

#endif
