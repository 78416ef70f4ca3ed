/* SPDX-License-Identifier: MIT */
/* Stops elements in a thread that can be left behind.
 *
 * Design notes. A sink that is blocked in a system call (a pipe that nobody reads) holds its pad's lock, and whoever wants to stop it waits for that. The
 * main loop must not, so it only waits for a while for the thread that does. Both hold a reference to what they share. */
#include "stopper.h"

#include <stdatomic.h>

struct stop {
  atomic_uint references;
  GMutex lock;
  GCond changed;
  bool done; /* by lock */
  guint count;
  GstElement *elements[STOPPER_MOST];
};

static void stop_unref(struct stop *stop)
{
  if (atomic_fetch_sub(&stop->references, 1) > 1)
    return;
  for (guint i = 0; i < stop->count; i++)
    gst_object_unref(stop->elements[i]);
  g_mutex_clear(&stop->lock);
  g_cond_clear(&stop->changed);
  g_free(stop);
}

/* Set by hand, for good: a pipeline that is on its way to PLAYING, or down from it in steps, would start again what has been stopped in it, and fail
 * where the file or the camera is gone. */
static void hold(GstElement *element)
{
  gst_element_set_locked_state(element, TRUE);
}

/* One that refuses, as a camera's driver does when the camera was pulled, is asked again. */
static void stop_element(GstElement *element)
{
  for (int attempt = 0; attempt < 4; attempt++)
    if (gst_element_set_state(element, GST_STATE_NULL) != GST_STATE_CHANGE_FAILURE)
      return;
}

static void stop_all(const struct stop *stop)
{
  for (guint i = 0; i < stop->count; i++)
    stop_element(stop->elements[i]);
}

static void finish(struct stop *stop)
{
  for (guint i = 0; i + 1 < stop->count; i++)
    hold(stop->elements[i]);
  stop_all(stop);
  stop_all(stop); /* what was being started while it was stopped; nobody starts anything any more */
  g_mutex_lock(&stop->lock);
  stop->done = true;
  g_cond_signal(&stop->changed);
  g_mutex_unlock(&stop->lock);
}

static gpointer run(gpointer data)
{
  finish(data);
  stop_unref(data);
  return NULL;
}

static struct stop *make(GstElement *const *elements, guint count)
{
  struct stop *stop = g_new0(struct stop, 1);

  atomic_init(&stop->references, 2); /* the thread's and the caller's */
  g_mutex_init(&stop->lock);
  g_cond_init(&stop->changed);
  stop->count = MIN(count, (guint)STOPPER_MOST);
  for (guint i = 0; i < stop->count; i++)
    stop->elements[i] = gst_object_ref(elements[i]);
  return stop;
}

bool stopper_run(GstElement *const *elements, guint count, gint64 timeout_ns)
{
  struct stop *stop = make(elements, count);
  const gint64 until_us = g_get_monotonic_time() + timeout_ns / 1000;
  GThread *thread;
  bool done;

  thread = g_thread_try_new("stopper", run, stop, NULL);
  if (thread) {
    g_thread_unref(thread);
  } else {
    atomic_fetch_sub(&stop->references, 1);
    finish(stop);
  }
  g_mutex_lock(&stop->lock);
  while (!stop->done && g_cond_wait_until(&stop->changed, &stop->lock, until_us))
    ;
  done = stop->done;
  g_mutex_unlock(&stop->lock);
  stop_unref(stop);
  return done;
}
