/* SPDX-License-Identifier: MIT */
/* Connects to the daemon.
 *
 * Design notes. ZeroMQ connects in the background, and tries for ever if nobody listens. A person
 * wants to know at once. So every socket has a monitor, and opening a connection waits for the
 * first event that decides: the handshake succeeded, it failed, or a retry was scheduled, which
 * means that the connection was refused. */
#include "connection.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/number.h"
#include "keyfile.h"

static const char monitor_endpoint[] = "inproc://monitor";
static const char ipc[] = "ipc://", tcp[] = "tcp://";

struct connection {
  void *context, *socket, *monitor;
  char *endpoint;
  int64_t timeout_ns;
};

void connection_close(struct connection **connection)
{
  struct connection *c = connection ? *connection : NULL;

  if (!c)
    return;
  if (c->socket) {
    zmq_socket_monitor(c->socket, NULL, 0);
    zmq_close(c->socket);
  }
  if (c->monitor)
    zmq_close(c->monitor);
  if (c->context)
    zmq_ctx_term(c->context);
  g_free(c->endpoint);
  g_free(c);
  *connection = NULL;
}

static bool set_curve(void *socket, const struct connection_options *options, enum exit_code *code)
{
  char server[KEY_TEXT], secret[KEY_TEXT], own[KEY_TEXT];
  bool done;

  *code = EXIT_USAGE;
  if (!options->key && !options->server_key)
    return true;
  if (!options->key || !options->server_key) {
    fail(EXIT_USAGE, "--key and --server-key go together; give both");
    return false;
  }
  if (!key_read(options->server_key, server) || !key_read(options->key, secret))
    return false;
  done = zmq_curve_public(own, secret) == 0 && zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, strlen(server)) == 0 &&
         zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own, strlen(own)) == 0 &&
         zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, strlen(secret)) == 0;
  explicit_bzero(secret, sizeof secret);
  if (!done)
    fail(EXIT_USAGE, "this libzmq was built without CURVE");
  return done;
}

static bool set_number(void *socket, int option, int value)
{
  return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool subscribe(void *socket, const char *const *topics)
{
  bool done = true;

  for (; done && topics && *topics; topics++)
    done = zmq_setsockopt(socket, ZMQ_SUBSCRIBE, *topics, strlen(*topics)) == 0;
  return done;
}

/* Makes the sockets, but does not connect them. */
static enum exit_code make(const struct connection_options *options, int type, const char *const *topics, struct connection **connection)
{
  const int events = ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                     ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_DISCONNECTED;
  struct connection *c = g_new0(struct connection, 1);
  enum exit_code code = EXIT_NOBODY;

  c->timeout_ns = (int64_t)(options->timeout_s * 1e9);
  c->context = zmq_ctx_new();
  c->socket = c->context ? zmq_socket(c->context, type) : NULL;
  c->monitor = c->socket ? zmq_socket(c->context, ZMQ_PAIR) : NULL;
  if (!c->monitor || !set_number(c->socket, ZMQ_LINGER, 0) || !set_number(c->monitor, ZMQ_LINGER, 0) || !subscribe(c->socket, topics) ||
      zmq_socket_monitor(c->socket, monitor_endpoint, events) != 0 || zmq_connect(c->monitor, monitor_endpoint) != 0)
    code = fail(EXIT_NOBODY, "cannot make a socket: %s", zmq_strerror(zmq_errno()));
  else if (set_curve(c->socket, options, &code))
    code = EXIT_DONE;
  if (code == EXIT_DONE)
    *connection = c;
  else
    connection_close(&c);
  return code;
}

/* The monitor's next event; 0 if none comes in time, or after a signal. */
static int next_event(struct connection *c, int wait_ms)
{
  zmq_pollitem_t item = {.socket = c->monitor, .events = ZMQ_POLLIN};
  uint16_t event = 0;
  zmq_msg_t part;

  if (zmq_poll(&item, 1, wait_ms) <= 0)
    return 0;
  zmq_msg_init(&part);
  if (zmq_msg_recv(&part, c->monitor, ZMQ_DONTWAIT) >= (int)sizeof event)
    memcpy(&event, zmq_msg_data(&part), sizeof event);
  while (zmq_msg_more(&part) && zmq_msg_recv(&part, c->monitor, ZMQ_DONTWAIT) >= 0)
    ;
  zmq_msg_close(&part);
  return event;
}

static int left_ms(int64_t deadline_ns)
{
  const int64_t left = deadline_ns - et_clock_ns();

  return left > 0 ? (int)MIN((left + ET_MS_NS - 1) / ET_MS_NS, G_MAXINT) : 0;
}

/* Says who may use a socket that refuses us: its group, by name if it has one. */
static enum exit_code fail_forbidden(const char *path)
{
  struct stat status;
  struct group entry, *group = NULL;
  char text[4096]; /* what `entry` points into */

  if (stat(path, &status) == 0 && getgrgid_r(status.st_gid, &entry, text, sizeof(text), &group) == 0 && group)
    return fail(EXIT_NOBODY, "%s: %s; only members of the group %s may use it", path, g_strerror(EACCES), group->gr_name);
  return fail(EXIT_NOBODY, "%s: %s; only members of its group may use it", path, g_strerror(EACCES));
}

/* Says why an endpoint refuses. */
static enum exit_code fail_refused(const char *endpoint)
{
  const char *path = g_str_has_prefix(endpoint, ipc) ? endpoint + strlen(ipc) : NULL;

  if (path && access(path, F_OK) != 0)
    return fail(EXIT_NOBODY, "no daemon answers: %s: %s; start etrackd, or name its socket with --control and --events", path,
                g_strerror(errno));
  if (path && access(path, W_OK) != 0)
    return fail_forbidden(path);
  return fail(EXIT_NOBODY, "no daemon answers at %s", endpoint);
}

static enum exit_code wait_for_handshake(struct connection *c)
{
  const int64_t deadline_ns = et_clock_ns() + c->timeout_ns;

  for (;;) {
    const int wait_ms = left_ms(deadline_ns), event = next_event(c, wait_ms);

    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
      return EXIT_DONE;
    if (event == ZMQ_EVENT_CONNECT_RETRIED)
      return fail_refused(c->endpoint);
    if (event)
      return fail(EXIT_NOBODY, "%s closed the connection: it wants other keys (--key, --server-key), is not etrackd, or has just ended",
                  c->endpoint);
    if (wait_ms == 0)
      return fail(EXIT_TIMEOUT, "%s: no connection within %g s", c->endpoint, (double)c->timeout_ns / 1e9);
  }
}

/* ipc:///PATH or tcp://HOST:PORT. ZeroMQ itself accepts an impossible port, and waits. */
static bool endpoint_valid(const char *endpoint)
{
  const char *colon = strrchr(endpoint, ':');
  int64_t port;

  if (g_str_has_prefix(endpoint, tcp))
    return colon > endpoint + strlen(tcp) && et_integer_parse(colon + 1, 1, 65535, &port);
  return g_str_has_prefix(endpoint, ipc) && endpoint[strlen(ipc)];
}

/* The socket of that name: the user's own daemon's if it exists, otherwise the system's. */
static char *find_endpoint(const char *name)
{
  g_autofree char *own =
    g_build_filename(g_getenv("XDG_RUNTIME_DIR") ? g_getenv("XDG_RUNTIME_DIR") : "/nonexistent", "etrackd", name, NULL);

  if (access(own, F_OK) == 0)
    return g_strconcat(ipc, own, NULL);
  return g_strconcat(ipc, "/run/etrackd/", name, NULL);
}

static enum exit_code open_at(const struct connection_options *options, const char *endpoint, const char *name, int type,
                              const char *const *topics, struct connection **connection)
{
  struct connection *c = NULL;
  enum exit_code code;

  if (endpoint && !endpoint_valid(endpoint))
    return fail(EXIT_USAGE, "`%s` is not an endpoint; write ipc:///PATH or tcp://HOST:PORT", endpoint);
  code = make(options, type, topics, &c);
  if (code != EXIT_DONE)
    return code;
  c->endpoint = endpoint ? g_strdup(endpoint) : find_endpoint(name);
  if (zmq_connect(c->socket, c->endpoint) != 0)
    code = fail(EXIT_USAGE, "%s: %s", c->endpoint, zmq_strerror(zmq_errno()));
  else
    code = wait_for_handshake(c);
  if (code == EXIT_DONE)
    *connection = c;
  else
    connection_close(&c);
  return code;
}

enum exit_code connection_open_control(const struct connection_options *options, struct connection **connection)
{
  return open_at(options, options->control, "control", ZMQ_DEALER, NULL, connection);
}

enum exit_code connection_open_events(const struct connection_options *options, const char *const *topics, struct connection **connection)
{
  return open_at(options, options->events, "events", ZMQ_SUB, topics, connection);
}

void answer_clear(struct answer *answer)
{
  g_clear_pointer(&answer->json, g_bytes_unref);
  g_clear_pointer(&answer->second, g_bytes_unref);
}

/* Receives one part without waiting; NULL if there is none. */
static GBytes *receive_part(void *socket, bool *more)
{
  zmq_msg_t part;
  GBytes *bytes = NULL;

  zmq_msg_init(&part);
  if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) >= 0) {
    bytes = g_bytes_new(zmq_msg_data(&part), zmq_msg_size(&part));
    *more = zmq_msg_more(&part);
  }
  zmq_msg_close(&part);
  return bytes;
}

/* Receives a whole message: its first two parts. */
static bool receive(void *socket, struct answer *answer)
{
  bool more = false;

  answer->json = receive_part(socket, &more);
  for (int i = 0; answer->json && more; i++) {
    GBytes *part = receive_part(socket, &more);

    if (i == 0)
      answer->second = part;
    else
      g_bytes_unref(part);
  }
  return answer->json != NULL;
}

enum exit_code connection_ask(struct connection *c, const struct proto_request *request, struct answer *answer)
{
  const int64_t deadline_ns = et_clock_ns() + c->timeout_ns;
  char *text = proto_request_print(request);

  *answer = (struct answer){0};
  if (!text || zmq_send(c->socket, text, strlen(text), ZMQ_DONTWAIT) < 0) {
    free(text);
    return fail(EXIT_NOBODY, "%s: cannot send: %s", c->endpoint, zmq_strerror(zmq_errno()));
  }
  free(text);
  for (;;) {
    zmq_pollitem_t items[] = {{.socket = c->socket, .events = ZMQ_POLLIN}, {.socket = c->monitor, .events = ZMQ_POLLIN}};
    const int wait_ms = left_ms(deadline_ns);

    zmq_poll(items, 2, wait_ms);
    if (items[0].revents && receive(c->socket, answer))
      return EXIT_DONE;
    if (items[1].revents && next_event(c, 0) == ZMQ_EVENT_DISCONNECTED)
      return fail(EXIT_NOBODY, "%s: the daemon ended before it answered", c->endpoint);
    if (wait_ms == 0)
      return fail(EXIT_TIMEOUT, "%s: no answer within %g s", c->endpoint, (double)c->timeout_ns / 1e9);
  }
}

enum connection_news connection_next(struct connection *c, int wait_ms, GBytes **message)
{
  zmq_pollitem_t items[] = {{.socket = c->socket, .events = ZMQ_POLLIN}, {.socket = c->monitor, .events = ZMQ_POLLIN}};
  struct answer answer = {0};
  int event;

  zmq_poll(items, 2, wait_ms);
  if (items[0].revents && receive(c->socket, &answer)) {
    g_clear_pointer(&answer.second, g_bytes_unref);
    *message = answer.json;
    return NEWS_MESSAGE;
  }
  event = items[1].revents ? next_event(c, 0) : 0;
  if (event == ZMQ_EVENT_DISCONNECTED)
    return NEWS_GONE;
  return event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? NEWS_BACK : NEWS_NOTHING;
}
