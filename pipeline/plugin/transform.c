/* SPDX-License-Identifier: MIT */
/* Numbers a buffer, leaves it for the tracker (async) or tracks it (sync), and adds the result. */
#include "base/clock.h"
#include "gstetrack.h"
#include "meta.h"

static gboolean upstream_is_live(GstETrack *self)
{
  GstQuery *query = gst_query_new_latency();
  gboolean live = FALSE;

  if (gst_pad_peer_query(GST_BASE_TRANSFORM_SINK_PAD(self), query))
    gst_query_parse_latency(query, &live, NULL, NULL);
  gst_query_unref(query);
  return live;
}

gboolean etrack_wants_async(const GstETrack *self, gboolean live)
{
  return self->settings.mode == ETRACK_MODE_ASYNC || (self->settings.mode == ETRACK_MODE_AUTO && live);
}

/* Called with the first buffer: before it, a live source may not know yet that it is live. */
static void settle_mode(GstETrack *self)
{
  gboolean live, async;

  if (self->mode_known)
    return;
  live = upstream_is_live(self);
  GST_OBJECT_LOCK(self);
  async = etrack_wants_async(self, live);
  GST_OBJECT_UNLOCK(self);
  if (async)
    history_start(self->history);
  if (async && !worker_start(self->worker)) {
    GST_ELEMENT_WARNING(self, RESOURCE, FAILED,
                        ("the system has no thread left for the tracker; frames are tracked in the streaming thread"), (NULL));
    async = FALSE;
  }
  GST_OBJECT_LOCK(self);
  self->live = live;
  self->async = async;
  self->mode_known = TRUE;
  GST_OBJECT_UNLOCK(self);
  capture_begin(&self->capture, GST_BASE_TRANSFORM_SINK_PAD(self), live, async);
  self->qos_suspended = self->async && gst_base_transform_is_qos_enabled(GST_BASE_TRANSFORM(self));
  if (self->qos_suspended)
    gst_base_transform_set_qos_enabled(GST_BASE_TRANSFORM(self), FALSE);
}

/* GST_CLOCK_TIME_NONE unless the pipeline runs on the monotonic clock itself. Clocks that derive
 * from it (audio, network) keep another time. */
static GstClockTime monotonic_base_time(GstETrack *self)
{
  GstClock *clock = gst_element_get_clock(GST_ELEMENT(self));
  GstClockType type = GST_CLOCK_TYPE_OTHER;

  if (clock && G_OBJECT_TYPE(clock) == GST_TYPE_SYSTEM_CLOCK)
    g_object_get(clock, "clock-type", &type, NULL);
  if (clock)
    gst_object_unref(clock);
  return type == GST_CLOCK_TYPE_MONOTONIC ? gst_element_get_base_time(GST_ELEMENT(self)) : GST_CLOCK_TIME_NONE;
}

static struct job make_job(GstETrack *self, GstBuffer *buffer)
{
  const GstClockTime pts = GST_BUFFER_PTS(buffer);
  struct job job = {.buffer = buffer, .info = self->info, .pts = pts, .arrival_ns = et_clock_ns()};
  const struct capture_frame frame = {
    .running_time = gst_segment_to_running_time(&GST_BASE_TRANSFORM(self)->segment, GST_FORMAT_TIME, pts),
    .base_time = monotonic_base_time(self),
    .frame_time = job_frame_time(&self->info, 0),
  };

  capture_date(&self->capture, &frame, &job);
  GST_OBJECT_LOCK(self);
  job.frame = self->frames - 1;
  GST_OBJECT_UNLOCK(self);
  return job;
}

/* In async mode the newest result; in sync mode the frame's own, or nothing if it has none. */
static void attach(GstETrack *self, GstBuffer *buffer, guint64 frame)
{
  GstStructure *fields;
  GQuark roi_type;
  struct et_record o;
  gboolean coasting;

  GST_OBJECT_LOCK(self);
  o = self->newest;
  fields = etrack_take_fields(&self->fields);
  coasting = self->settings.report_coasting;
  roi_type = self->settings.roi_type;
  GST_OBJECT_UNLOCK(self);
  if (o.width != self->info.width || o.height != self->info.height || (!self->async && o.frame != frame))
    o.target = 0; /* of a picture of another size, or of another frame */
  if (o.target)
    meta_attach_roi(buffer, &o, g_steal_pointer(&fields), roi_type, coasting);
  gst_clear_structure(&fields);
  meta_attach_analytics(buffer, &o, roi_type, coasting);
  if (o.target)
    etrack_draw(self, buffer, &o);
}

GstClockTime etrack_latency(GstETrack *self)
{
  GstClockTime expected;

  GST_OBJECT_LOCK(self);
  expected = self->worker ? (GstClockTime)worker_expected_ns(self->worker) : 0;
  GST_OBJECT_UNLOCK(self);
  return expected;
}

/* In sync mode: tells the pipeline when its latency has changed by more than a fifth. */
static void follow_latency(GstETrack *self)
{
  const GstClockTime now = etrack_latency(self), told = self->reported_latency;

  if (now <= told + told / 5 && now + told / 5 >= told)
    return;
  self->reported_latency = now;
  gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

/* In async mode the tracker may still read the frame, so a drawing goes onto a copy. In sync mode
 * it has finished by then. */
GstFlowReturn etrack_prepare_output(GstETrack *self, GstBuffer *in, GstBuffer **out)
{
  settle_mode(self);
  *out = self->async && etrack_draws_pixels(self) ? gst_buffer_copy_deep(in) : NULL;
  self->clean = *out ? in : NULL;
  /* Also if the memory cannot be copied. Metas need a buffer of our own, not memory of our own. */
  if (!*out)
    *out = gst_buffer_is_writable(in) ? in : gst_buffer_copy(in);
  return *out ? GST_FLOW_OK : GST_FLOW_ERROR;
}

/* A buffer that does not fit the caps passes as it is: reading it would run past its end. */
static gboolean fits(GstETrack *self, GstBuffer *buffer)
{
  if (job_fits(&self->info, buffer))
    return TRUE;
  if (!self->misfit_told)
    GST_ELEMENT_WARNING(self, STREAM, FORMAT,
                        ("a buffer does not hold a whole %dx%d %s picture, as its caps say; such buffers are not tracked", self->info.width,
                         self->info.height, gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&self->info))),
                        (NULL));
  self->misfit_told = TRUE;
  return FALSE;
}

GstFlowReturn etrack_transform(GstETrack *self, GstBuffer *buffer)
{
  struct job job;

  if (!fits(self, buffer))
    return GST_FLOW_OK;
  job = make_job(self, self->clean ? self->clean : buffer);
  if (self->async) {
    attach(self, buffer, job.frame); /* first, because it needs the only reference */
    worker_submit(self->worker, &job);
    history_add(self->history, &job);
  } else {
    history_add(self->history, &job);
    worker_process(self->worker, &job);
    follow_latency(self);
    attach(self, buffer, job.frame);
  }
  return GST_FLOW_OK;
}
