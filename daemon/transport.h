/* SPDX-License-Identifier: MIT */
/* The ZeroMQ sockets: requests in, replies and topics out, bounded on every side. Bytes only; what
 * they mean is not known here. */
#ifndef DAEMON_TRANSPORT_H
#define DAEMON_TRANSPORT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requests.h"
#include "subscriptions.h"

/* Two pairs of sockets; tcp has its own because its keys are read at a bind. */
enum transport_pair { TRANSPORT_LOCAL, TRANSPORT_TCP, TRANSPORT_PAIRS };

/* The sockets of a pair: a ROUTER and an XPUB. */
enum transport_side { TRANSPORT_CONTROL, TRANSPORT_EVENTS, TRANSPORT_SIDES };

/* CURVE for the tcp pair. The clients' public keys are asked for through `allowed` when one
 * connects. All zeros: no CURVE. */
struct transport_keys {
  const uint8_t *server_secret; /* 32 bytes, that live until other keys are set or the end */
  bool (*allowed)(const uint8_t client_public[32], void *user);
  void *user;
};

/* Thread-safety: bind from the main thread before the control thread runs; after that the thread
 * that polls is the only one. */
struct transport;

/* Errors: EXIT_INTERNAL. */
struct transport *transport_create(GError **error);

/* Closes every socket, drops what is unsent and ends the context. Accepts NULL and a pointer to
 * NULL; leaves NULL behind. */
void transport_destroy(struct transport **transport);

/* Before the tcp pair is bound. */
void transport_set_keys(struct transport *transport, const struct transport_keys *keys);

/* Binds one socket, once. Errors: EXIT_CONFIG, EXIT_INTERNAL. */
bool transport_bind(struct transport *transport, enum transport_pair pair, enum transport_side side, const char *uri, GError **error);

/* What a socket was bound to at first, the port that the system chose included; NULL if it never
 * was. Lives as long as the transport. */
const char *transport_endpoint(const struct transport *transport, enum transport_pair pair, enum transport_side side);

/* Makes the tcp sockets anew, at the same ports, with other keys: their clients are cut off. A
 * socket that cannot be bound is tried again by transport_serve(), in pauses that grow to 2 s, for
 * as long as it takes; after half a second that is logged (endpoint-down, endpoint-up). */
void transport_change_keys(struct transport *transport, const struct transport_keys *keys);

/* How many sockets wait to be bound again. */
unsigned transport_down(const struct transport *transport);

/* Waits for a request, a subscription, a key to be asked for, `wake` (a descriptor) or the timeout;
 * for less if a socket is to be bound again. */
void transport_poll(struct transport *transport, int wake, int timeout_ms);

/* The next request, without waiting. `body` belongs to the caller after TRANSPORT_REQUEST,
 * `envelope` after all but TRANSPORT_NONE. */
enum transport_request transport_receive(struct transport *transport, struct envelope *envelope, GBytes **body);

/* Never waits: a client that does not read its replies loses them. `second` may be NULL. */
void transport_reply(struct transport *transport, const struct envelope *envelope, const char *json, size_t size, GBytes *second);

/* Bytes of second parts that clients have not read yet: those of one that never reads stay here. */
size_t transport_unread(struct transport *transport);

/* One whole message, "TOPIC JSON", to whoever subscribed to the topic. Never waits. */
void transport_publish(struct transport *transport, const char *message, size_t size);

/* Takes the subscriptions that wait, answers for the clients' keys, and binds again what is due. */
void transport_serve(struct transport *transport, transport_topic_check *check);

#endif
