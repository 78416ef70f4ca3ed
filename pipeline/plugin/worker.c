/* SPDX-License-Identifier: MIT */
/* The thread of one element's tracker, and how frames and requests reach it.
 *
 * Design notes. In async mode the streaming thread leaves frames in two places. `slot` holds the
 * newest frame; a newer one displaces it. `asked` holds the frame that arrived next after a
 * request, with the requests. Only a frame with newer requests displaces it, and inherits what
 * still counts. Frames travel in a few jobs that are made at creation. Whoever displaces or
 * finishes a job gives it back. `busy` counts the jobs that are out. worker_drain() waits for it to
 * fall, at EOS only.
 *
 * At most seven jobs are out at once. Each place holds one (2). The thread has taken one from each
 * place and works on the first (2). worker_lose(), in any thread, has taken one from each place and
 * not given them back yet (2), because both may have been filled again since. The streaming thread
 * has one that it fills, or one that it displaced and has not given back yet (1). It never has
 * both: it takes the next one after that. A flush is on the streaming thread too, which submits
 * nothing meanwhile. Only the streaming thread takes jobs, so one that was free when it began to
 * look stays free.
 *
 * Requests that need no frame wake the thread, which obeys them between two frames. It does so in
 * sync mode too, where the streaming thread tracks. `asked` and the inbox change under one lock,
 * the inbox's. That keeps requests in their order: what still waits in the inbox came after what
 * waits in `asked`. `turn` belongs to whoever uses the pursuit. In async mode that is only the
 * thread, so nobody ever waits for it. */
#include "worker.h"

#include <pthread.h>
#include <stdatomic.h>

#include "background.h"
#include "base/clock.h"
#include "base/slot.h"

enum { JOBS = 7 };

/* A job with what was requested before its frame arrived. */
struct order {
  struct job job;
  struct requests requests;
};

struct worker {
  struct worker_observer observer;
  void *user;
  struct inbox requests;
  struct et_slot slot;
  struct order *asked; /* under the lock of `requests` */
  struct order orders[JOBS];
  struct order *_Atomic free[JOBS];
  pthread_t thread;
  bool running;
  _Atomic bool quit;
  _Atomic int busy;
  /* There is a target, or a frame that may start one. Written under the lock of `requests`. */
  _Atomic bool tracking;
  pthread_mutex_t turn;
  struct pursuit *pursuit; /* under `turn`, except its counters */
};

static void wake(void *user)
{
  struct worker *w = user;

  et_slot_wake(&w->slot);
}

enum et_error worker_create(const struct et_model *model, const struct et_params *params, struct history *history,
                            const struct worker_observer *observer, void *user, struct worker **worker, struct et_error_detail *detail)
{
  struct worker *w = g_new0(struct worker, 1);
  enum et_error error = pursuit_create(model, params, history, observer, user, &w->pursuit, detail);

  if (!error && !et_slot_init(&w->slot))
    error = et_fail(detail, ET_ERR_NO_MEMORY, "the system has no semaphore left");
  if (error) {
    pursuit_destroy(&w->pursuit);
    g_free(w);
    return error;
  }
  inbox_init(&w->requests, wake, w);
  pthread_mutex_init(&w->turn, NULL);
  w->observer = *observer;
  w->user = user;
  for (int i = 0; i < JOBS; i++)
    atomic_init(&w->free[i], &w->orders[i]);
  *worker = w;
  return ET_OK;
}

void worker_destroy(struct worker **worker)
{
  struct worker *w = worker ? *worker : NULL;

  if (!w)
    return;
  worker_stop(w);
  worker_flush(w);
  et_slot_fini(&w->slot);
  inbox_fini(&w->requests);
  pthread_mutex_destroy(&w->turn);
  pursuit_destroy(&w->pursuit);
  g_free(w);
  *worker = NULL;
}

void worker_warm_up(struct worker *w)
{
  pursuit_warm_up(w->pursuit);
}

static void give_back(struct worker *w, struct order *order)
{
  gst_buffer_replace(&order->job.buffer, NULL);
  for (int i = 0; i < JOBS; i++) {
    struct order *none = NULL;

    if (atomic_compare_exchange_strong(&w->free[i], &none, order))
      break;
  }
  atomic_fetch_sub(&w->busy, 1);
}

static struct order *take_free(struct worker *w)
{
  for (int i = 0; i < JOBS; i++) {
    struct order *order = atomic_exchange(&w->free[i], NULL);

    if (order)
      return order;
  }
  g_assert_not_reached(); /* at most six are out */
}

static void drop(struct worker *w, struct order *order)
{
  pursuit_count_dropped(w->pursuit, 1);
  give_back(w, order);
}

static struct order *take_asked(struct worker *w, struct requests *urgent)
{
  struct order *asked;

  request_lock(&w->requests);
  asked = g_steal_pointer(&w->asked);
  *urgent = request_take_urgent(&w->requests);
  request_unlock(&w->requests);
  return asked;
}

static void note_tracking(struct worker *w)
{
  request_lock(&w->requests);
  atomic_store(&w->tracking, pursuit_has_target(w->pursuit) || w->asked);
  request_unlock(&w->requests);
}

/* First the frame with requests: it is older than the one in the slot, if both are there. Then what
 * was requested after it, and then the slot's frame. */
static void work(struct worker *w, struct order *newest)
{
  struct requests urgent;
  struct order *asked;

  pthread_mutex_lock(&w->turn);
  asked = take_asked(w, &urgent);
  if (asked) {
    pursuit_process(w->pursuit, &asked->job, &asked->requests);
    give_back(w, asked);
  }
  pursuit_obey(w->pursuit, &urgent);
  if (newest && newest->job.frame > pursuit_newest_frame(w->pursuit)) {
    pursuit_process(w->pursuit, &newest->job, &newest->requests);
    give_back(w, newest);
  } else if (newest) {
    drop(w, newest);
  }
  note_tracking(w);
  pthread_mutex_unlock(&w->turn);
}

static void *run(void *data)
{
  struct worker *w = data;
  struct order *newest;

  background_enter("etrack");
  for (;;) {
    newest = et_slot_wait(&w->slot);
    if (atomic_load(&w->quit))
      break;
    work(w, newest);
  }
  if (newest)
    give_back(w, newest);
  return NULL;
}

bool worker_start(struct worker *w)
{
  if (w->running)
    return true;
  atomic_store(&w->quit, false);
  w->running = pthread_create(&w->thread, NULL, run, w) == 0;
  return w->running;
}

void worker_stop(struct worker *w)
{
  if (!w->running)
    return;
  atomic_store(&w->quit, true);
  et_slot_wake(&w->slot);
  pthread_join(w->thread, NULL);
  w->running = false;
}

static void refuse_replaced(struct worker *w, const struct wish *wish)
{
  if (wish->target)
    w->observer.refused(wish, ET_REFUSAL_REPLACED, "another request came before this one's frame", w->user);
}

/* A copy of the job for the worker, with its own reference. */
static struct order *make_order(struct worker *w, const struct job *job, const struct requests *requests)
{
  struct order *order = take_free(w);

  *order = (struct order){*job, *requests};
  gst_buffer_ref(job->buffer);
  atomic_fetch_add(&w->busy, 1);
  return order;
}

/* Leaves the frame with the requests that wait. False if none wait: then it is a frame like others,
 * and one that an earlier request waits for stays. */
static bool submit_asked(struct worker *w, const struct job *job)
{
  struct order *older = NULL, *order = NULL;
  struct wish replaced = {0};
  struct requests requests;

  request_lock(&w->requests);
  requests = request_take(&w->requests);
  if (!request_is_empty(&requests)) {
    older = w->asked;
    if (older)
      request_inherit(&requests, &older->requests, &replaced);
    w->asked = order = make_order(w, job, &requests);
    atomic_store(&w->tracking, true);
  }
  request_unlock(&w->requests);
  if (order)
    et_slot_wake(&w->slot);
  if (older)
    drop(w, older);
  refuse_replaced(w, &replaced);
  return order != NULL;
}

void worker_submit(struct worker *w, const struct job *job)
{
  static const struct requests nothing;
  struct order *displaced;

  if ((request_waits(&w->requests) && submit_asked(w, job)) || !atomic_load(&w->tracking))
    return;
  displaced = et_slot_put(&w->slot, make_order(w, job, &nothing));
  if (displaced)
    drop(w, displaced);
}

void worker_process(struct worker *w, const struct job *job)
{
  struct job own = *job;
  struct requests requests;

  gst_buffer_ref(own.buffer);
  pthread_mutex_lock(&w->turn);
  request_lock(&w->requests);
  requests = request_take(&w->requests);
  request_unlock(&w->requests);
  pursuit_process(w->pursuit, &own, &requests);
  pthread_mutex_unlock(&w->turn);
}

static GstBuffer *empty(struct worker *w, struct order *order)
{
  GstBuffer *buffer = order ? g_steal_pointer(&order->job.buffer) : NULL;

  if (order)
    give_back(w, order);
  return buffer;
}

/* Calls nobody, so that a lock may be held. */
static struct worker_unbegun forget(struct worker *w)
{
  struct order *newest = et_slot_clear(&w->slot), *asked;
  struct worker_unbegun unbegun = {{NULL}, {0}};

  request_lock(&w->requests);
  asked = g_steal_pointer(&w->asked);
  if (asked)
    request_return(&w->requests, &asked->requests, &unbegun.replaced);
  request_unlock(&w->requests);
  unbegun.buffer[0] = empty(w, newest);
  unbegun.buffer[1] = empty(w, asked);
  return unbegun;
}

void worker_let_go(struct worker_unbegun *unbegun)
{
  for (guint i = 0; i < G_N_ELEMENTS(unbegun->buffer); i++)
    gst_buffer_replace(&unbegun->buffer[i], NULL);
}

void worker_flush(struct worker *w)
{
  struct worker_unbegun unbegun = forget(w);

  worker_let_go(&unbegun);
  refuse_replaced(w, &unbegun.replaced);
}

void worker_drain(struct worker *w, int64_t timeout_ns)
{
  const int64_t until_ns = et_clock_ns() + timeout_ns;

  while (w->running && atomic_load(&w->busy) > 0 && et_clock_ns() < until_ns)
    g_usleep(500);
}

bool worker_withdraw(struct worker *w, uint64_t target)
{
  bool withdrawn;

  request_lock(&w->requests);
  withdrawn = request_withdraw(&w->requests.pending, target) || (w->asked && request_withdraw(&w->asked->requests, target));
  request_unlock(&w->requests);
  return withdrawn;
}

struct inbox *worker_requests(struct worker *w)
{
  return &w->requests;
}

struct worker_unbegun worker_lose(struct worker *w, enum et_reason reason)
{
  const struct worker_unbegun unbegun = forget(w);

  request_lose(&w->requests, reason);
  return unbegun;
}

void worker_end_target(struct worker *w, enum et_reason reason)
{
  pursuit_end_target(w->pursuit, reason);
}

void worker_count_dropped(struct worker *w, uint64_t count)
{
  pursuit_count_dropped(w->pursuit, count);
}

void worker_get_counters(const struct worker *w, struct worker_counters *counters)
{
  pursuit_get_counters(w->pursuit, counters);
}

int64_t worker_expected_ns(const struct worker *w)
{
  return pursuit_expected_ns(w->pursuit);
}

const struct et_histogram *worker_latency(const struct worker *w)
{
  return pursuit_latency(w->pursuit);
}
