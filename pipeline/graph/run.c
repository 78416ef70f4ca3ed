/* SPDX-License-Identifier: MIT */
/* Starts and stops a pipeline.
 *
 * Design notes. A source may block in open() for ever (a FIFO that nobody writes to, a dead mount),
 * and a sink in write(), with the locks of its element held. Whoever changes its state then waits
 * as long. So a thread of the run's own does all of it, first the start and then the stop, and the
 * main loop only tells it to end. What hangs keeps that thread and its pipeline. Nobody else needs
 * them, because the tracker has been taken out. Thread and owner hold a reference each. */
#include "run.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "pipeline/camera.h"

/* The time that the output has to write after its last frame; nobody waits for it. */
static const gint64 output_end_us = 10 * G_TIME_SPAN_SECOND;

struct run {
  atomic_uint references;
  struct run_parts parts;
  run_settled *on_settled; /* main thread; NULL after run_stop() */
  void *user;
  atomic_bool live;
  char *why; /* written by the thread before it settles */
  GMutex lock;
  GCond changed;
  bool stop, ended, source_stopped, done; /* under the lock */
};

static void set_flag(struct run *run, bool *flag)
{
  g_mutex_lock(&run->lock);
  *flag = true;
  g_cond_broadcast(&run->changed);
  g_mutex_unlock(&run->lock);
}

static bool get_flag(struct run *run, const bool *flag)
{
  bool value;

  g_mutex_lock(&run->lock);
  value = *flag;
  g_mutex_unlock(&run->lock);
  return value;
}

/* Waits until the flag is set, or until `until_us` (-1 = for ever). */
static bool wait_for(struct run *run, const bool *flag, gint64 until_us)
{
  bool value, in_time = true;

  g_mutex_lock(&run->lock);
  while (!*flag && in_time) {
    if (until_us < 0)
      g_cond_wait(&run->changed, &run->lock);
    else
      in_time = g_cond_wait_until(&run->changed, &run->lock, until_us);
  }
  value = *flag;
  g_mutex_unlock(&run->lock);
  return value;
}

static void unref(struct run *run)
{
  struct run_parts *p = &run->parts;

  if (atomic_fetch_sub(&run->references, 1) > 1)
    return;
  gst_object_unref(p->pipeline);
  gst_object_unref(p->head);
  gst_object_unref(p->tail);
  gst_object_unref(p->paced);
  g_free((char *)p->device);
  g_free((char *)p->controls);
  g_free(run->why);
  g_mutex_clear(&run->lock);
  g_cond_clear(&run->changed);
  g_free(run);
}

/* --- start --- */

static bool reaches(GstElement *element, GstState state)
{
  return gst_element_set_state(element, state) != GST_STATE_CHANGE_FAILURE;
}

/* PAUSED comes first, because it tells whether the source is live. */
static bool set_playing(struct run *run)
{
  const GstStateChangeReturn paused = gst_element_set_state(run->parts.pipeline, GST_STATE_PAUSED);

  atomic_store(&run->live, paused == GST_STATE_CHANGE_NO_PREROLL);
  return paused != GST_STATE_CHANGE_FAILURE && !get_flag(run, &run->stop) && reaches(run->parts.pipeline, GST_STATE_PLAYING);
}

static char *start(struct run *run)
{
  const struct run_parts *p = &run->parts;
  GError *error = NULL;
  char *why;

  if (p->device && p->controls && !camera_set_controls(p->device, p->controls, &error)) {
    why = g_strdup(error->message);
    g_error_free(error);
    return why;
  }
  return set_playing(run) ? NULL : g_strdup("it does not start");
}

static gboolean tell_settled(gpointer data)
{
  struct run *run = data;

  if (run->on_settled)
    run->on_settled(run->why, run->user);
  return G_SOURCE_REMOVE;
}

static void unref_later(gpointer data)
{
  unref(data);
}

/* Tells it in the main loop, after the messages that are on the bus by now. */
static void settle(struct run *run)
{
  atomic_fetch_add(&run->references, 1);
  g_idle_add_full(G_PRIORITY_DEFAULT, tell_settled, run, unref_later);
}

/* --- stop --- */

static GstBusSyncReply note_end(GstBus *bus, GstMessage *message, gpointer data)
{
  struct run *run = data;

  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
    set_flag(run, &run->ended);
  return GST_BUS_PASS;
}

/* The output sees the end of the stream, so that a recording gets its index. True if it may be
 * waited for. The paced sink, which has been stopped, is taken out, so that the pipeline's end is
 * the output's. */
static bool end_output(struct run *run)
{
  const struct run_parts *p = &run->parts;
  GstBus *bus = gst_element_get_bus(p->pipeline);
  GstPad *pad = gst_element_get_static_pad(p->tail, "sink");
  bool sent;

  gst_bin_remove(GST_BIN(p->tail), p->paced);
  gst_bus_set_sync_handler(bus, note_end, run, NULL);
  sent = gst_pad_send_event(pad, gst_event_new_eos());
  gst_object_unref(pad);
  gst_object_unref(bus);
  return sent;
}

static void forget_output_end(struct run *run)
{
  GstBus *bus = gst_element_get_bus(run->parts.pipeline);

  gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
  gst_object_unref(bus);
}

/* Asks again if the element refuses, as a camera's driver does when the camera was pulled. */
static void set_null(GstElement *element)
{
  for (int attempt = 0; attempt < 4; attempt++)
    if (gst_element_set_state(element, GST_STATE_NULL) != GST_STATE_CHANGE_FAILURE)
      return;
}

/* Locks the state, so that the pipeline, which goes down in steps, does not start the element
 * again. That would fail if the file or the camera is gone. */
static void stop_for_good(GstElement *element)
{
  gst_element_set_locked_state(element, TRUE);
  set_null(element);
}

/* The paced sink stops first, so that nothing waits in it. Then the source stops, so that a device
 * is free even if the output takes its time or hangs.
 *
 * A sink that stops before its first frame says that it is ready, and a thread of GStreamer's takes
 * the pipeline on to PLAYING. That thread may have looked whether the source is locked before it
 * was, and start it after it was stopped. Once the pipeline is down, that is over: the source is
 * stopped once more. */
static void stop(struct run *run, bool started)
{
  const struct run_parts *p = &run->parts;
  bool ends;

  stop_for_good(p->paced);
  ends = started && p->has_output && end_output(run);
  stop_for_good(p->head);
  set_flag(run, &run->source_stopped);
  if (ends && !wait_for(run, &run->ended, g_get_monotonic_time() + output_end_us))
    GST_WARNING_OBJECT(p->pipeline, "the output does not end and is cut off");
  if (p->has_output && started)
    forget_output_end(run);
  set_null(p->pipeline);
  set_null(p->head);
  set_null(p->paced);
}

static gpointer work(gpointer data)
{
  struct run *run = data;

  run->why = start(run);
  settle(run);
  wait_for(run, &run->stop, -1);
  stop(run, !run->why);
  set_flag(run, &run->done);
  unref(run);
  return NULL;
}

struct run *run_start(const struct run_parts *parts, run_settled *settled, void *user)
{
  struct run *run = g_new0(struct run, 1);
  GThread *thread;

  atomic_init(&run->references, 2); /* the thread's and the caller's */
  run->parts = *parts;
  gst_object_ref(parts->pipeline);
  gst_object_ref(parts->head);
  gst_object_ref(parts->tail);
  gst_object_ref(parts->paced);
  run->parts.device = g_strdup(parts->device);
  run->parts.controls = g_strdup(parts->controls);
  run->on_settled = settled;
  run->user = user;
  g_mutex_init(&run->lock);
  g_cond_init(&run->changed);
  thread = g_thread_try_new("run", work, run, NULL);
  if (thread) {
    g_thread_unref(thread);
    return run;
  }
  atomic_store(&run->references, 1); /* there is no thread that could drop its own */
  unref(run);
  return NULL;
}

void run_stop(struct run *run)
{
  run->on_settled = NULL;
  set_flag(run, &run->stop);
}

bool run_source_has_stopped(struct run *run)
{
  return get_flag(run, &run->source_stopped);
}

bool run_is_live(struct run *run)
{
  return atomic_load(&run->live);
}

bool run_wait(struct run *run, gint64 until_us)
{
  return wait_for(run, &run->done, until_us);
}

void run_unref(struct run **run)
{
  if (!run || !*run)
    return;
  unref(*run);
  *run = NULL;
}
