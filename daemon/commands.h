/* SPDX-License-Identifier: MIT */
/* Requests to replies. */
#ifndef DAEMON_COMMANDS_H
#define DAEMON_COMMANDS_H

#include "service.h"

/* Takes one request from the transport and answers it, now or when what it waits for has come. False if none was waiting. */
bool commands_serve(struct service *service);

#endif
