/* SPDX-License-Identifier: MIT */
/* One request from a control socket, and its reply: parts in, parts out. */
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

/* Where a reply goes: what ZeroMQ put before the request, in its order, the empty part included. */
struct envelope {
  unsigned pair;       /* the transport's, by whose control socket it came */
  uint32_t generation; /* of that socket: a reply to one that is gone is dropped */
  size_t parts;
  GBytes *part[REQUESTS_ENVELOPE_PARTS];
};

void envelope_clear(struct envelope *envelope);

enum transport_request {
  TRANSPORT_NONE,      /* nothing is waiting */
  TRANSPORT_REQUEST,   /* one part, of an acceptable size */
  TRANSPORT_TOO_LARGE, /* its body is above REQUESTS_BODY_MAXIMUM and was dropped */
  TRANSPORT_MALFORMED, /* not one part behind the envelope */
};

/* The next request, without waiting. `body` belongs to the caller after TRANSPORT_REQUEST; the
 * parts of `envelope`, which had none, after all but TRANSPORT_NONE. */
enum transport_request requests_receive(void *socket, struct envelope *envelope, GBytes **body);

/* Never waits: a client that does not read its replies loses them. `second` (NULL = none) is sent
 * without a copy; `unread` counts its bytes for as long as ZeroMQ has them, and must live until the
 * socket's context has ended. */
void requests_reply(void *socket, const struct envelope *envelope, const char *json, size_t size, GBytes *second, atomic_size_t *unread);

#endif
