/* SPDX-License-Identifier: MIT */
/* Defines the table of log events. */
#include "log_events.h"

static const struct et_log_event table[] = {
  [EVENT_READY] = {"ready", "38e59211649d4a2084e3efca211269c3", ET_LOG_NOTICE,
                   "version {version} is ready: {streams} streams, model {model}, control {control}, events {events}, "
                   "tcp_control {tcp_control}, tcp_events {tcp_events}, http_port {http_port}"},
  [EVENT_STOPPING] = {"stopping", "0fd8e80435b24298a6fcd35070c4473d", ET_LOG_NOTICE, "stopping: {signal}"},
  [EVENT_FAILED] = {"failed", "6fe954dee08d454d9293bb1bbe179967", ET_LOG_ERROR, "{words}"},
  [EVENT_STREAM_UP] = {"stream-up", "a7f86642c39e423f97d72cbf7b310e89", ET_LOG_NOTICE,
                       "stream {stream} is up: {width}x{height}, {rate_hz} frames per second"},
  [EVENT_STREAM_DOWN] = {"stream-down", "515e4474ee2444a586c3b8e712cda13c", ET_LOG_WARNING,
                         "stream {stream} is down: {reason}; next attempt in {pause_ms} ms"},
  [EVENT_STREAM_ENDED] = {"stream-ended", "54cdab399dbd459698a1eb7f9a8db6fa", ET_LOG_NOTICE, "stream {stream} has ended"},
  [EVENT_STREAM_WARNING] = {"stream-warning", "0d5a3c1e6b7f4c0fa4c1d2e7f90b6a35", ET_LOG_WARNING, "stream {stream}: {words}"},
  [EVENT_TARGET] = {"target", "54bc75e76243465c90130252c892ad55", ET_LOG_INFO, "stream {stream}, target {target}: {change} {reason}"},
  [EVENT_RELOADED] = {"reloaded", "478bb24cc91d452b8b3ec503e464219c", ET_LOG_NOTICE, "the new configuration is in use: {streams} streams"},
  [EVENT_RELOAD_REFUSED] = {"reload-refused", "fba6255ba012454392e24175618c2e89", ET_LOG_ERROR,
                            "the new configuration is refused and the old one stays: {words}"},
  [EVENT_STUCK] = {"stuck", "52e5cbe4be414ed38ed9e11c03da76a4", ET_LOG_ERROR, "{what} makes no progress, so the watchdog is not fed"},
  [EVENT_ENDPOINT_DOWN] = {"endpoint-down", "2ff60a89465843198c4b3ee9b4202806", ET_LOG_WARNING,
                           "{endpoint} cannot be bound again: {reason}; the attempts go on"},
  [EVENT_ENDPOINT_UP] = {"endpoint-up", "86148205ca0d44d2bb0b6eb7646bfdd8", ET_LOG_NOTICE, "{endpoint} is bound again"},
};

_Static_assert(sizeof table / sizeof *table == EVENTS, "an event without a text");

const struct et_log_event *daemon_event(enum daemon_event event)
{
  return &table[event];
}
