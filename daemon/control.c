/* SPDX-License-Identifier: MIT */
/* Runs the loop of the control thread.
 *
 * Design notes. One turn waits, publishes what the streams have, answers a bounded number of
 * requests and takes subscriptions. So results never wait behind a flood of requests, and the
 * limits of the sockets push a flood back to its sender. */
#include "control.h"

#include "base/clock.h"
#include "commands.h"
#include "pending.h"
#include "proto/topic.h"
#include "status.h"

enum { REQUESTS_A_TURN = 32, STATUS_PERIOD_MS = 1000 };

struct control {
  struct service *service;
  GThread *thread;
  atomic_bool stop;
  _Atomic uint64_t turns;
  int64_t next_status_ns, next_deadline_ns;
};

static void publish(struct control *control)
{
  mailbox_run(control->service->mailbox);
  feeds_publish_results(control->service->feeds);
}

static void answer(struct control *control)
{
  for (int i = 0; i < REQUESTS_A_TURN && commands_serve(control->service); i++)
    ;
  control->next_deadline_ns = pending_check_deadlines(control->service);
}

static void publish_status(struct control *control)
{
  const int64_t now_ns = et_clock_ns();

  if (now_ns < control->next_status_ns)
    return;
  status_publish(control->service);
  control->next_status_ns = now_ns + STATUS_PERIOD_MS * ET_MS_NS;
}

/* The time until the next thing is due, rounded up. */
static int wait_ms(const struct control *control)
{
  const int64_t due_ns = MIN(control->next_status_ns, control->next_deadline_ns) - et_clock_ns();

  return due_ns > 0 ? (int)(due_ns / ET_MS_NS) + 1 : 0;
}

static gpointer run(gpointer data)
{
  struct control *control = data;
  struct service *service = control->service;

  while (!atomic_load(&control->stop)) {
    publish(control);
    answer(control);
    transport_serve(service->transport, proto_topic_begins);
    publish_status(control);
    atomic_fetch_add(&control->turns, 1);
    transport_poll(service->transport, service->mailbox->event, wait_ms(control));
  }
  publish(control);
  answer(control);
  return NULL;
}

struct control *control_start(struct service *service)
{
  struct control *control = g_new0(struct control, 1);

  control->service = service;
  control->next_deadline_ns = INT64_MAX;
  control->next_status_ns = et_clock_ns() + STATUS_PERIOD_MS * ET_MS_NS;
  control->thread = g_thread_try_new("control", run, control, NULL);
  if (control->thread)
    return control;
  g_free(control);
  return NULL;
}

void control_stop(struct control **control)
{
  struct control *c = control ? *control : NULL;

  if (!c)
    return;
  atomic_store(&c->stop, true);
  mailbox_wake(c->service->mailbox);
  g_thread_join(c->thread);
  g_free(c);
  *control = NULL;
}

uint64_t control_turns(const struct control *control)
{
  return atomic_load(&control->turns);
}
