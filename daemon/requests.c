/* SPDX-License-Identifier: MIT */
/* Reads requests part by part, and sends replies. */
#include "requests.h"

#include <zmq.h>

void envelope_clear(struct envelope *envelope)
{
  for (size_t i = 0; i < envelope->parts; i++)
    g_bytes_unref(envelope->part[i]);
  envelope->parts = 0;
}

/* The parts of one message while they are read. */
struct incoming {
  struct envelope *envelope;
  GBytes *body;
  bool delimited; /* the empty part has come */
  int bodies;
  bool too_large, too_long;
};

static void keep_body(struct incoming *in, const void *data, size_t size)
{
  in->bodies++;
  if (size > REQUESTS_BODY_MAXIMUM)
    in->too_large = true;
  else if (!in->body)
    in->body = g_bytes_new(data, size);
}

static void keep_routing(struct incoming *in, const void *data, size_t size)
{
  if (in->envelope->parts == REQUESTS_ENVELOPE_PARTS || size > 255)
    in->too_long = true;
  else
    in->envelope->part[in->envelope->parts++] = g_bytes_new(data, size);
}

/* The envelope is the identity, with more identities if there are proxies between, and an empty
 * part. A DEALER may omit the empty part; then the last part is the body. */
static void keep_part(struct incoming *in, zmq_msg_t *part, bool last)
{
  const size_t size = zmq_msg_size(part);

  if (in->delimited || (last && in->envelope->parts > 0 && size > 0)) {
    keep_body(in, zmq_msg_data(part), size);
  } else {
    keep_routing(in, zmq_msg_data(part), size);
    in->delimited = size == 0 && in->envelope->parts > 1;
  }
}

/* False if nothing was waiting. */
static bool read_message(void *socket, struct incoming *in)
{
  bool more = true;

  while (more) {
    zmq_msg_t part;

    zmq_msg_init(&part);
    if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0) {
      zmq_msg_close(&part);
      return false;
    }
    more = zmq_msg_more(&part);
    keep_part(in, &part, !more);
    zmq_msg_close(&part);
  }
  return true;
}

static enum transport_request judge(struct incoming *in)
{
  if (in->too_large)
    return TRANSPORT_TOO_LARGE;
  return in->bodies == 1 && !in->too_long ? TRANSPORT_REQUEST : TRANSPORT_MALFORMED;
}

enum transport_request requests_receive(void *socket, struct envelope *envelope, GBytes **body)
{
  struct incoming in = {.envelope = envelope};
  enum transport_request kind;

  if (!read_message(socket, &in))
    return TRANSPORT_NONE;
  kind = judge(&in);
  if (kind == TRANSPORT_REQUEST)
    *body = in.body;
  else
    g_clear_pointer(&in.body, g_bytes_unref);
  return kind;
}

static bool send_bytes(void *socket, const void *data, size_t size, bool more)
{
  return zmq_send(socket, data, size, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

/* A second part that ZeroMQ still has. */
struct second {
  atomic_size_t *unread;
  GBytes *bytes;
};

/* Runs in ZeroMQ's thread. */
static void release_second(void *data, void *hint)
{
  struct second *second = hint;

  atomic_fetch_sub(second->unread, g_bytes_get_size(second->bytes));
  g_bytes_unref(second->bytes);
  g_free(second);
}

/* Sends without a copy, because pictures are large. */
static void send_second(void *socket, GBytes *bytes, atomic_size_t *unread)
{
  struct second *second = g_new(struct second, 1);
  gsize size;
  const void *data = g_bytes_get_data(bytes, &size);
  zmq_msg_t part;

  *second = (struct second){unread, g_bytes_ref(bytes)};
  atomic_fetch_add(unread, size);
  if (zmq_msg_init_data(&part, (void *)data, size, release_second, second) != 0) {
    release_second(NULL, second);
    zmq_msg_init(&part); /* the message must end */
  }
  if (zmq_msg_send(&part, socket, ZMQ_DONTWAIT) < 0)
    zmq_msg_close(&part);
}

void requests_reply(void *socket, const struct envelope *envelope, const char *json, size_t size, GBytes *second, atomic_size_t *unread)
{
  for (size_t i = 0; i < envelope->parts; i++)
    if (!send_bytes(socket, g_bytes_get_data(envelope->part[i], NULL), g_bytes_get_size(envelope->part[i]), true))
      return;
  if (send_bytes(socket, json, size, second != NULL) && second)
    send_second(socket, second, unread);
}
