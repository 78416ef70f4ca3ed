/* SPDX-License-Identifier: MIT */
/* Makes the list of cameras a reply. */
#ifndef DAEMON_CAMERAS_H
#define DAEMON_CAMERAS_H

#include "pipeline/camera.h"
#include "proto/message.h"

/* `cameras`: from camera_list(). The caller frees the reply with free(). */
char *cameras_reply(const struct proto_request *request, const char *epoch, const GPtrArray *cameras);

#endif
