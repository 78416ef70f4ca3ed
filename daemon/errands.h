/* SPDX-License-Identifier: MIT */
/* Work that takes too long for the control thread (a snapshot, the list of cameras): one piece at a time, in a thread of its own. */
#ifndef DAEMON_ERRANDS_H
#define DAEMON_ERRANDS_H

#include <stdbool.h>

#include "mailbox.h"

struct errands;

/* `mailbox` must outlive it. NULL if the system gives no thread. */
struct errands *errands_create(struct mailbox *mailbox);

/* Waits for the work in hand. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void errands_destroy(struct errands **errands);

/* Has run(data) called in the worker, then done(data) in the control thread. False, and nothing is called, while another piece is under way.
 * Thread-safety: the control thread. */
bool errands_submit(struct errands *errands, void (*run)(void *data), void (*done)(void *data), void *data);

#endif
