/* SPDX-License-Identifier: MIT */
/* Cutting off connections, on real sockets: those of the socket and no other descriptor. */
#include "connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "sockets.h"
#include "test/main.h"

enum { PATIENCE_MS = 20000 };

static void *context, *events;
static struct connections connections;

static void set_up(void)
{
  context = zmq_ctx_new();
  events = sockets_make_events(&(struct sockets_kind){context, true, NULL}, NULL);
  ck_assert_ptr_nonnull(events);
  ck_assert(connections_watch(&connections, context, events, NULL));
  ck_assert(sockets_bind(events, "tcp://127.0.0.1:*", NULL));
}

static void tear_down(void)
{
  connections_unwatch(&connections);
  sockets_close(&events);
  zmq_ctx_term(context);
}

static int connect_to(in_port_t port)
{
  const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int client = socket(AF_INET, SOCK_STREAM, 0);

  ck_assert_int_eq(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
  return client;
}

/* The next connection that came or went, as the monitor tells. */
static int next_descriptor(void)
{
  zmq_pollitem_t item = {.socket = connections.monitor, .events = ZMQ_POLLIN};
  int descriptor;

  ck_assert_int_eq(zmq_poll(&item, 1, PATIENCE_MS), 1);
  ck_assert(connections_next(&connections, &descriptor));
  return descriptor;
}

/* A client of the socket; `*descriptor` is the socket's end. */
static int connect_client(int *descriptor)
{
  g_autofree char *endpoint = sockets_endpoint(events);
  const int client = connect_to(htons((in_port_t)atoi(strrchr(endpoint, ':') + 1)));

  *descriptor = next_descriptor();
  return client;
}

/* A tcp connection that has nothing to do with the socket; end[0] was accepted. */
static void connect_elsewhere(int end[2])
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);

  ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
  ck_assert_int_eq(listen(listener, 1), 0);
  ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
  end[1] = connect_to(address.sin_port);
  end[0] = accept(listener, NULL, NULL);
  ck_assert_int_ge(end[0], 0);
  close(listener);
}

/* Waits until the other side has ended it. */
static void read_to_the_end(int client)
{
  struct pollfd item = {.fd = client, .events = POLLIN};
  char bytes[256];

  do
    ck_assert_msg(poll(&item, 1, PATIENCE_MS) == 1, "the connection goes on");
  while (read(client, bytes, sizeof bytes) > 0);
}

static void assert_alive(const int end[2])
{
  char byte = 'x';

  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(send(end[i], &byte, 1, MSG_NOSIGNAL), 1);
    ck_assert_int_eq(recv(end[1 - i], &byte, 1, 0), 1);
  }
}

/* ZeroMQ's thread greets whoever comes, unless it hangs. */
static void wait_for_greeting(int client)
{
  struct pollfd item = {.fd = client, .events = POLLIN};

  ck_assert_msg(poll(&item, 1, PATIENCE_MS) == 1, "ZeroMQ's thread hangs");
}

static void assert_greeted(void)
{
  g_autofree char *endpoint = sockets_endpoint(events);
  const int client = connect_to(htons((in_port_t)atoi(strrchr(endpoint, ':') + 1)));

  wait_for_greeting(client);
  close(client);
}

/* ZeroMQ's only thread is done with this connection once it has greeted another: it has read what
 * there was, and no longer waits to write. */
static void wait_until_at_rest(int client)
{
  wait_for_greeting(client);
  assert_greeted();
}

START_TEST(connections_after_the_watch_hold_nobody_up)
{
  connections_unwatch(&connections);
  for (int i = 0; i < 10; i++)
    assert_greeted();
}
END_TEST

START_TEST(its_own_connection_is_cut)
{
  int descriptor;
  const int client = connect_client(&descriptor);

  connections_cut(&connections, descriptor);
  read_to_the_end(client);
  ck_assert_int_eq(next_descriptor(), descriptor);
  ck_assert_uint_eq(g_hash_table_size(connections.open), 0);
  close(client);
}
END_TEST

START_TEST(what_the_monitor_has_not_told_of_is_left_alone)
{
  int end[2];

  connect_elsewhere(end);
  connections_cut(&connections, end[0]);
  connections_cut(&connections, end[1]);
  assert_alive(end);
}
END_TEST

/* ZeroMQ may close the descriptor, and its number may be reused, before the monitor's event is
 * read. */
START_TEST(a_descriptor_that_is_somebody_elses_by_now_is_left_alone)
{
  int descriptor, end[2], saved;
  const int client = connect_client(&descriptor);

  wait_until_at_rest(client); /* otherwise ZeroMQ may use the other connection below */
  connect_elsewhere(end);
  saved = dup(descriptor);
  ck_assert_int_eq(dup2(end[0], descriptor), descriptor);
  connections_cut(&connections, descriptor);
  assert_alive(end);
  ck_assert_int_eq(dup2(saved, descriptor), descriptor);
  connections_cut(&connections, descriptor);
  read_to_the_end(client);
}
END_TEST

START_TEST(there_are_only_so_many)
{
  int client[CONNECTIONS_MAXIMUM + 1], descriptor;

  for (int i = 0; i <= CONNECTIONS_MAXIMUM; i++)
    client[i] = connect_client(&descriptor);
  read_to_the_end(client[CONNECTIONS_MAXIMUM]);
  ck_assert_int_eq(next_descriptor(), descriptor);
  ck_assert_uint_eq(g_hash_table_size(connections.open), CONNECTIONS_MAXIMUM);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("connections");
  TCase *tc = tcase_create("connections");

  tcase_add_checked_fixture(tc, set_up, tear_down);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, its_own_connection_is_cut);
  tcase_add_test(tc, connections_after_the_watch_hold_nobody_up);
  tcase_add_test(tc, what_the_monitor_has_not_told_of_is_left_alone);
  tcase_add_test(tc, a_descriptor_that_is_somebody_elses_by_now_is_left_alone);
  tcase_add_test(tc, there_are_only_so_many);
  suite_add_tcase(suite, tc);
  return suite;
}

TEST_MAIN(make_suite)
