/* SPDX-License-Identifier: MIT */
/* The ZeroMQ sockets of the daemon.
 *
 * Design notes. Every send is ZMQ_DONTWAIT. A slow client loses what exceeds the high-water mark,
 * and `seq` shows the loss.
 *
 * The port of a closed socket becomes free a moment later, and another program may take it
 * meanwhile. So a socket that is made anew is bound by attempts that never wait. The first few come
 * after milliseconds, for the usual case, the later ones after growing pauses. */
#include "transport.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <zmq.h>

#include "base/clock.h"
#include "connections.h"
#include "exit.h"
#include "log_events.h"
#include "sockets.h"
#include "zap.h"

enum {
  CONNECTIONS_A_TURN = 1000, /* connections that came or went, before the next socket's turn */
  DESCRIPTORS = 65536,       /* of the process, if allowed: for connections not yet shut down */
  REBIND_FIRST_PAUSE_MS = 5, /* doubles with each attempt */
  REBIND_LONGEST_PAUSE_MS = 2000,
  REBIND_QUIET_PAUSE_MS = 320, /* from this pause on, a failure is logged */
};

/* A socket, its connections, and how it is bound again. */
struct side {
  void *socket; /* NULL: never bound, or must be bound again */
  struct connections connections;
  char *endpoint;       /* as bound at first; NULL: never bound */
  char *uri;            /* to bind it again: the configured address with the present port */
  int64_t next_bind_ns; /* if there is an `endpoint` but no `socket` */
  int pause_ms;         /* before the attempt after that */
  bool said_down;
};

struct pair {
  struct side side[TRANSPORT_SIDES];
  struct subscribers subscribers;
  uint32_t generation;
};

struct transport {
  void *context;
  struct pair pair[TRANSPORT_PAIRS];
  atomic_size_t unread; /* bytes of second parts that ZeroMQ has */
  void *zap;            /* REP; NULL before the first keys */
  struct transport_keys keys;
};

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
  for (int i = 0; i < TRANSPORT_PAIRS; i++)
    subscribers_init(&transport->pair[i].subscribers);
  transport->context = zmq_ctx_new();
  if (transport->context)
    return transport;
  sockets_fail(error, EXIT_INTERNAL, "ZeroMQ");
  transport_destroy(&transport);
  return NULL;
}

static void close_side(struct side *side)
{
  connections_unwatch(&side->connections);
  sockets_close(&side->socket);
}

static void destroy_pair(struct pair *pair)
{
  for (int i = 0; i < TRANSPORT_SIDES; i++) {
    close_side(&pair->side[i]);
    g_free(pair->side[i].endpoint);
    g_free(pair->side[i].uri);
  }
  subscribers_fini(&pair->subscribers);
}

void transport_destroy(struct transport **transport)
{
  struct transport *t = transport ? *transport : NULL;

  if (!t)
    return;
  for (int i = 0; i < TRANSPORT_PAIRS; i++)
    destroy_pair(&t->pair[i]);
  sockets_close(&t->zap);
  while (t->context && zmq_ctx_term(t->context) != 0 && errno == EINTR)
    ;
  g_free(t);
  *transport = NULL;
}

void transport_set_keys(struct transport *transport, const struct transport_keys *keys)
{
  transport->keys = *keys;
}

/* --- binding --- */

/* Must come before a socket with CURVE: without it ZeroMQ accepts every client. */
static bool open_zap(struct transport *transport, GError **error)
{
  if (transport->zap)
    return true;
  transport->zap = zmq_socket(transport->context, ZMQ_REP);
  if (transport->zap && zmq_bind(transport->zap, "inproc://zeromq.zap.01") == 0)
    return true;
  sockets_fail(error, EXIT_INTERNAL, "the socket for client keys");
  sockets_close(&transport->zap);
  return false;
}

static void *make_socket(const struct transport *transport, enum transport_pair which, enum transport_side side, GError **error)
{
  const bool tcp = which == TRANSPORT_TCP;
  const struct sockets_kind kind = {transport->context, tcp, tcp ? transport->keys.server_secret : NULL};

  return side == TRANSPORT_CONTROL ? sockets_make_control(&kind, error) : sockets_make_events(&kind, error);
}

/* Opens all parts of a side, or none. */
static bool open_side(struct transport *transport, enum transport_pair which, enum transport_side number, const char *uri, GError **error)
{
  struct side *side = &transport->pair[which].side[number];

  if (which == TRANSPORT_TCP && transport->keys.server_secret && !open_zap(transport, error))
    return false;
  side->socket = make_socket(transport, which, number, error);
  if (side->socket && connections_watch(&side->connections, transport->context, side->socket, error) &&
      sockets_bind(side->socket, uri, error))
    return true;
  close_side(side);
  return false;
}

/* `uri` with the port of `endpoint`. */
static char *with_port(const char *uri, const char *endpoint)
{
  const char *address_end = strrchr(uri, ':'), *port = strrchr(endpoint, ':');

  return g_strdup_printf("%.*s%s", (int)(address_end - uri), uri, port);
}

bool transport_bind(struct transport *transport, enum transport_pair which, enum transport_side number, const char *uri, GError **error)
{
  struct side *side = &transport->pair[which].side[number];

  if (!open_side(transport, which, number, uri, error))
    return false;
  side->endpoint = sockets_endpoint(side->socket);
  side->uri = which == TRANSPORT_TCP ? with_port(uri, side->endpoint) : NULL;
  return true;
}

const char *transport_endpoint(const struct transport *transport, enum transport_pair pair, enum transport_side side)
{
  return transport->pair[pair].side[side].endpoint;
}

/* --- binding again --- */

static bool is_down(const struct side *side)
{
  return side->endpoint && !side->socket;
}

static void note_failure(struct side *side, const char *reason)
{
  if (side->pause_ms >= REBIND_QUIET_PAUSE_MS && !side->said_down) {
    ET_LOG(daemon_event(EVENT_ENDPOINT_DOWN), ET_LOG_STRING("endpoint", side->endpoint), ET_LOG_STRING("reason", reason));
    side->said_down = true;
  }
  side->next_bind_ns = et_clock_ns() + side->pause_ms * ET_MS_NS;
  side->pause_ms = MIN(2 * side->pause_ms, REBIND_LONGEST_PAUSE_MS);
}

static void note_success(struct side *side)
{
  if (side->said_down)
    ET_LOG(daemon_event(EVENT_ENDPOINT_UP), ET_LOG_STRING("endpoint", side->endpoint));
  side->said_down = false;
}

static void bind_again(struct transport *transport, enum transport_side number)
{
  struct side *side = &transport->pair[TRANSPORT_TCP].side[number];
  g_autoptr(GError) error = NULL;

  if (open_side(transport, TRANSPORT_TCP, number, side->uri, &error))
    note_success(side);
  else
    note_failure(side, error->message);
}

static void bind_what_is_due(struct transport *transport)
{
  for (int i = 0; i < TRANSPORT_SIDES; i++) {
    const struct side *side = &transport->pair[TRANSPORT_TCP].side[i];

    if (is_down(side) && et_clock_ns() >= side->next_bind_ns)
      bind_again(transport, i);
  }
}

void transport_change_keys(struct transport *transport, const struct transport_keys *keys)
{
  struct pair *pair = &transport->pair[TRANSPORT_TCP];

  for (int i = 0; i < TRANSPORT_SIDES; i++) {
    close_side(&pair->side[i]);
    pair->side[i].next_bind_ns = et_clock_ns();
    pair->side[i].pause_ms = REBIND_FIRST_PAUSE_MS;
  }
  subscribers_fini(&pair->subscribers);
  subscribers_init(&pair->subscribers);
  pair->generation++;
  transport_set_keys(transport, keys);
  bind_what_is_due(transport);
}

unsigned transport_down(const struct transport *transport)
{
  unsigned down = 0;

  for (int i = 0; i < TRANSPORT_SIDES; i++)
    down += is_down(&transport->pair[TRANSPORT_TCP].side[i]);
  return down;
}

/* --- a turn --- */

static int add_item(zmq_pollitem_t *items, int count, void *socket, int descriptor)
{
  if (!socket && descriptor < 0)
    return count;
  items[count] = (zmq_pollitem_t){.socket = socket, .fd = socket ? 0 : descriptor, .events = ZMQ_POLLIN};
  return count + 1;
}

static int add_side(zmq_pollitem_t *items, int count, const struct side *side)
{
  count = add_item(items, count, side->socket, -1);
  return add_item(items, count, side->connections.monitor, -1);
}

/* Shortens the timeout to end at the next attempt to bind. */
static int shorten(const struct transport *transport, int timeout_ms)
{
  for (int i = 0; i < TRANSPORT_SIDES; i++) {
    const struct side *side = &transport->pair[TRANSPORT_TCP].side[i];

    if (is_down(side))
      timeout_ms = MIN(timeout_ms, (int)(MAX(side->next_bind_ns - et_clock_ns(), 0) / ET_MS_NS) + 1);
  }
  return timeout_ms;
}

void transport_poll(struct transport *transport, int wake, int timeout_ms)
{
  zmq_pollitem_t items[2 * TRANSPORT_SIDES * TRANSPORT_PAIRS + 2];
  int count = add_item(items, 0, NULL, wake);

  count = add_item(items, count, transport->zap, -1);
  for (int i = 0; i < TRANSPORT_PAIRS * TRANSPORT_SIDES; i++)
    count = add_side(items, count, &transport->pair[i / TRANSPORT_SIDES].side[i % TRANSPORT_SIDES]);
  zmq_poll(items, count, shorten(transport, timeout_ms));
}

enum transport_request transport_receive(struct transport *transport, struct envelope *envelope, GBytes **body)
{
  for (int i = 0; i < TRANSPORT_PAIRS; i++) {
    void *socket = transport->pair[i].side[TRANSPORT_CONTROL].socket;
    enum transport_request kind;

    *envelope = (struct envelope){.pair = i, .generation = transport->pair[i].generation};
    kind = socket ? requests_receive(socket, envelope, body) : TRANSPORT_NONE;
    if (kind != TRANSPORT_NONE)
      return kind;
  }
  return TRANSPORT_NONE;
}

void transport_reply(struct transport *transport, const struct envelope *envelope, const char *json, size_t size, GBytes *second)
{
  const struct pair *pair = &transport->pair[envelope->pair];
  void *socket = pair->side[TRANSPORT_CONTROL].socket;

  if (socket && pair->generation == envelope->generation)
    requests_reply(socket, envelope, json, size, second, &transport->unread);
}

size_t transport_unread(struct transport *transport)
{
  return atomic_load(&transport->unread);
}

void transport_publish(struct transport *transport, const char *message, size_t size)
{
  for (int i = 0; i < TRANSPORT_PAIRS; i++) {
    void *socket = transport->pair[i].side[TRANSPORT_EVENTS].socket;

    if (socket)
      zmq_send(socket, message, size, ZMQ_DONTWAIT);
  }
}

static void serve_connections(struct pair *pair)
{
  int descriptor;

  for (int i = 0; i < CONNECTIONS_A_TURN && connections_next(&pair->side[TRANSPORT_CONTROL].connections, &descriptor); i++)
    ;
  for (int i = 0; i < CONNECTIONS_A_TURN && connections_next(&pair->side[TRANSPORT_EVENTS].connections, &descriptor); i++)
    subscribers_forget(&pair->subscribers, descriptor);
}

static void serve_pair(struct pair *pair, transport_topic_check *check)
{
  serve_connections(pair);
  if (pair->side[TRANSPORT_EVENTS].socket)
    subscriptions_serve(&pair->subscribers, &pair->side[TRANSPORT_EVENTS].connections, check);
}

void transport_serve(struct transport *transport, transport_topic_check *check)
{
  while (transport->zap && zap_answer(transport->zap, transport->keys.allowed, transport->keys.user))
    ;
  for (int i = 0; i < TRANSPORT_PAIRS; i++)
    serve_pair(&transport->pair[i], check);
  bind_what_is_due(transport);
}
