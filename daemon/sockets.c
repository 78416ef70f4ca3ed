/* SPDX-License-Identifier: MIT */
/* Makes control and events sockets, with every limit that ZeroMQ offers. */
#include "sockets.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

enum {
  REQUESTS_QUEUED = 16,         /* per client, before its own socket must wait */
  REPLIES_QUEUED = 256,         /* per client that does not read, before it loses some */
  MESSAGES_QUEUED = 256,        /* per subscriber that does not read, before it loses some */
  REQUEST_MAXIMUM = 1 << 20,    /* bytes of a message; a client that sends more is dropped */
  SUBSCRIPTIONS_QUEUED = 1,     /* with more, ZeroMQ reads on as they come and stores all */
  SUBSCRIPTION_MAXIMUM = 1024,  /* bytes; holds for the commands of the handshake too */
  LINGER_MS = 100,              /* for the last replies at a stop */
  HANDSHAKE_MS = 5000,          /* after which a connection without a handshake is dropped */
  HEARTBEAT_MS = 5000,          /* between two, on tcp, to notice clients that vanished */
  HEARTBEAT_TIMEOUT_MS = 15000, /* after which a silent client is dropped */
  SECRET_SIZE = 32,             /* bytes */
};

bool sockets_fail(GError **error, enum exit_code code, const char *what)
{
  g_set_error(error, DAEMON_ERROR, code, "%s: %s", what, zmq_strerror(errno));
  return false;
}

void sockets_close(void **socket)
{
  if (*socket)
    zmq_close(*socket);
  *socket = NULL;
}

static bool set_number(void *socket, int option, int value)
{
  return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool set_curve(void *socket, const uint8_t *server_secret)
{
  return set_number(socket, ZMQ_CURVE_SERVER, 1) && zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, server_secret, SECRET_SIZE) == 0 &&
         zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "etrackd", strlen("etrackd")) == 0;
}

static bool set_tcp(void *socket, const uint8_t *server_secret)
{
  return set_number(socket, ZMQ_IPV6, 1) && set_number(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
         set_number(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS) && (!server_secret || set_curve(socket, server_secret));
}

/* Sets the limits that both kinds have. */
static bool set_common(void *socket, const struct sockets_kind *kind)
{
  return set_number(socket, ZMQ_LINGER, LINGER_MS) && set_number(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
         (!kind->tcp || set_tcp(socket, kind->server_secret));
}

static bool set_limits(void *socket, int received, int sent, int64_t maximum)
{
  return set_number(socket, ZMQ_RCVHWM, received) && set_number(socket, ZMQ_SNDHWM, sent) &&
         zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &maximum, sizeof maximum) == 0;
}

void *sockets_make_control(const struct sockets_kind *kind, GError **error)
{
  void *socket = zmq_socket(kind->context, ZMQ_ROUTER);

  if (socket && set_common(socket, kind) && set_limits(socket, REQUESTS_QUEUED, REPLIES_QUEUED, REQUEST_MAXIMUM))
    return socket;
  sockets_fail(error, EXIT_INTERNAL, "the control socket");
  sockets_close(&socket);
  return NULL;
}

void *sockets_make_events(const struct sockets_kind *kind, GError **error)
{
  void *socket = zmq_socket(kind->context, ZMQ_XPUB);

  if (socket && set_common(socket, kind) && set_limits(socket, SUBSCRIPTIONS_QUEUED, MESSAGES_QUEUED, SUBSCRIPTION_MAXIMUM) &&
      set_number(socket, ZMQ_XPUB_MANUAL, 1))
    return socket;
  sockets_fail(error, EXIT_INTERNAL, "the events socket");
  sockets_close(&socket);
  return NULL;
}

bool sockets_bind(void *socket, const char *uri, GError **error)
{
  return zmq_bind(socket, uri) == 0 || sockets_fail(error, EXIT_CONFIG, uri);
}

char *sockets_endpoint(void *socket)
{
  char endpoint[256];
  size_t size = sizeof endpoint;

  return zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0 && *endpoint ? g_strdup(endpoint) : NULL;
}
