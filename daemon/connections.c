/* SPDX-License-Identifier: MIT */
/* Watches a socket's connections.
 *
 * Design notes. ZeroMQ accepts every connection, and aborts the process if no descriptor is left
 * for one. So the process may have many, and a connection above CONNECTIONS_MAXIMUM is shut down as
 * soon as the monitor reports it. The descriptor is shut down and not closed, because ZeroMQ closes
 * it. */
#include "connections.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <zmq.h>

#include "exit.h"
#include "sockets.h"

/* The monitor's queue has no limit, because its sender is ZeroMQ's own thread, which would wait. */
static bool open_monitor(struct connections *connections, void *context, const char *address)
{
  const int none = 0;

  connections->monitor = zmq_socket(context, ZMQ_PAIR);
  return connections->monitor && zmq_setsockopt(connections->monitor, ZMQ_LINGER, &none, sizeof none) == 0 &&
         zmq_setsockopt(connections->monitor, ZMQ_RCVHWM, &none, sizeof none) == 0 && zmq_connect(connections->monitor, address) == 0;
}

bool connections_watch(struct connections *connections, void *context, void *socket, GError **error)
{
  static unsigned watched; /* how many so far: every address differs */
  g_autofree char *address = g_strdup_printf("inproc://connections-%d", g_atomic_int_add(&watched, 1));

  *connections = (struct connections){.socket = socket, .open = g_hash_table_new(NULL, NULL)};
  if (zmq_socket_monitor(socket, address, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED) == 0 && open_monitor(connections, context, address))
    return true;
  sockets_fail(error, EXIT_INTERNAL, "the monitor of a socket");
  connections_unwatch(connections);
  return false;
}

/* ZeroMQ's thread tells the monitor of each connection and waits while there is none. So the socket
 * must stop telling before the monitor goes. */
void connections_unwatch(struct connections *connections)
{
  if (connections->socket)
    zmq_socket_monitor(connections->socket, NULL, 0);
  sockets_close(&connections->monitor);
  g_clear_pointer(&connections->open, g_hash_table_unref);
  connections->socket = NULL;
}

static bool same_path(const struct sockaddr_storage *name, const char *bound)
{
  g_autofree char *uri = g_strdup_printf("ipc://%s", ((const struct sockaddr_un *)name)->sun_path);

  return strcmp(uri, bound) == 0;
}

static bool same_port(in_port_t port, const char *bound)
{
  const char *colon = strrchr(bound, ':');

  return colon && strtoul(colon + 1, NULL, 10) == ntohs(port);
}

/* Whether the local end of the descriptor is the endpoint of the socket. */
static bool is_bound_here(const struct connections *connections, int descriptor)
{
  g_autofree char *bound = sockets_endpoint(connections->socket);
  struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
  socklen_t length = sizeof name - 1; /* so that the longest path is terminated too */

  if (!bound || getsockname(descriptor, (struct sockaddr *)&name, &length) != 0)
    return false;
  switch (name.ss_family) {
  case AF_UNIX:
    return same_path(&name, bound);
  case AF_INET:
    return same_port(((const struct sockaddr_in *)&name)->sin_port, bound);
  case AF_INET6:
    return same_port(((const struct sockaddr_in6 *)&name)->sin6_port, bound);
  default:
    return false;
  }
}

void connections_cut(const struct connections *connections, int descriptor)
{
  if (g_hash_table_contains(connections->open, GINT_TO_POINTER(descriptor)) && is_bound_here(connections, descriptor))
    shutdown(descriptor, SHUT_RDWR);
}

static void note(struct connections *connections, uint16_t event, int descriptor)
{
  if (event != ZMQ_EVENT_ACCEPTED)
    g_hash_table_remove(connections->open, GINT_TO_POINTER(descriptor));
  else if (g_hash_table_add(connections->open, GINT_TO_POINTER(descriptor)) && g_hash_table_size(connections->open) > CONNECTIONS_MAXIMUM)
    connections_cut(connections, descriptor);
}

/* Drops the rest of a message of the monitor: the address. */
static void drop_rest(void *monitor)
{
  bool more = true;
  zmq_msg_t part;

  zmq_msg_init(&part);
  while (more && zmq_msg_recv(&part, monitor, ZMQ_DONTWAIT) >= 0)
    more = zmq_msg_more(&part);
  zmq_msg_close(&part);
}

/* A message of the monitor: the number of the event and the descriptor, then a part with the
 * address. */
bool connections_next(struct connections *connections, int *descriptor)
{
  char event[sizeof(uint16_t) + sizeof(int32_t)] = {0};
  uint16_t number;
  int32_t value;

  if (!connections->monitor || zmq_recv(connections->monitor, event, sizeof event, ZMQ_DONTWAIT) != (int)sizeof event)
    return false;
  drop_rest(connections->monitor);
  memcpy(&number, event, sizeof number);
  memcpy(&value, event + sizeof number, sizeof value);
  note(connections, number, value);
  *descriptor = value;
  return true;
}
