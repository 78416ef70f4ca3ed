/* SPDX-License-Identifier: MIT */
/* The control thread: owns the sockets from its start to its end. */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "service.h"

struct control;

/* Starts the thread. `service` is the thread's until control_stop(). NULL where the system gives no thread. */
struct control *control_start(struct service *service);

/* Handles what still waits, then ends the thread. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void control_stop(struct control **control);

/* Rises with every turn of the thread; at least once a second. Thread-safety: any thread. */
uint64_t control_turns(const struct control *control);

#endif
