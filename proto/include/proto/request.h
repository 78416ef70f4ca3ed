/* SPDX-License-Identifier: MIT */
/* Requests of the wire protocol, version 1 (docs/protocol.md): bytes to a checked struct, and
 * back. */
#ifndef PROTO_REQUEST_H
#define PROTO_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etrack/box.h"

enum {
  PROTO_VERSION = 1,
  PROTO_MAX_REQUEST = 64 << 10,
  PROTO_MAX_DEPTH = 16,
  PROTO_MAX_ID = 64,
  PROTO_MAX_NAME = 32,
  PROTO_MAX_VALUES = 16
};

enum proto_command {
  PROTO_HELLO,
  PROTO_STREAMS,
  PROTO_TRACK,
  PROTO_STOP,
  PROTO_STATUS,
  PROTO_SET,
  PROTO_SNAPSHOT,
  PROTO_CAMERAS,
  PROTO_METRICS,
  PROTO_RELOAD,
  PROTO_PING,
  PROTO_COMMANDS, /* the number of commands */
};

/* docs/protocol.md tells the meaning of each. */
enum proto_error {
  PROTO_OK,
  PROTO_ERR_BAD_JSON,
  PROTO_ERR_BAD_REQUEST,
  PROTO_ERR_BAD_VALUE,
  PROTO_ERR_UNKNOWN_COMMAND,
  PROTO_ERR_UNKNOWN_STREAM,
  PROTO_ERR_STREAM_DOWN,
  PROTO_ERR_BAD_BOX,
  PROTO_ERR_NO_FRAME,
  PROTO_ERR_FRAME_EXPIRED,
  PROTO_ERR_TOO_LARGE,
  PROTO_ERR_BUSY,
  PROTO_ERR_INTERNAL,
};

/* A live parameter by name. */
struct proto_value {
  char name[PROTO_MAX_NAME + 1];
  double value;
};

/* A field that is absent is zero, false or "". */
struct proto_request {
  bool has_id;
  char id[PROTO_MAX_ID + 1]; /* as it came */
  enum proto_command command;
  char stream[PROTO_MAX_NAME + 1];
  struct et_start start; /* of `track`; otherwise zeros */
  size_t values;
  struct proto_value value[PROTO_MAX_VALUES];
};

/* Why a request is refused, in words for the client. */
struct proto_words {
  char text[256];
};

/* Checks everything that does not depend on the streams: UTF-8, depth, size, fields, types, ranges.
 * `request` is always written as far as it could be read, so that a refusal can carry the id.
 * `words` is written only with an error.
 * Thread-safety: any thread. */
enum proto_error proto_request_parse(const char *bytes, size_t size, struct proto_request *request, struct proto_words *words)
  __attribute__((warn_unused_result));

/* The request as JSON. Ownership: the caller's, for free(). NULL if there is no memory. */
char *proto_request_print(const struct proto_request *request) __attribute__((warn_unused_result));

/* "track" etc.; static storage. */
const char *proto_command_name(enum proto_command command);

/* "bad-json" etc.; "ok" for PROTO_OK; static storage. */
const char *proto_error_name(enum proto_error error);

/* [A-Za-z0-9_-]{1,32} */
bool proto_stream_name_valid(const char *name);

#endif
