/* SPDX-License-Identifier: MIT */
/* The list of cameras as a reply. */
#ifndef DAEMON_CAMERAS_H
#define DAEMON_CAMERAS_H

#include "pipeline/camera.h"
#include "proto/message.h"

/* `cameras`: camera_list()'s. Ownership: the caller's, for free(). */
char *cameras_reply(const struct proto_request *request, const char *epoch, const GPtrArray *cameras);

#endif
