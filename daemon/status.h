/* SPDX-License-Identifier: MIT */
/* The state of the whole daemon at one moment, for `status`, `streams`, the status topic and the
 * metrics. */
#ifndef DAEMON_STATUS_H
#define DAEMON_STATUS_H

#include <stddef.h>

#include "proto/message.h"
#include "service.h"

struct snapshot_of_all {
  struct proto_status status; /* points into the two below */
  struct proto_stream *streams;
  struct stream_view *views;
};

/* `only`: one feed; NULL = all. Valid until the next news; free it with status_clear(). */
void status_take(struct service *service, struct feed *only, struct snapshot_of_all *all);
void status_clear(struct snapshot_of_all *all);

struct proto_clocks status_clocks(void);

/* Publishes the status topic. */
void status_publish(struct service *service);

#endif
