/* SPDX-License-Identifier: MIT */
/* Runs the worker thread of the control thread.
 *
 * Design notes. A GThreadPool of one exclusive thread does the work. The control thread sets
 * `busy`, and the worker clears it just before it posts the end of the errand. So the next errand
 * may be submitted from then on. */
#include "errands.h"

struct errand {
  void (*run)(void *data);
  void (*done)(void *data);
  void *data;
};

struct errands {
  struct mailbox *mailbox;
  GThreadPool *pool;
  atomic_bool busy;
  struct errand *_Atomic next; /* on its way to the worker */
};

static void finish(void *payload)
{
  struct errand *errand = payload;

  errand->done(errand->data);
}

static void work(gpointer data, gpointer user)
{
  struct errands *errands = user;
  struct errand *errand = atomic_exchange(&errands->next, NULL);

  errand->run(errand->data);
  atomic_store(&errands->busy, false);
  mailbox_post(errands->mailbox, finish, NULL, errand, sizeof *errand, NULL);
  g_free(errand);
}

struct errands *errands_create(struct mailbox *mailbox)
{
  struct errands *errands = g_new0(struct errands, 1);

  errands->mailbox = mailbox;
  errands->pool = g_thread_pool_new(work, errands, 1, TRUE, NULL);
  if (!errands->pool)
    g_clear_pointer(&errands, g_free);
  return errands;
}

void errands_destroy(struct errands **errands)
{
  if (!errands || !*errands)
    return;
  g_thread_pool_free((*errands)->pool, FALSE, TRUE);
  g_free(*errands);
  *errands = NULL;
}

bool errands_submit(struct errands *errands, void (*run)(void *data), void (*done)(void *data), void *data)
{
  struct errand *errand;

  if (atomic_exchange(&errands->busy, true))
    return false;
  errand = g_new(struct errand, 1);
  *errand = (struct errand){run, done, data};
  atomic_store(&errands->next, errand);
  g_thread_pool_push(errands->pool, errands, NULL);
  return true;
}
