/* SPDX-License-Identifier: MIT */
/* The queue of closures for the control thread.
 *
 * Design notes. Two arrays are swapped under the lock, so a post copies one closure and a run
 * copies nothing. The arrays keep their memory, so nothing is allocated in the steady state. The
 * flag `awake` saves a write to the descriptor while one is pending. It is cleared before the swap,
 * so a post in between wakes the thread again and is not lost. */
#include "mailbox.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { CLOSURES_AT_FIRST = 64 };

static GArray *make_array(void)
{
  return g_array_sized_new(FALSE, FALSE, sizeof(struct closure), CLOSURES_AT_FIRST);
}

bool mailbox_init(struct mailbox *mailbox)
{
  mailbox->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (mailbox->event < 0)
    return false;
  g_mutex_init(&mailbox->lock);
  mailbox->waiting = make_array();
  mailbox->running = make_array();
  atomic_init(&mailbox->awake, false);
  return true;
}

void mailbox_fini(struct mailbox *mailbox)
{
  for (guint i = 0; i < mailbox->waiting->len; i++) {
    struct closure *closure = &g_array_index(mailbox->waiting, struct closure, i);

    if (closure->drop)
      closure->drop(closure->payload);
  }
  g_array_unref(mailbox->waiting);
  g_array_unref(mailbox->running);
  g_mutex_clear(&mailbox->lock);
  close(mailbox->event);
}

void mailbox_wake(struct mailbox *mailbox)
{
  const uint64_t one = 1;

  if (!atomic_exchange(&mailbox->awake, true))
    while (write(mailbox->event, &one, sizeof one) < 0 && errno == EINTR)
      ;
}

void mailbox_post(struct mailbox *mailbox, mailbox_function *run, mailbox_function *drop, const void *payload, size_t size,
                  _Atomic uint64_t *counter)
{
  struct closure closure = {.run = run, .drop = drop};

  g_assert(size <= sizeof closure.payload);
  memcpy(closure.payload, payload, size);
  g_mutex_lock(&mailbox->lock);
  if (counter)
    atomic_fetch_add(counter, 1);
  g_array_append_val(mailbox->waiting, closure);
  g_mutex_unlock(&mailbox->lock);
  mailbox_wake(mailbox);
}

static void take_waiting(struct mailbox *mailbox)
{
  GArray *empty = mailbox->running;
  uint64_t count;

  while (read(mailbox->event, &count, sizeof count) < 0 && errno == EINTR)
    ;
  atomic_store(&mailbox->awake, false);
  g_mutex_lock(&mailbox->lock);
  mailbox->running = mailbox->waiting;
  mailbox->waiting = empty;
  g_mutex_unlock(&mailbox->lock);
}

void mailbox_run(struct mailbox *mailbox)
{
  take_waiting(mailbox);
  for (guint i = 0; i < mailbox->running->len; i++) {
    struct closure *closure = &g_array_index(mailbox->running, struct closure, i);

    closure->run(closure->payload);
  }
  g_array_set_size(mailbox->running, 0);
}
