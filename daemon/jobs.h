/* SPDX-License-Identifier: MIT */
/* Work that takes too long for the control thread (a snapshot, the list of cameras): one piece at a time, in a thread of its own. */
#ifndef DAEMON_JOBS_H
#define DAEMON_JOBS_H

#include <stdbool.h>

#include "mailbox.h"

struct jobs;

/* `mailbox` must outlive it. NULL where the system gives no thread. */
struct jobs *jobs_create(struct mailbox *mailbox);

/* Waits for the work in hand. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void jobs_destroy(struct jobs **jobs);

/* Has run(data) called in the worker, then done(data) in the control thread. False, and nothing is called, while another piece is under way.
 * Thread-safety: the control thread. */
bool jobs_submit(struct jobs *jobs, void (*run)(void *data), void (*done)(void *data), void *data);

#endif
