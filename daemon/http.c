/* SPDX-License-Identifier: MIT */
/* Serves one page over HTTP.
 *
 * Design notes. Everything here runs in the main thread and never waits, except that only the
 * control thread may print the metrics: a scrape goes there as a closure and comes back as an idle
 * source. A connection asks once, is answered and closed. The number of connections and the time of
 * each are limited. */
#include "http.h"

#include <gio/gio.h>
#include <string.h>

#include "exit.h"
#include "metrics.h"

#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n"

enum { SCRAPES_MAXIMUM = 8, REQUEST_MAXIMUM = 4096, PATIENCE_S = 5 };

struct http {
  GSocketService *server;
  uint16_t port;
  GCancellable *cancel;
  struct service *service;
  unsigned open;
};

/* One connection. */
struct scrape {
  struct http *http;
  GSocketConnection *connection;
  char request[REQUEST_MAXIMUM + 1];
  gsize used;
  bool head;     /* asks only for the head of the answer */
  char *metrics; /* made by the control thread */
  char *answer;
};

static void end_scrape(struct scrape *scrape)
{
  scrape->http->open--;
  g_object_unref(scrape->connection); /* closes it */
  g_free(scrape->metrics);
  g_free(scrape->answer);
  g_free(scrape);
}

static void on_written(GObject *stream, GAsyncResult *result, gpointer user)
{
  g_output_stream_write_all_finish(G_OUTPUT_STREAM(stream), result, NULL, NULL);
  end_scrape(user);
}

/* `lines`: more lines of the head, each with its line end. */
static void answer(struct scrape *scrape, const char *status, const char *lines, const char *body)
{
  GOutputStream *stream = g_io_stream_get_output_stream(G_IO_STREAM(scrape->connection));

  scrape->answer = g_strdup_printf("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, lines, strlen(body),
                                   scrape->head ? "" : body);
  g_output_stream_write_all_async(stream, scrape->answer, strlen(scrape->answer), G_PRIORITY_DEFAULT, scrape->http->cancel, on_written,
                                  scrape);
}

static gboolean on_printed(gpointer user)
{
  struct scrape *scrape = user;

  answer(scrape, "200 OK", "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n", scrape->metrics);
  return G_SOURCE_REMOVE;
}

/* Runs in the control thread. */
static void print_metrics(void *payload)
{
  struct scrape *scrape = *(struct scrape **)payload;

  scrape->metrics = metrics_print(scrape->http->service);
  g_idle_add_full(G_PRIORITY_DEFAULT, on_printed, scrape, NULL);
}

/* The path of the target of a request, without a query, and without the scheme and host that a
 * proxy sends. */
static char *path_of(const char *target)
{
  const char *host = g_ascii_strncasecmp(target, "http://", strlen("http://")) == 0 ? target + strlen("http://") : NULL;
  const char *path = host ? host + strcspn(host, "/?") : target;

  return g_strndup(path, strcspn(path, "?"));
}

/* Cuts METHOD TARGET VERSION; `line` is the method afterwards. */
static bool cut_line(char *line, const char **target)
{
  char *first = strchr(line, ' '), *second = first ? strchr(first + 1, ' ') : NULL;

  if (!second || strchr(second + 1, ' ') || !g_str_has_prefix(second + 1, "HTTP/1."))
    return false;
  *first = *second = '\0';
  *target = first + 1;
  return true;
}

static void serve_target(struct scrape *scrape, const char *method, const char *target)
{
  g_autofree char *path = path_of(target);

  scrape->head = g_str_equal(method, "HEAD");
  if (!g_str_equal(path, "/metrics"))
    answer(scrape, "404 Not Found", PLAIN, "the only page is /metrics\n");
  else if (!scrape->head && !g_str_equal(method, "GET"))
    answer(scrape, "405 Method Not Allowed", PLAIN "Allow: GET, HEAD\r\n", "/metrics takes GET and HEAD\n");
  else
    mailbox_post(scrape->http->service->mailbox, print_metrics, NULL, &scrape, sizeof scrape, NULL);
}

static void serve(struct scrape *scrape)
{
  g_autofree char *line = g_strndup(scrape->request, strcspn(scrape->request, "\r\n"));
  const char *target;

  if (cut_line(line, &target))
    serve_target(scrape, line, target);
  else
    answer(scrape, "400 Bad Request", PLAIN, "this is not an HTTP/1 request\n");
}

static void read_on(struct scrape *scrape);

static void on_read(GObject *stream, GAsyncResult *result, gpointer user)
{
  struct scrape *scrape = user;
  const gssize got = g_input_stream_read_finish(G_INPUT_STREAM(stream), result, NULL);

  if (got <= 0) {
    end_scrape(scrape);
    return;
  }
  scrape->used += (gsize)got;
  scrape->request[scrape->used] = '\0';
  if (strstr(scrape->request, "\r\n\r\n") || strstr(scrape->request, "\n\n"))
    serve(scrape);
  else if (scrape->used == REQUEST_MAXIMUM)
    answer(scrape, "431 Request Header Fields Too Large", "", "");
  else
    read_on(scrape);
}

static void read_on(struct scrape *scrape)
{
  GInputStream *stream = g_io_stream_get_input_stream(G_IO_STREAM(scrape->connection));

  g_input_stream_read_async(stream, scrape->request + scrape->used, REQUEST_MAXIMUM - scrape->used, G_PRIORITY_DEFAULT,
                            scrape->http->cancel, on_read, scrape);
}

static gboolean on_incoming(GSocketService *server, GSocketConnection *connection, GObject *source, gpointer user)
{
  struct http *http = user;
  struct scrape *scrape;

  if (http->open == SCRAPES_MAXIMUM)
    return TRUE; /* drops it */
  http->open++;
  g_socket_set_timeout(g_socket_connection_get_socket(connection), PATIENCE_S);
  scrape = g_new0(struct scrape, 1);
  scrape->http = http;
  scrape->connection = g_object_ref(connection);
  read_on(scrape);
  return TRUE;
}

static bool listen_on(struct http *http, GSocketFamily family, uint16_t port, GError **error)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(family);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, port), bound = NULL;

  if (!g_socket_listener_add_address(G_SOCKET_LISTENER(http->server), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                     error))
    return false;
  http->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
  return true;
}

struct http *http_start(uint16_t port, struct service *service, GError **error)
{
  struct http *http = g_new0(struct http, 1);
  g_autoptr(GError) why = NULL;

  http->service = service;
  http->cancel = g_cancellable_new();
  http->server = g_socket_service_new();
  g_socket_service_stop(http->server); /* adding an address drops earlier connections */
  g_signal_connect(http->server, "incoming", G_CALLBACK(on_incoming), http);
  if (!listen_on(http, G_SOCKET_FAMILY_IPV4, port, &why)) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "http_port = %u: %s", port, why->message);
    http_stop(&http);
    return NULL;
  }
  (void)listen_on(http, G_SOCKET_FAMILY_IPV6, http->port, NULL); /* a machine may have no IPv6 */
  g_socket_service_start(http->server);
  return http;
}

uint16_t http_port_of(const struct http *http)
{
  return http->port;
}

void http_stop(struct http **http)
{
  struct http *h = http ? *http : NULL;

  if (!h)
    return;
  g_socket_service_stop(h->server);
  g_socket_listener_close(G_SOCKET_LISTENER(h->server));
  g_cancellable_cancel(h->cancel);
  while (h->open > 0)
    g_main_context_iteration(NULL, TRUE);
  g_object_unref(h->server);
  g_object_unref(h->cancel);
  g_free(h);
  *http = NULL;
}
