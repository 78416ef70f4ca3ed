/* SPDX-License-Identifier: MIT */
/* Records as GStreamer structures. */
#include "structure.h"

#include "base/clock.h"

static void set_box(GstStructure *s, const struct et_result *r)
{
  if (!r->has_box)
    return;
  gst_structure_set(s, "x", G_TYPE_DOUBLE, r->box.x, "y", G_TYPE_DOUBLE, r->box.y, "w", G_TYPE_DOUBLE, r->box.w, "h", G_TYPE_DOUBLE,
                    r->box.h, "velocity-x", G_TYPE_DOUBLE, r->velocity_x_px_s, "velocity-y", G_TYPE_DOUBLE, r->velocity_y_px_s, NULL);
}

void record_set_age(GstStructure *s, const struct et_record *r)
{
  gst_structure_set(s, "age", G_TYPE_UINT64, (guint64)MAX(et_clock_ns() - r->capture_ns, 0), NULL);
}

GstClockTime record_clock_time(int64_t time_ns)
{
  return time_ns >= 0 ? (GstClockTime)time_ns : GST_CLOCK_TIME_NONE;
}

static void set_times(GstStructure *s, const struct et_record *r)
{
  gst_structure_set(s, "pts", G_TYPE_UINT64, record_clock_time(r->pts_ns), "first-seen", G_TYPE_UINT64,
                    record_clock_time(r->result.first_seen_ns), "last-seen", G_TYPE_UINT64, record_clock_time(r->result.last_seen_ns),
                    "capture", G_TYPE_INT64, (gint64)r->capture_ns, "capture-by-driver", G_TYPE_BOOLEAN, (gboolean)r->capture_by_driver,
                    "queue", G_TYPE_INT64, (gint64)r->queue_ns, "infer", G_TYPE_INT64, (gint64)r->infer_ns, NULL);
  record_set_age(s, r);
}

static void set_event(GstStructure *s, const struct et_record *r)
{
  if (r->result.event == ET_EVENT_NONE)
    return;
  gst_structure_set(s, "event", G_TYPE_STRING, et_event_name(r->result.event), NULL);
  if (r->reason != ET_REASON_NONE)
    gst_structure_set(s, "reason", G_TYPE_STRING, et_reason_name(r->reason), NULL);
  if (r->result.event == ET_EVENT_REACQUIRED)
    gst_structure_set(s, "gap", G_TYPE_INT64, (gint64)r->result.gap_ns, NULL);
}

GstStructure *record_to_structure(const struct et_record *r)
{
  GstStructure *s = gst_structure_new("etrack", "target", G_TYPE_UINT64, (guint64)r->target, "frame", G_TYPE_UINT64, (guint64)r->frame,
                                      "state", G_TYPE_STRING, et_state_name(r->result.state), "score", G_TYPE_DOUBLE, r->result.score,
                                      "raw-score", G_TYPE_DOUBLE, r->result.raw_score, "likeness", G_TYPE_DOUBLE, r->result.likeness,
                                      "camera-motion-x", G_TYPE_DOUBLE, r->result.camera_x_px_s, "camera-motion-y", G_TYPE_DOUBLE,
                                      r->result.camera_y_px_s, "rival", G_TYPE_DOUBLE, r->result.rival, "width", G_TYPE_INT, r->width,
                                      "height", G_TYPE_INT, r->height, "dropped", G_TYPE_UINT64, (guint64)r->dropped, NULL);

  set_box(s, &r->result);
  set_times(s, r);
  set_event(s, r);
  return s;
}
