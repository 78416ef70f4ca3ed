/* SPDX-License-Identifier: MIT */
/* The ZeroMQ sockets: requests in, replies and topics out, bounded on every side. Bytes only; what they mean is not known here. */
#ifndef DAEMON_TRANSPORT_H
#define DAEMON_TRANSPORT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  TRANSPORT_REQUEST_MAXIMUM = 64 << 10, /* bytes of a request that is read */
  TRANSPORT_MESSAGE_MAXIMUM = 1 << 20,  /* bytes above which ZeroMQ drops the client */
  TRANSPORT_ENVELOPE_PARTS = 8,         /* routing parts that may stand before a request */
  TRANSPORT_CONNECTIONS = 512,          /* that a socket keeps at a time */
};

/* Two pairs of sockets, each a control (ROUTER) and an events (XPUB) socket; tcp has its own because its keys are read at a bind. */
enum transport_pair { TRANSPORT_LOCAL, TRANSPORT_TCP, TRANSPORT_PAIRS };

/* Where a reply goes: what ZeroMQ put before the request, in its order, the empty delimiter included. */
struct envelope {
  enum transport_pair pair;
  uint32_t generation; /* of the pair: a reply to sockets that are gone is dropped */
  size_t parts;
  GBytes *part[TRANSPORT_ENVELOPE_PARTS];
};

void envelope_clear(struct envelope *envelope);

enum transport_request {
  TRANSPORT_NONE,      /* nothing is waiting */
  TRANSPORT_REQUEST,   /* one part, of an acceptable size */
  TRANSPORT_TOO_LARGE, /* its body is above TRANSPORT_REQUEST_MAXIMUM and was dropped */
  TRANSPORT_MALFORMED, /* not one part behind the envelope */
};

/* CURVE for the tcp pair: Z85 keys. The clients' public keys are asked for through `allowed` when one connects. */
struct transport_keys {
  const char *server_public, *server_secret;
  bool (*allowed)(const uint8_t client_public[32], void *user);
  void *user;
};

/* Thread-safety: bind from the main thread before the control thread runs; after that the thread that polls is the only one. */
struct transport;

struct transport *transport_create(GError **error);

/* Closes every socket, drops what is unsent and ends the context. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void transport_destroy(struct transport **transport);

/* Bind one socket of a pair, which is made first where it is not there. */
bool transport_bind_control(struct transport *transport, enum transport_pair pair, const char *uri, GError **error);
bool transport_bind_events(struct transport *transport, enum transport_pair pair, const char *uri, GError **error);

/* Before binding the tcp pair; NULL = no CURVE. The strings are copied. */
bool transport_set_keys(struct transport *transport, const struct transport_keys *keys, GError **error);

/* Closes both sockets of a pair and forgets them; its clients are cut off. */
void transport_unbind(struct transport *transport, enum transport_pair pair);

/* Waits for a request, a subscription, a key to be asked for, `wake` (a descriptor) or the timeout. */
void transport_poll(struct transport *transport, int wake, int timeout_ms);

/* The next request, without waiting. `body` belongs to the caller after TRANSPORT_REQUEST, `envelope` after all but TRANSPORT_NONE. */
enum transport_request transport_receive(struct transport *transport, struct envelope *envelope, GBytes **body);

/* Never waits: a client that does not read its replies loses them. `second` may be NULL. */
void transport_reply(struct transport *transport, const struct envelope *envelope, const char *json, size_t size, GBytes *second);

/* Bytes of second parts that clients have not read yet: those of one that never reads stay here. */
size_t transport_unread(struct transport *transport);

/* One whole message, "TOPIC JSON", to whoever subscribed to the topic. Never waits. */
void transport_publish(struct transport *transport, const char *message, size_t size);

/* Whether `prefix` (not terminated) is the beginning of a topic, its space included, that exists. */
typedef bool transport_topic_check(const char *prefix, size_t length, void *user);

/* Takes the subscriptions that wait: those to existing topics, SUBSCRIBERS_LIMIT a client, count; the others are ignored, and a client that
 * goes on with them is cut off. Also answers for the clients' keys. */
void transport_serve(struct transport *transport, transport_topic_check *exists, void *user);

#endif
