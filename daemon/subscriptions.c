/* SPDX-License-Identifier: MIT */
/* Reads subscriptions and accepts those within the limits.
 *
 * Design notes. The socket is an XPUB in manual mode, so a subscription does nothing until it is
 * accepted here. The descriptor (ZMQ_SRCFD) tells which connection asked. ZeroMQ remembers every
 * subscription that a connection sends, even ignored ones. So a connection far over the limit is
 * cut off, which frees all memory of that client. */
#include "subscriptions.h"

#include <zmq.h>

static void take(struct subscribers *subscribers, const struct connections *connections, int connection, const char *prefix, size_t size,
                 bool good)
{
  switch (subscribers_add(subscribers, connection, good, size)) {
  case SUBSCRIBERS_TAKE:
    zmq_setsockopt(connections->socket, ZMQ_SUBSCRIBE, prefix, size);
    break;
  case SUBSCRIBERS_CUT:
    connections_cut(connections, connection);
    break;
  case SUBSCRIBERS_IGNORE:
    break;
  }
}

/* A message is one byte, 1 to subscribe and 0 to unsubscribe, then the prefix. */
static void serve(struct subscribers *subscribers, const struct connections *connections, zmq_msg_t *message, transport_topic_check *check)
{
  const char *data = zmq_msg_data(message);
  const size_t size = zmq_msg_size(message);
  const int connection = zmq_msg_get(message, ZMQ_SRCFD); /* -1 if the connection has gone */
  bool good;

  if (size == 0 || (data[0] != 0 && data[0] != 1) || connection < 0)
    return;
  good = check(data + 1, size - 1);
  if (data[0] == 1) {
    take(subscribers, connections, connection, data + 1, size - 1, good);
    return;
  }
  subscribers_remove(subscribers, connection, good);
  zmq_setsockopt(connections->socket, ZMQ_UNSUBSCRIBE, data + 1, size - 1);
}

void subscriptions_serve(struct subscribers *subscribers, const struct connections *connections, transport_topic_check *check)
{
  zmq_msg_t message;

  zmq_msg_init(&message);
  while (zmq_msg_recv(&message, connections->socket, ZMQ_DONTWAIT) >= 0)
    serve(subscribers, connections, &message, check);
  zmq_msg_close(&message);
  subscribers_settle(subscribers);
}
