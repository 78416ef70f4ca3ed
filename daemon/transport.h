/* SPDX-License-Identifier: MIT */
/* The ZeroMQ sockets: receive requests, send replies and topics, with a limit for everything. They
 * carry bytes and do not know what these mean. */
#ifndef DAEMON_TRANSPORT_H
#define DAEMON_TRANSPORT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requests.h"
#include "subscriptions.h"

/* Two pairs of sockets. tcp has its own, because ZeroMQ reads its keys when a socket is bound. */
enum transport_pair { TRANSPORT_LOCAL, TRANSPORT_TCP, TRANSPORT_PAIRS };

/* The sockets of a pair: a ROUTER and an XPUB. */
enum transport_side { TRANSPORT_CONTROL, TRANSPORT_EVENTS, TRANSPORT_SIDES };

/* CURVE for the tcp pair. When a client connects, `allowed` is asked about its public key. All
 * zeros: no CURVE. */
struct transport_keys {
  const uint8_t *server_secret; /* 32 bytes, which live until other keys are set */
  bool (*allowed)(const uint8_t client_public[32], void *user);
  void *user;
};

/* Thread-safety: the main thread binds before the control thread runs. After that, only the thread
 * that polls may use it. */
struct transport;

/* Errors: EXIT_INTERNAL. */
struct transport *transport_create(GError **error);

/* Closes every socket, drops unsent messages and ends the context. Accepts NULL and a pointer to
 * NULL; leaves NULL behind. */
void transport_destroy(struct transport **transport);

/* Sets the keys. Call it before the tcp pair is bound. */
void transport_set_keys(struct transport *transport, const struct transport_keys *keys);

/* Binds one socket, once. Errors: EXIT_CONFIG, EXIT_INTERNAL. */
bool transport_bind(struct transport *transport, enum transport_pair pair, enum transport_side side, const char *uri, GError **error);

/* The endpoint that a socket was first bound to, with the port that the system chose; NULL if it
 * was never bound. Lives as long as the transport. */
const char *transport_endpoint(const struct transport *transport, enum transport_pair pair, enum transport_side side);

/* Makes the tcp sockets anew with other keys, at the same ports. Their clients are cut off. If a
 * socket cannot be bound, transport_serve() tries again after pauses that grow to 2 s, until it
 * succeeds. If that takes more than half a second, it is logged (endpoint-down, endpoint-up). */
void transport_change_keys(struct transport *transport, const struct transport_keys *keys);

/* The number of sockets that wait to be bound again. */
unsigned transport_down(const struct transport *transport);

/* Waits for a request, a subscription, a question about a key, `wake` (a descriptor) or the
 * timeout; shorter if a socket must be bound again. */
void transport_poll(struct transport *transport, int wake, int timeout_ms);

/* Takes the next request, without waiting. The caller owns `body` after TRANSPORT_REQUEST, and
 * `envelope` after all results except TRANSPORT_NONE. */
enum transport_request transport_receive(struct transport *transport, struct envelope *envelope, GBytes **body);

/* Sends a reply. Never waits: a client that does not read its replies loses them. `second` may be
 * NULL. */
void transport_reply(struct transport *transport, const struct envelope *envelope, const char *json, size_t size, GBytes *second);

/* Bytes of second parts that clients have not read yet, including clients that never read. */
size_t transport_unread(struct transport *transport);

/* Sends one whole message, "TOPIC JSON", to all subscribers of the topic. Never waits. */
void transport_publish(struct transport *transport, const char *message, size_t size);

/* Takes waiting subscriptions, answers questions about keys, and binds sockets again that are
 * due. */
void transport_serve(struct transport *transport, transport_topic_check *check);

#endif
