/* SPDX-License-Identifier: MIT */
/* Requests to replies. */
#ifndef DAEMON_COMMANDS_H
#define DAEMON_COMMANDS_H

#include "service.h"

/* Takes one request from the transport and answers it, now or when what it waits for has come. False if none was waiting. */
bool commands_serve(struct service *service);

/* A mail has been published: answers the request that waited for it. */
void commands_take_mail(struct service *service, struct feed *feed, const struct mail *mail);

/* Refuses the requests that have waited too long. Returns when it wants to be called again; INT64_MAX = nothing waits. */
int64_t commands_check_deadlines(struct service *service);

#endif
