/* SPDX-License-Identifier: MIT */
/* The control thread, which owns the sockets while it runs. */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "service.h"

struct control;

/* Starts the thread, which owns `service` until control_stop(). NULL if the system has no thread
 * left. */
struct control *control_start(struct service *service);

/* Handles what still waits, then ends the thread. Accepts NULL and a pointer to NULL; leaves NULL
 * behind. */
void control_stop(struct control **control);

/* How often the thread's loop has turned; rises at least once per second. Thread-safety: any
 * thread. */
uint64_t control_turns(const struct control *control);

#endif
