/* SPDX-License-Identifier: MIT */
/* Outcomes as GStreamer structures: the documented fields, in one place. */
#include "outcome.h"

#include "base/clock.h"

static void set_box(GstStructure *s, const struct et_result *r)
{
  if (!r->has_box)
    return;
  gst_structure_set(s, "x", G_TYPE_DOUBLE, r->box.x, "y", G_TYPE_DOUBLE, r->box.y, "w", G_TYPE_DOUBLE, r->box.w, "h", G_TYPE_DOUBLE,
                    r->box.h, "velocity-x", G_TYPE_DOUBLE, r->velocity_x_px_s, "velocity-y", G_TYPE_DOUBLE, r->velocity_y_px_s, NULL);
}

void outcome_set_age(GstStructure *s, const struct outcome *o)
{
  gst_structure_set(s, "age", G_TYPE_UINT64, (guint64)MAX(et_clock_ns() - o->capture_ns, 0), NULL);
}

static void set_times(GstStructure *s, const struct outcome *o)
{
  gst_structure_set(s, "pts", G_TYPE_UINT64, (guint64)o->pts, "age", G_TYPE_UINT64, (guint64)MAX(et_clock_ns() - o->capture_ns, 0),
                    "first-seen", G_TYPE_UINT64, (guint64)o->first_seen, "last-seen", G_TYPE_UINT64, (guint64)o->last_seen, "capture",
                    G_TYPE_INT64, (gint64)o->capture_ns, "arrival", G_TYPE_INT64, (gint64)o->arrival_ns, "capture-by-driver",
                    G_TYPE_BOOLEAN, (gboolean)o->capture_by_driver, "queue", G_TYPE_INT64, (gint64)o->queue_ns, "infer", G_TYPE_INT64,
                    (gint64)o->infer_ns, NULL);
}

static void set_event(GstStructure *s, const struct outcome *o)
{
  if (o->result.event == ET_EVENT_NONE)
    return;
  gst_structure_set(s, "event", G_TYPE_STRING, et_event_name(o->result.event), NULL);
  if (*o->reason)
    gst_structure_set(s, "reason", G_TYPE_STRING, o->reason, NULL);
  if (o->result.event == ET_EVENT_REACQUIRED)
    gst_structure_set(s, "gap", G_TYPE_INT64, (gint64)o->result.gap_ns, NULL);
}

GstStructure *outcome_to_structure(const struct outcome *o)
{
  GstStructure *s = gst_structure_new("etrack", "target", G_TYPE_UINT64, (guint64)o->target, "frame", G_TYPE_UINT64, (guint64)o->frame,
                                      "state", G_TYPE_STRING, et_state_name(o->result.state), "score", G_TYPE_DOUBLE, o->result.score,
                                      "rival", G_TYPE_DOUBLE, o->result.rival, "width", G_TYPE_INT, o->width, "height", G_TYPE_INT,
                                      o->height, "dropped", G_TYPE_UINT64, (guint64)o->dropped, NULL);

  set_box(s, &o->result);
  set_times(s, o);
  set_event(s, o);
  return s;
}
