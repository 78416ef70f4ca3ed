/* SPDX-License-Identifier: MIT */
/* What happens to a buffer: it is numbered, left for the tracker (async) or tracked (sync), and gets the newest result. */
#include <string.h>

#include "base/clock.h"
#include "draw.h"
#include "gstetrack.h"
#include "meta.h"

static const gint64 oldest_capture_ns = 5 * ET_SECOND_NS;

/* The settings that a buffer needs, read once under the lock. */
struct wanted {
  enum etrack_draw draw;
  gboolean coasting;
  gchar *roi_type;
};

static struct wanted read_settings(GstETrack *self)
{
  struct wanted w;

  GST_OBJECT_LOCK(self);
  w = (struct wanted){self->settings.draw, self->settings.report_coasting, g_strdup(self->settings.roi_type)};
  GST_OBJECT_UNLOCK(self);
  return w;
}

static gboolean upstream_is_live(GstETrack *self)
{
  GstQuery *query = gst_query_new_latency();
  gboolean live = FALSE;

  if (gst_pad_peer_query(GST_BASE_TRANSFORM_SINK_PAD(self), query))
    gst_query_parse_latency(query, &live, NULL, NULL);
  gst_query_unref(query);
  return live;
}

/* With the first buffer: before it, a live source may not know yet that it is one. */
static void settle_mode(GstETrack *self)
{
  enum etrack_mode mode;

  if (self->mode_known)
    return;
  GST_OBJECT_LOCK(self);
  mode = self->settings.mode;
  GST_OBJECT_UNLOCK(self);
  self->async = mode == ETRACK_MODE_ASYNC || (mode == ETRACK_MODE_AUTO && upstream_is_live(self));
  self->mode_known = TRUE;
  if (self->async && !worker_start(self->worker)) {
    GST_ELEMENT_WARNING(self, RESOURCE, FAILED, ("no thread for the tracker: frames are tracked in the streaming thread"), (NULL));
    self->async = FALSE;
  }
  if (!self->async)
    gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

/* A live source's timestamp says when the frame was taken, if the pipeline runs on the monotonic clock and the stamp makes sense: not in the
 * future, not long ago, not before the last one. Else it is now. */
static gint64 capture_time(GstETrack *self, GstClockTime running_time, gint64 now_ns, bool *by_driver)
{
  GstClock *clock = gst_element_get_clock(GST_ELEMENT(self));
  const GstClockTime base = gst_element_get_base_time(GST_ELEMENT(self));
  gint64 capture_ns = now_ns;

  *by_driver = false;
  if (clock && self->async && GST_IS_SYSTEM_CLOCK(clock) && GST_CLOCK_TIME_IS_VALID(running_time)) {
    const gint64 stamp = (gint64)(base + running_time);

    if (stamp <= now_ns && stamp > now_ns - oldest_capture_ns && stamp > self->last_capture_ns) {
      capture_ns = stamp;
      *by_driver = true;
    }
  }
  if (clock)
    gst_object_unref(clock);
  self->last_capture_ns = capture_ns;
  return capture_ns;
}

/* In sync mode the tracker's time is the stream's own, so that a file tracked faster or slower than it plays gives the same states. */
static struct job make_job(GstETrack *self, GstBuffer *buffer)
{
  const GstClockTime pts = GST_BUFFER_PTS(buffer);
  struct job job = {.info = self->info, .pts = pts, .arrival_ns = et_clock_ns()};

  job.running_time = gst_segment_to_running_time(&GST_BASE_TRANSFORM(self)->segment, GST_FORMAT_TIME, pts);
  job.capture_ns = capture_time(self, job.running_time, job.arrival_ns, &job.capture_by_driver);
  job.time_ns = !self->async && GST_CLOCK_TIME_IS_VALID(job.running_time) ? (gint64)job.running_time : job.capture_ns;
  GST_OBJECT_LOCK(self);
  job.frame = self->frames++;
  GST_OBJECT_UNLOCK(self);
  job.buffer = gst_buffer_copy(buffer); /* shares the memory; whoever writes to it downstream gets a copy */
  return job;
}

static struct outcome newest_outcome(GstETrack *self)
{
  struct outcome o;

  GST_OBJECT_LOCK(self);
  o = self->newest;
  GST_OBJECT_UNLOCK(self);
  if (o.width != self->info.width || o.height != self->info.height)
    o.target = 0; /* measured in a picture of another size */
  return o;
}

static void attach(GstETrack *self, GstBuffer *buffer)
{
  struct wanted wanted = read_settings(self);
  struct outcome o = newest_outcome(self);

  if (o.target)
    meta_attach_roi(buffer, &o, wanted.roi_type, wanted.coasting);
  meta_attach_analytics(buffer, &o, wanted.roi_type, wanted.coasting);
  if (o.target && wanted.draw != ETRACK_DRAW_NONE && (o.result.state != ET_STATE_COASTING || wanted.coasting)) {
    GstVideoOverlayComposition *composition = draw_compose(&o, wanted.draw == ETRACK_DRAW_BOX_LABEL);

    if (composition) {
      draw_blend(buffer, &self->info, composition);
      gst_video_overlay_composition_unref(composition);
    }
  }
  g_free(wanted.roi_type);
}

GstClockTime etrack_latency(GstETrack *self)
{
  if (!self->worker || !self->mode_known || self->async)
    return 0;
  return (GstClockTime)et_histogram_quantile_ns(worker_latency(self->worker), 0.99);
}

/* Tells the pipeline when the latency that it reckons with has moved by over a fifth. */
static void follow_latency(GstETrack *self)
{
  const GstClockTime now = etrack_latency(self), told = self->reported_latency;

  if (now <= told + told / 5 && now + told / 5 >= told)
    return;
  self->reported_latency = now;
  gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

GstFlowReturn etrack_transform(GstETrack *self, GstBuffer *buffer)
{
  struct job job;

  settle_mode(self);
  job = make_job(self, buffer);
  history_add(self->history, &job);
  if (self->async) {
    worker_submit(self->worker, &job);
  } else {
    worker_process(self->worker, &job);
    gst_buffer_unref(job.buffer);
    follow_latency(self);
  }
  attach(self, buffer);
  return GST_FLOW_OK;
}
