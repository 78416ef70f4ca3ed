/* SPDX-License-Identifier: MIT */
/* A server of one page.
 *
 * Design notes. Everything here runs in the main thread, without waiting, but for printing the metrics, which only the control thread may: a scrape goes
 * there as a closure and comes back as an idle source. A connection asks once, is answered and closed; there are only so many, and each has only so long. */
#include "http.h"

#include <gio/gio.h>
#include <string.h>

#include "exit.h"
#include "metrics.h"

enum { CONNECTIONS_MAXIMUM = 8, REQUEST_MAXIMUM = 4096, PATIENCE_S = 5 };

struct http {
  GSocketService *server;
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

static void answer(struct scrape *scrape, const char *status, const char *body)
{
  GOutputStream *stream = g_io_stream_get_output_stream(G_IO_STREAM(scrape->connection));

  scrape->answer = g_strdup_printf("HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\n"
                                   "Connection: close\r\n\r\n%s",
                                   status, strlen(body), body);
  g_output_stream_write_all_async(stream, scrape->answer, strlen(scrape->answer), G_PRIORITY_DEFAULT, scrape->http->cancel, on_written,
                                  scrape);
}

static gboolean on_printed(gpointer user)
{
  struct scrape *scrape = user;

  answer(scrape, "200 OK", scrape->metrics);
  return G_SOURCE_REMOVE;
}

/* Control thread. */
static void print_metrics(void *payload)
{
  struct scrape *scrape = *(struct scrape **)payload;

  scrape->metrics = metrics_print(scrape->http->service);
  g_idle_add_full(G_PRIORITY_DEFAULT, on_printed, scrape, NULL);
}

static void serve(struct scrape *scrape)
{
  if (!g_str_has_prefix(scrape->request, "GET "))
    answer(scrape, "405 Method Not Allowed", "GET /metrics is all there is\n");
  else if (!g_str_has_prefix(scrape->request, "GET /metrics "))
    answer(scrape, "404 Not Found", "GET /metrics is all there is\n");
  else
    mailbox_post(scrape->http->service->mailbox, print_metrics, NULL, &scrape, sizeof scrape, NULL);
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
    answer(scrape, "431 Request Header Fields Too Large", "");
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

  if (http->open == CONNECTIONS_MAXIMUM)
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
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, port);

  return g_socket_listener_add_address(G_SOCKET_LISTENER(http->server), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, NULL,
                                       error);
}

struct http *http_start(uint16_t port, struct service *service, GError **error)
{
  struct http *http = g_new0(struct http, 1);
  g_autoptr(GError) why = NULL;

  http->service = service;
  http->cancel = g_cancellable_new();
  http->server = g_socket_service_new();
  g_signal_connect(http->server, "incoming", G_CALLBACK(on_incoming), http);
  if (!listen_on(http, G_SOCKET_FAMILY_IPV4, port, &why)) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "http_port = %u: %s", port, why->message);
    http_stop(&http);
    return NULL;
  }
  (void)listen_on(http, G_SOCKET_FAMILY_IPV6, port, NULL); /* a machine may have none */
  return http;
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
