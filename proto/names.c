/* SPDX-License-Identifier: MIT */
/* Names of commands, errors, links and streams on the wire. */
#include <string.h>

#include "proto/message.h"

const char *proto_command_name(enum proto_command command)
{
  static const char *const names[] = {
    [PROTO_HELLO] = "hello",     [PROTO_STREAMS] = "streams", [PROTO_TRACK] = "track",       [PROTO_STOP] = "stop",
    [PROTO_STATUS] = "status",   [PROTO_SET] = "set",         [PROTO_SNAPSHOT] = "snapshot", [PROTO_CAMERAS] = "cameras",
    [PROTO_METRICS] = "metrics", [PROTO_RELOAD] = "reload",   [PROTO_PING] = "ping",
  };

  return (size_t)command < PROTO_COMMANDS ? names[command] : "unknown";
}

const char *proto_error_name(enum proto_error error)
{
  static const char *const names[] = {
    [PROTO_OK] = "ok",
    [PROTO_ERR_BAD_JSON] = "bad-json",
    [PROTO_ERR_BAD_REQUEST] = "bad-request",
    [PROTO_ERR_BAD_VALUE] = "bad-value",
    [PROTO_ERR_UNKNOWN_COMMAND] = "unknown-command",
    [PROTO_ERR_UNKNOWN_STREAM] = "unknown-stream",
    [PROTO_ERR_STREAM_DOWN] = "stream-down",
    [PROTO_ERR_BAD_BOX] = "bad-box",
    [PROTO_ERR_NO_FRAME] = "no-frame",
    [PROTO_ERR_FRAME_EXPIRED] = "frame-expired",
    [PROTO_ERR_TOO_LARGE] = "too-large",
    [PROTO_ERR_BUSY] = "busy",
    [PROTO_ERR_INTERNAL] = "internal",
  };

  return (size_t)error < sizeof names / sizeof *names ? names[error] : "internal";
}

const char *proto_link_name(enum proto_link link)
{
  static const char *const names[] = {
    [PROTO_LINK_STARTING] = "starting", [PROTO_LINK_UP] = "up", [PROTO_LINK_DOWN] = "down", [PROTO_LINK_ENDED] = "ended"};

  return (size_t)link < sizeof names / sizeof *names ? names[link] : "unknown";
}

bool proto_stream_name_valid(const char *name)
{
  const size_t length = strlen(name);

  return length >= 1 && length <= PROTO_MAX_NAME &&
         strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}
