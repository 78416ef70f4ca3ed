/* SPDX-License-Identifier: MIT */
/* Reads one request from a control socket, and sends its reply. */
#ifndef DAEMON_REQUESTS_H
#define DAEMON_REQUESTS_H

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  REQUESTS_BODY_MAXIMUM = 64 << 10, /* bytes of a request that is read */
  REQUESTS_ENVELOPE_PARTS = 8,      /* routing parts that may come before a request */
};

/* Where a reply goes: the parts that ZeroMQ put before the request, in order, with the empty
 * part. */
struct envelope {
  unsigned pair;       /* the transport's pair that the request came by */
  uint32_t generation; /* of its control socket: a reply to an earlier one is dropped */
  size_t parts;
  GBytes *part[REQUESTS_ENVELOPE_PARTS];
};

void envelope_clear(struct envelope *envelope);

enum transport_request {
  TRANSPORT_NONE,      /* nothing is waiting */
  TRANSPORT_REQUEST,   /* one part of an accepted size */
  TRANSPORT_TOO_LARGE, /* its body was above REQUESTS_BODY_MAXIMUM and was dropped */
  TRANSPORT_MALFORMED, /* not one part after the envelope */
};

/* Takes the next request, without waiting. The caller owns `body` after TRANSPORT_REQUEST, and the
 * parts of `envelope`, which must be empty, after all results except TRANSPORT_NONE. */
enum transport_request requests_receive(void *socket, struct envelope *envelope, GBytes **body);

/* Sends a reply. Never waits: a client that does not read its replies loses them. `second` (NULL =
 * none) is sent without a copy. `unread` counts its bytes while ZeroMQ has them, and must live
 * until the context of the socket has ended. */
void requests_reply(void *socket, const struct envelope *envelope, const char *json, size_t size, GBytes *second, atomic_size_t *unread);

#endif
