/* SPDX-License-Identifier: MIT */
/* The log events of the daemon. It logs transitions, never frames. The journal catalog explains
 * each event. */
#ifndef DAEMON_LOG_EVENTS_H
#define DAEMON_LOG_EVENTS_H

#include "base/log.h"

enum daemon_event {
  EVENT_READY,          /* version, model, streams; endpoints and http_port as bound, or "none" */
  EVENT_STOPPING,       /* signal */
  EVENT_FAILED,         /* words */
  EVENT_STREAM_UP,      /* stream, width, height, rate_hz */
  EVENT_STREAM_DOWN,    /* stream, reason, pause_ms */
  EVENT_STREAM_ENDED,   /* stream */
  EVENT_STREAM_WARNING, /* stream, words */
  EVENT_TARGET,         /* stream, target, change, reason */
  EVENT_RELOADED,       /* streams */
  EVENT_RELOAD_REFUSED, /* words */
  EVENT_STUCK,          /* what */
  EVENT_ENDPOINT_DOWN,  /* endpoint, reason */
  EVENT_ENDPOINT_UP,    /* endpoint */
  EVENTS
};

/* Static storage. */
const struct et_log_event *daemon_event(enum daemon_event event);

#endif
