/* SPDX-License-Identifier: MIT */
/* The worker behind the control thread.
 *
 * Design notes. A GThreadPool of one exclusive thread does the work; `busy` is set by the control thread and cleared by the worker just before the
 * mail that ends the job, so the next one may be submitted from that mail on. */
#include "jobs.h"

struct job {
  void (*run)(void *data);
  void (*done)(void *data);
  void *data;
};

struct jobs {
  struct mailbox *mailbox;
  GThreadPool *pool;
  atomic_bool busy;
  struct job *_Atomic next; /* on its way to the worker */
};

static void work(gpointer data, gpointer user)
{
  struct jobs *jobs = user;
  struct job *job = atomic_exchange(&jobs->next, NULL);
  const struct mail mail = {.kind = MAIL_DONE, .done = job->done, .data = job->data};

  job->run(job->data);
  g_free(job);
  atomic_store(&jobs->busy, false);
  mailbox_post(jobs->mailbox, &mail, NULL);
}

struct jobs *jobs_create(struct mailbox *mailbox)
{
  struct jobs *jobs = g_new0(struct jobs, 1);

  jobs->mailbox = mailbox;
  jobs->pool = g_thread_pool_new(work, jobs, 1, TRUE, NULL);
  if (!jobs->pool)
    g_clear_pointer(&jobs, g_free);
  return jobs;
}

void jobs_destroy(struct jobs **jobs)
{
  if (!jobs || !*jobs)
    return;
  g_thread_pool_free((*jobs)->pool, FALSE, TRUE);
  g_free(*jobs);
  *jobs = NULL;
}

bool jobs_submit(struct jobs *jobs, void (*run)(void *data), void (*done)(void *data), void *data)
{
  struct job *job;

  if (atomic_exchange(&jobs->busy, true))
    return false;
  job = g_new(struct job, 1);
  *job = (struct job){run, done, data};
  atomic_store(&jobs->next, job);
  g_thread_pool_push(jobs->pool, jobs, NULL);
  return true;
}
