/* SPDX-License-Identifier: MIT */
/* Replies and events as a client reads them: from bytes to the structs of message.h. */
#ifndef PROTO_READ_H
#define PROTO_READ_H

#include "proto/message.h"

/* One message that arrived. Strings and arrays that are read from it lie in it, and end with it.
 * Thread-safety: one thread at a time. */
struct proto_document;

enum proto_kind {
  PROTO_KIND_OTHER, /* of a later protocol: ignore it */
  PROTO_KIND_REPLY,
  PROTO_KIND_TRACK,
  PROTO_KIND_EVENT,
  PROTO_KIND_STATUS,
};

/* Whether the request succeeded, and the single values that a reply may carry. */
struct proto_reply {
  bool ok;
  const char *id, *epoch;
  const char *code, *message; /* if the request failed */
  uint64_t target, frame, size_bytes;
  const char *text; /* of metrics */
};

/* Reads a reply, or a whole event message with its topic. Ownership: the caller's, for
 * proto_document_free(). NULL: not a JSON object, or no memory. */
struct proto_document *proto_document_read(const char *bytes, size_t size) __attribute__((warn_unused_result));

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void proto_document_free(struct proto_document **document);

enum proto_kind proto_document_kind(const struct proto_document *document);

/* Each function reads what it finds. A value that is absent or of another type is 0 or "" (pts_ns:
 * -1). Unknown values are ignored. Values that follow from others (box_norm, offset) are not read.
 * hfov_deg is not in a message. */
void proto_read_reply(struct proto_document *document, struct proto_reply *reply);
void proto_read_hello(struct proto_document *document, struct proto_hello *hello);
/* A reply to `status` or `streams`, or a status event. */
void proto_read_status(struct proto_document *document, struct proto_status *status);
void proto_read_cameras(struct proto_document *document, const struct proto_camera **cameras, size_t *count);
void proto_read_track(struct proto_document *document, struct proto_track *track);
void proto_read_event(struct proto_document *document, struct proto_event *event);

#endif
