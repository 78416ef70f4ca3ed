/* SPDX-License-Identifier: MIT */
/* GLib's locks and idle calls by those of pthread, for programs built with ThreadSanitizer, which
 * cannot see into a GLib that was built without it. */
#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <stdlib.h>

#pragma GCC visibility push(default) /* the libraries must find these first */

/* The object in a lock's first word, made at its first use. A thread that comes second frees its
 * own. */
static void *get(gpointer *place, void *(*make)(void))
{
  void *there = __atomic_load_n(place, __ATOMIC_ACQUIRE), *made;

  if (there)
    return there;
  made = make();
  if (__atomic_compare_exchange_n(place, &there, made, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return made;
  free(made);
  return there;
}

static void *make_mutex(void)
{
  pthread_mutex_t *mutex = malloc(sizeof *mutex);

  pthread_mutex_init(mutex, NULL);
  return mutex;
}

static void *make_recursive(void)
{
  pthread_mutex_t *mutex = malloc(sizeof *mutex);
  pthread_mutexattr_t attributes;

  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return mutex;
}

static void *make_condition(void)
{
  pthread_cond_t *condition = malloc(sizeof *condition);
  pthread_condattr_t attributes;

  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
  return condition;
}

static void *make_rw(void)
{
  pthread_rwlock_t *lock = malloc(sizeof *lock);

  pthread_rwlock_init(lock, NULL);
  return lock;
}

/* Whoever clears an object's lock comes after all who used it. GStreamer knows that from reference
 * counts, which ThreadSanitizer does not see. This orders the clearing alone, and nothing that is
 * done under locks. */
static void used(void *lock)
{
  __tsan_release(lock);
}

static void unused(void *lock)
{
  __tsan_acquire(lock);
}

static pthread_mutex_t *mutex_of(GMutex *mutex)
{
  return get(&mutex->p, make_mutex);
}

static pthread_mutex_t *recursive_of(GRecMutex *mutex)
{
  return get(&mutex->p, make_recursive);
}

static pthread_cond_t *condition_of(GCond *condition)
{
  return get(&condition->p, make_condition);
}

static pthread_rwlock_t *rw_of(GRWLock *lock)
{
  return get(&lock->p, make_rw);
}

void g_mutex_init(GMutex *mutex)
{
  mutex->p = NULL;
}

void g_mutex_clear(GMutex *mutex)
{
  unused(mutex);
  pthread_mutex_destroy(mutex_of(mutex));
  free(mutex->p);
  mutex->p = NULL;
}

void(g_mutex_lock)(GMutex *mutex)
{
  pthread_mutex_lock(mutex_of(mutex));
}

void(g_mutex_unlock)(GMutex *mutex)
{
  pthread_mutex_unlock(mutex_of(mutex));
  used(mutex);
}

gboolean(g_mutex_trylock)(GMutex *mutex)
{
  return pthread_mutex_trylock(mutex_of(mutex)) == 0;
}

void g_rec_mutex_init(GRecMutex *mutex)
{
  mutex->p = NULL;
}

void g_rec_mutex_clear(GRecMutex *mutex)
{
  unused(mutex);
  pthread_mutex_destroy(recursive_of(mutex));
  free(mutex->p);
  mutex->p = NULL;
}

/* Only GStreamer uses these. It takes the locks of pads, states and streams in either order,
 * safely. ThreadSanitizer notes the order of a lock that is waited for, so nobody waits here. It
 * notes the order of all other locks, ours among them. */
void g_rec_mutex_lock(GRecMutex *mutex)
{
  while (pthread_mutex_trylock(recursive_of(mutex)) != 0)
    g_usleep(200);
}

void g_rec_mutex_unlock(GRecMutex *mutex)
{
  pthread_mutex_unlock(recursive_of(mutex));
  used(mutex);
}

gboolean g_rec_mutex_trylock(GRecMutex *mutex)
{
  return pthread_mutex_trylock(recursive_of(mutex)) == 0;
}

void g_cond_init(GCond *condition)
{
  condition->p = NULL;
}

void g_cond_clear(GCond *condition)
{
  unused(condition);
  pthread_cond_destroy(condition_of(condition));
  free(condition->p);
  condition->p = NULL;
}

void g_cond_wait(GCond *condition, GMutex *mutex)
{
  pthread_cond_wait(condition_of(condition), mutex_of(mutex));
  used(condition);
}

gboolean g_cond_wait_until(GCond *condition, GMutex *mutex, gint64 end_us)
{
  const struct timespec until = {.tv_sec = end_us / G_USEC_PER_SEC, .tv_nsec = end_us % G_USEC_PER_SEC * 1000};

  const int error = pthread_cond_timedwait(condition_of(condition), mutex_of(mutex), &until);

  used(condition);
  return error != ETIMEDOUT;
}

void g_cond_signal(GCond *condition)
{
  pthread_cond_signal(condition_of(condition));
  used(condition);
}

void g_cond_broadcast(GCond *condition)
{
  pthread_cond_broadcast(condition_of(condition));
  used(condition);
}

void g_rw_lock_init(GRWLock *lock)
{
  lock->p = NULL;
}

void g_rw_lock_clear(GRWLock *lock)
{
  unused(lock);
  pthread_rwlock_destroy(rw_of(lock));
  free(lock->p);
  lock->p = NULL;
}

void g_rw_lock_writer_lock(GRWLock *lock)
{
  pthread_rwlock_wrlock(rw_of(lock));
}

gboolean g_rw_lock_writer_trylock(GRWLock *lock)
{
  return pthread_rwlock_trywrlock(rw_of(lock)) == 0;
}

void g_rw_lock_writer_unlock(GRWLock *lock)
{
  pthread_rwlock_unlock(rw_of(lock));
  used(lock);
}

void g_rw_lock_reader_lock(GRWLock *lock)
{
  pthread_rwlock_rdlock(rw_of(lock));
}

gboolean g_rw_lock_reader_trylock(GRWLock *lock)
{
  return pthread_rwlock_tryrdlock(rw_of(lock)) == 0;
}

void g_rw_lock_reader_unlock(GRWLock *lock)
{
  pthread_rwlock_unlock(rw_of(lock));
  used(lock);
}

/* A call on its way into the main loop's thread. */
struct call {
  GSourceFunc function;
  gpointer data;
  GDestroyNotify notify;
};

static gboolean on_idle(gpointer user)
{
  struct call *call = user;

  __tsan_acquire(call);
  return call->function(call->data);
}

static void on_done(gpointer user)
{
  struct call *call = user;

  __tsan_acquire(call);
  if (call->notify)
    call->notify(call->data);
  free(call);
}

guint g_idle_add_full(gint priority, GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  GSource *source = g_idle_source_new();
  struct call *call = malloc(sizeof *call);
  guint id;

  *call = (struct call){function, data, notify};
  __tsan_release(call);
  g_source_set_priority(source, priority);
  g_source_set_callback(source, on_idle, call, on_done);
  id = g_source_attach(source, NULL);
  g_source_unref(source);
  return id;
}
