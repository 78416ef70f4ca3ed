/* SPDX-License-Identifier: MIT */
/* Turns requests into replies. */
#ifndef DAEMON_COMMANDS_H
#define DAEMON_COMMANDS_H

#include "service.h"

/* Takes one request from the transport and answers it, now or later. False if none was waiting. */
bool commands_serve(struct service *service);

#endif
