/* SPDX-License-Identifier: MIT */
/* The queue into the control thread.
 *
 * Design notes. Two arrays change places under the lock, so a post copies one record and a take copies nothing; the arrays keep their memory,
 * and in the steady state nobody allocates. The flag `awake` saves the write to the descriptor where one is pending already; it is cleared before
 * the swap, so a post that comes in between wakes again rather than being lost. */
#include "mailbox.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "streams.h"

enum { MAILS_AT_FIRST = 64 };

bool mailbox_init(struct mailbox *mailbox)
{
  mailbox->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (mailbox->event < 0)
    return false;
  g_mutex_init(&mailbox->lock);
  mailbox->mails = g_array_sized_new(FALSE, FALSE, sizeof(struct mail), MAILS_AT_FIRST);
  atomic_init(&mailbox->awake, false);
  return true;
}

void mailbox_fini(struct mailbox *mailbox)
{
  for (guint i = 0; i < mailbox->mails->len; i++)
    stream_unref(g_array_index(mailbox->mails, struct mail, i).stream);
  g_array_unref(mailbox->mails);
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

void mailbox_post(struct mailbox *mailbox, const struct mail *mail, _Atomic uint64_t *counter)
{
  struct mail copy = *mail;

  g_mutex_lock(&mailbox->lock);
  if (counter)
    copy.number = atomic_fetch_add(counter, 1) + 1;
  g_array_append_val(mailbox->mails, copy);
  g_mutex_unlock(&mailbox->lock);
  mailbox_wake(mailbox);
}

void mailbox_take(struct mailbox *mailbox, GArray **mails)
{
  GArray *empty = *mails;
  uint64_t count;

  while (read(mailbox->event, &count, sizeof count) < 0 && errno == EINTR)
    ;
  atomic_store(&mailbox->awake, false);
  g_mutex_lock(&mailbox->lock);
  *mails = mailbox->mails;
  mailbox->mails = empty;
  g_mutex_unlock(&mailbox->lock);
}
