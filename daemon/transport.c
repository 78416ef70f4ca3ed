/* SPDX-License-Identifier: MIT */
/* The ZeroMQ sockets of the daemon.
 *
 * Design notes. Every send is ZMQ_DONTWAIT: what a slow client does not take beyond the high-water mark is lost to it, and `seq` shows it. XPUB runs
 * in manual mode, so a subscription does nothing until it is accepted here; the connection that asked is known by its descriptor (ZMQ_SRCFD),
 * and a monitor tells when a descriptor is somebody else's, so that the counts do not outlive their connection. ZeroMQ itself remembers every
 * subscription that a connection has sent, the ignored ones too, so a connection that goes far over the limit is shut down by its descriptor, once,
 * after checking that it still is one of our own socket's: all of that client's memory then goes with it.
 *
 * ZeroMQ takes every connection that comes, and aborts the process where no descriptor is left for one. So the process may have many, and what comes over
 * TRANSPORT_CONNECTIONS is shut down as soon as the monitor tells of it. */
#include "transport.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <zmq.h>

#include "exit.h"
#include "subscribers.h"
#include "zap.h"

enum {
  REQUESTS_QUEUED = 16,         /* a client, before its own socket has to wait */
  REPLIES_QUEUED = 256,         /* a client that does not read, before it loses some */
  MESSAGES_QUEUED = 256,        /* a subscriber that does not read, before it loses some: one second of eight streams */
  SUBSCRIPTIONS_QUEUED = 1,     /* ZeroMQ stores all that comes while it reads, before any is seen here: with more it can read for ever */
  SUBSCRIPTION_MAXIMUM = 1024,  /* bytes, above which a subscriber is dropped; also holds the handshake's commands */
  LINGER_MS = 100,              /* for the last replies at a stop */
  HANDSHAKE_MS = 5000,          /* that a connection has for it before it is dropped */
  HEARTBEAT_MS = 5000,          /* between two of tcp's, to notice clients that vanished */
  HEARTBEAT_TIMEOUT_MS = 15000, /* without a sign, after which such a client is dropped */
  CONNECTIONS_A_TURN = 1000,    /* that came or went, before others get their turn */
  DESCRIPTORS = 65536,          /* that the process may have, where the system lets it: for those that come before they can be shut down */
};

/* A socket and who is connected to it. */
struct side {
  void *socket;
  void *monitor;    /* PAIR: connections that come and go */
  GHashTable *open; /* set of their descriptors */
};

struct pair {
  struct side control, events;
  struct subscribers subscribers;
  uint32_t generation;
};

struct transport {
  void *context;
  struct pair pair[TRANSPORT_PAIRS];
  unsigned monitors;    /* that there have been */
  atomic_size_t unread; /* bytes of second parts that ZeroMQ has */
  void *zap;            /* REP; NULL without CURVE */
  char *server_public, *server_secret;
  bool (*allowed)(const uint8_t client_public[32], void *user);
  void *allowed_user;
};

void envelope_clear(struct envelope *envelope)
{
  for (size_t i = 0; i < envelope->parts; i++)
    g_bytes_unref(envelope->part[i]);
  envelope->parts = 0;
}

static bool fail(GError **error, enum exit_code code, const char *what)
{
  g_set_error(error, DAEMON_ERROR, code, "%s: %s", what, zmq_strerror(errno));
  return false;
}

static void allow_descriptors(void)
{
  struct rlimit limit;

  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS)
    return;
  limit.rlim_cur = MIN(DESCRIPTORS, limit.rlim_max);
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

struct transport *transport_create(GError **error)
{
  struct transport *transport = g_new0(struct transport, 1);

  allow_descriptors();
  transport->context = zmq_ctx_new();
  if (!transport->context) {
    fail(error, EXIT_INTERNAL, "ZeroMQ");
    g_free(transport);
    return NULL;
  }
  return transport;
}

static void close_socket(void **socket)
{
  if (*socket)
    zmq_close(*socket);
  *socket = NULL;
}

static void close_side(struct side *side)
{
  close_socket(&side->socket);
  close_socket(&side->monitor);
  g_clear_pointer(&side->open, g_hash_table_unref);
}

void transport_unbind(struct transport *transport, enum transport_pair which)
{
  struct pair *pair = &transport->pair[which];

  close_side(&pair->control);
  close_side(&pair->events);
  if (pair->subscribers.counts)
    subscribers_fini(&pair->subscribers);
  pair->generation++;
}

static void drop_keys(struct transport *transport)
{
  g_clear_pointer(&transport->server_public, g_free);
  g_clear_pointer(&transport->server_secret, g_free);
}

void transport_destroy(struct transport **transport)
{
  struct transport *t = transport ? *transport : NULL;

  if (!t)
    return;
  for (int i = 0; i < TRANSPORT_PAIRS; i++)
    transport_unbind(t, i);
  close_socket(&t->zap);
  while (zmq_ctx_term(t->context) != 0 && errno == EINTR)
    ;
  drop_keys(t);
  g_free(t);
  *transport = NULL;
}

bool transport_set_keys(struct transport *transport, const struct transport_keys *keys, GError **error)
{
  drop_keys(transport);
  if (!keys)
    return true;
  transport->server_public = g_strdup(keys->server_public);
  transport->server_secret = g_strdup(keys->server_secret);
  transport->allowed = keys->allowed;
  transport->allowed_user = keys->user;
  if (transport->zap)
    return true;
  transport->zap = zmq_socket(transport->context, ZMQ_REP);
  if (transport->zap && zmq_bind(transport->zap, "inproc://zeromq.zap.01") == 0)
    return true;
  return fail(error, EXIT_INTERNAL, "the socket for client keys");
}

static bool set_number(void *socket, int option, int value)
{
  return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool set_curve(const struct transport *transport, void *socket)
{
  return set_number(socket, ZMQ_CURVE_SERVER, 1) &&
         zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, transport->server_secret, strlen(transport->server_secret)) == 0 &&
         zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "etrackd", strlen("etrackd")) == 0;
}

static bool set_tcp(const struct transport *transport, void *socket)
{
  return set_number(socket, ZMQ_IPV6, 1) && set_number(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
         set_number(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS) && (!transport->server_secret || set_curve(transport, socket));
}

/* A socket with the limits that both kinds have; NULL with `error` set. */
static void *make_socket(struct transport *transport, enum transport_pair which, int type, int queued, int maximum, GError **error)
{
  void *socket = zmq_socket(transport->context, type);
  const int64_t size = maximum;

  if (socket && set_number(socket, ZMQ_LINGER, LINGER_MS) && set_number(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
      set_number(socket, ZMQ_RCVHWM, REQUESTS_QUEUED) && set_number(socket, ZMQ_SNDHWM, queued) &&
      zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &size, sizeof size) == 0 && (which != TRANSPORT_TCP || set_tcp(transport, socket)))
    return socket;
  fail(error, EXIT_INTERNAL, "a ZeroMQ socket");
  close_socket(&socket);
  return NULL;
}

/* Watches which descriptors the socket's connections have. Without a limit on what waits, for the sender is ZeroMQ's own thread and would wait too. */
static bool watch_connections(struct transport *transport, struct side *side)
{
  g_autofree char *address = g_strdup_printf("inproc://connections-%u", transport->monitors++);

  if (zmq_socket_monitor(side->socket, address, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED) != 0)
    return false;
  side->open = g_hash_table_new(NULL, NULL);
  side->monitor = zmq_socket(transport->context, ZMQ_PAIR);
  return side->monitor && set_number(side->monitor, ZMQ_LINGER, 0) && set_number(side->monitor, ZMQ_RCVHWM, 0) &&
         zmq_connect(side->monitor, address) == 0;
}

static bool make_control(struct transport *transport, struct pair *pair, enum transport_pair which, GError **error)
{
  pair->control.socket = make_socket(transport, which, ZMQ_ROUTER, REPLIES_QUEUED, TRANSPORT_MESSAGE_MAXIMUM, error);
  if (!pair->control.socket)
    return false;
  return watch_connections(transport, &pair->control) || fail(error, EXIT_INTERNAL, "the control socket");
}

bool transport_bind_control(struct transport *transport, enum transport_pair which, const char *uri, GError **error)
{
  struct pair *pair = &transport->pair[which];

  if (!pair->control.socket && !make_control(transport, pair, which, error))
    return false;
  return zmq_bind(pair->control.socket, uri) == 0 || fail(error, EXIT_CONFIG, uri);
}

static bool make_events(struct transport *transport, struct pair *pair, enum transport_pair which, GError **error)
{
  pair->events.socket = make_socket(transport, which, ZMQ_XPUB, MESSAGES_QUEUED, SUBSCRIPTION_MAXIMUM, error);
  if (!pair->events.socket)
    return false;
  subscribers_init(&pair->subscribers);
  if (set_number(pair->events.socket, ZMQ_XPUB_MANUAL, 1) && set_number(pair->events.socket, ZMQ_RCVHWM, SUBSCRIPTIONS_QUEUED) &&
      watch_connections(transport, &pair->events))
    return true;
  return fail(error, EXIT_INTERNAL, "the events socket");
}

bool transport_bind_events(struct transport *transport, enum transport_pair which, const char *uri, GError **error)
{
  struct pair *pair = &transport->pair[which];

  if (!pair->events.socket && !make_events(transport, pair, which, error))
    return false;
  return zmq_bind(pair->events.socket, uri) == 0 || fail(error, EXIT_CONFIG, uri);
}

static int add_item(zmq_pollitem_t *items, int count, void *socket, int descriptor)
{
  if (!socket && descriptor < 0)
    return count;
  items[count] = (zmq_pollitem_t){.socket = socket, .fd = socket ? 0 : descriptor, .events = ZMQ_POLLIN};
  return count + 1;
}

void transport_poll(struct transport *transport, int wake, int timeout_ms)
{
  zmq_pollitem_t items[4 * TRANSPORT_PAIRS + 2];
  int count = add_item(items, 0, NULL, wake);

  count = add_item(items, count, transport->zap, -1);
  for (int i = 0; i < TRANSPORT_PAIRS; i++) {
    count = add_item(items, count, transport->pair[i].control.socket, -1);
    count = add_item(items, count, transport->pair[i].control.monitor, -1);
    count = add_item(items, count, transport->pair[i].events.socket, -1);
    count = add_item(items, count, transport->pair[i].events.monitor, -1);
  }
  zmq_poll(items, count, timeout_ms);
}

/* One message's parts as they are read. */
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
  if (size > TRANSPORT_REQUEST_MAXIMUM)
    in->too_large = true;
  else if (!in->body)
    in->body = g_bytes_new(data, size);
}

static void keep_routing(struct incoming *in, const void *data, size_t size)
{
  if (in->envelope->parts == TRANSPORT_ENVELOPE_PARTS || size > 255)
    in->too_long = true;
  else
    in->envelope->part[in->envelope->parts++] = g_bytes_new(data, size);
}

/* The identity, perhaps more of them where proxies stand between, and an empty part are the envelope; a DEALER may leave the empty part out, and then
 * its last part is the body. */
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

static enum transport_request receive_from(struct pair *pair, struct envelope *envelope, GBytes **body)
{
  struct incoming in = {.envelope = envelope};
  enum transport_request kind;

  if (!pair->control.socket || !read_message(pair->control.socket, &in))
    return TRANSPORT_NONE;
  kind = judge(&in);
  if (kind == TRANSPORT_REQUEST)
    *body = in.body;
  else
    g_clear_pointer(&in.body, g_bytes_unref);
  return kind;
}

enum transport_request transport_receive(struct transport *transport, struct envelope *envelope, GBytes **body)
{
  for (int i = 0; i < TRANSPORT_PAIRS; i++) {
    enum transport_request kind;

    *envelope = (struct envelope){.pair = i, .generation = transport->pair[i].generation};
    kind = receive_from(&transport->pair[i], envelope, body);
    if (kind != TRANSPORT_NONE)
      return kind;
  }
  return TRANSPORT_NONE;
}

static bool send_bytes(void *socket, const void *data, size_t size, bool more)
{
  return zmq_send(socket, data, size, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

/* A second part while ZeroMQ has it. */
struct second {
  struct transport *transport;
  GBytes *bytes;
};

/* ZeroMQ's thread. */
static void release_second(void *data, void *hint)
{
  struct second *second = hint;

  atomic_fetch_sub(&second->transport->unread, g_bytes_get_size(second->bytes));
  g_bytes_unref(second->bytes);
  g_free(second);
}

/* Without a copy, for pictures are large. */
static void send_second(struct transport *transport, void *socket, GBytes *bytes)
{
  struct second *second = g_new(struct second, 1);
  gsize size;
  const void *data = g_bytes_get_data(bytes, &size);
  zmq_msg_t part;

  *second = (struct second){transport, g_bytes_ref(bytes)};
  atomic_fetch_add(&transport->unread, size);
  if (zmq_msg_init_data(&part, (void *)data, size, release_second, second) != 0) {
    release_second(NULL, second);
    zmq_msg_init(&part); /* the message has to end */
  }
  if (zmq_msg_send(&part, socket, ZMQ_DONTWAIT) < 0)
    zmq_msg_close(&part);
}

size_t transport_unread(struct transport *transport)
{
  return atomic_load(&transport->unread);
}

void transport_reply(struct transport *transport, const struct envelope *envelope, const char *json, size_t size, GBytes *second)
{
  const struct pair *pair = &transport->pair[envelope->pair];
  void *socket = pair->control.socket;

  if (!socket || pair->generation != envelope->generation)
    return;
  for (size_t i = 0; i < envelope->parts; i++)
    if (!send_bytes(socket, g_bytes_get_data(envelope->part[i], NULL), g_bytes_get_size(envelope->part[i]), true))
      return;
  if (send_bytes(socket, json, size, second != NULL) && second)
    send_second(transport, socket, second);
}

void transport_publish(struct transport *transport, const char *message, size_t size)
{
  for (int i = 0; i < TRANSPORT_PAIRS; i++)
    if (transport->pair[i].events.socket)
      send_bytes(transport->pair[i].events.socket, message, size, false);
}

/* Whether the descriptor still is a connection to the address that the socket is bound to, rather than something newer. */
static bool is_ours(const struct side *side, int connection)
{
  char address[256], bound[256];
  struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
  socklen_t length = sizeof name;
  size_t size = sizeof bound;

  if (getsockname(connection, (struct sockaddr *)&name, &length) != 0 || zmq_getsockopt(side->socket, ZMQ_LAST_ENDPOINT, bound, &size) != 0)
    return false;
  if (name.ss_family != AF_UNIX)
    return name.ss_family == AF_INET || name.ss_family == AF_INET6;
  g_snprintf(address, sizeof address, "ipc://%s", ((const char *)&name) + offsetof(struct sockaddr, sa_data));
  return strcmp(address, bound) == 0;
}

static void cut_off(const struct side *side, int connection)
{
  if (is_ours(side, connection))
    shutdown(connection, SHUT_RDWR);
}

/* One that came over the limit is sent away again; its end is told like any other. */
static void note_connection(struct side *side, uint16_t event, int connection)
{
  if (event != ZMQ_EVENT_ACCEPTED)
    g_hash_table_remove(side->open, GINT_TO_POINTER(connection));
  else if (g_hash_table_add(side->open, GINT_TO_POINTER(connection)) && g_hash_table_size(side->open) > TRANSPORT_CONNECTIONS)
    cut_off(side, connection);
}

/* The next of a monitor's messages: the event's number and the descriptor, then a part with the address. False if none was waiting. */
static bool read_connection(struct side *side, int *connection)
{
  char event[sizeof(uint16_t) + sizeof(int32_t)] = {0};
  uint16_t number;
  int32_t descriptor;
  bool more = true;
  zmq_msg_t part;

  if (zmq_recv(side->monitor, event, sizeof event, ZMQ_DONTWAIT) != (int)sizeof event)
    return false;
  zmq_msg_init(&part);
  while (more && zmq_msg_recv(&part, side->monitor, ZMQ_DONTWAIT) >= 0)
    more = zmq_msg_more(&part);
  zmq_msg_close(&part);
  memcpy(&number, event, sizeof number);
  memcpy(&descriptor, event + sizeof number, sizeof descriptor);
  note_connection(side, number, descriptor);
  *connection = descriptor;
  return true;
}

static void serve_connections(struct pair *pair)
{
  int connection;

  for (int i = 0; i < CONNECTIONS_A_TURN && pair->control.socket && read_connection(&pair->control, &connection); i++)
    ;
  for (int i = 0; i < CONNECTIONS_A_TURN && pair->events.socket && read_connection(&pair->events, &connection); i++)
    subscribers_forget(&pair->subscribers, connection);
}

/* A subscription: one byte, 1 to take it and 0 to end it, then the prefix. */
static void serve_subscription(struct pair *pair, zmq_msg_t *message, transport_topic_check *exists, void *user)
{
  const char *data = zmq_msg_data(message);
  const size_t size = zmq_msg_size(message);
  const int connection = zmq_msg_get(message, ZMQ_SRCFD); /* -1 where the connection is gone */
  bool wanted;

  if (size == 0 || (data[0] != 0 && data[0] != 1) || connection < 0)
    return;
  wanted = exists(data + 1, size - 1, user);
  if (data[0] == 0) {
    subscribers_remove(&pair->subscribers, connection, wanted);
    zmq_setsockopt(pair->events.socket, ZMQ_UNSUBSCRIBE, data + 1, size - 1);
    return;
  }
  switch (subscribers_add(&pair->subscribers, connection, wanted, size - 1)) {
  case SUBSCRIBERS_TAKE:
    zmq_setsockopt(pair->events.socket, ZMQ_SUBSCRIBE, data + 1, size - 1);
    break;
  case SUBSCRIBERS_CUT:
    cut_off(&pair->events, connection);
    break;
  case SUBSCRIBERS_IGNORE:
    break;
  }
}

static void serve_subscriptions(struct pair *pair, transport_topic_check *exists, void *user)
{
  zmq_msg_t message;

  zmq_msg_init(&message);
  while (zmq_msg_recv(&message, pair->events.socket, ZMQ_DONTWAIT) >= 0)
    serve_subscription(pair, &message, exists, user);
  zmq_msg_close(&message);
  subscribers_settle(&pair->subscribers);
}

static void serve_pair(struct pair *pair, transport_topic_check *exists, void *user)
{
  serve_connections(pair);
  if (pair->events.socket)
    serve_subscriptions(pair, exists, user);
}

void transport_serve(struct transport *transport, transport_topic_check *exists, void *user)
{
  while (transport->zap && zap_answer(transport->zap, transport->allowed, transport->allowed_user))
    ;
  for (int i = 0; i < TRANSPORT_PAIRS; i++)
    serve_pair(&transport->pair[i], exists, user);
}
