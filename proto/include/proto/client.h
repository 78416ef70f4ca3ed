/* SPDX-License-Identifier: MIT */
/* What a client reads out of replies and events. */
#ifndef PROTO_CLIENT_H
#define PROTO_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parts of a reply that say how it went; what is absent is 0 or "". */
struct proto_reply {
  bool ok;
  char code[32], message[256];
  uint64_t target, frame, size_bytes;
};

/* False where the bytes are not a reply of this protocol. Thread-safety: any thread. */
bool proto_reply_read(const char *bytes, size_t size, struct proto_reply *reply) __attribute__((warn_unused_result));

/* A string field of a reply, unescaped ("text" of metrics). Ownership: the caller's, for free(); NULL = it has none. */
char *proto_reply_string(const char *bytes, size_t size, const char *field) __attribute__((warn_unused_result));

/* JSON with line breaks and indents, for people. Ownership: the caller's, for free(); NULL = not JSON. */
char *proto_pretty(const char *bytes, size_t size) __attribute__((warn_unused_result));

/* A track event in one line for a terminal, an event likewise. False: neither. */
bool proto_event_line(const char *message, size_t size, char *line, size_t line_size) __attribute__((warn_unused_result));

/* A `streams` or `status` reply as a table for people. Ownership: the caller's, for free(); NULL = it is neither. */
char *proto_stream_table(const char *bytes, size_t size) __attribute__((warn_unused_result));

#endif
