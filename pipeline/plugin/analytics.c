/* SPDX-License-Identifier: MIT */
/* GstAnalytics metas: no other file knows that library, because its interface is not stable yet. */
#include "meta.h"

#ifdef HAVE_ANALYTICS
#define GST_USE_UNSTABLE_API
#include <gst/analytics/analytics.h>
#include <math.h>

#include "structure.h"

static gboolean add_box(GstAnalyticsRelationMeta *meta, const struct et_record *o, GQuark roi_type, GstAnalyticsODMtd *od)
{
  const struct et_box *b = &o->result.box;

  return gst_analytics_relation_meta_add_od_mtd(meta, roi_type, (gint)lround(b->x), (gint)lround(b->y), (gint)lround(b->w),
                                                (gint)lround(b->h), (gfloat)o->result.score, od);
}

void meta_attach_analytics(GstBuffer *buffer, const struct et_record *o, GQuark roi_type, gboolean coasting)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
  const gboolean box = o->result.has_box && (o->result.state != ET_STATE_COASTING || coasting);
  GstAnalyticsTrackingMtd tracking;
  GstAnalyticsODMtd od;

  /* An empty one too: without it an overlay goes on drawing its last box. */
  if (!meta)
    meta = gst_buffer_add_analytics_relation_meta(buffer);
  if (!o->target || !gst_analytics_relation_meta_add_tracking_mtd(meta, o->target, record_clock_time(o->result.first_seen_ns), &tracking))
    return;
  gst_analytics_tracking_mtd_update_last_seen(&tracking, record_clock_time(o->result.last_seen_ns));
  if (o->result.state == ET_STATE_LOST)
    gst_analytics_tracking_mtd_set_lost(&tracking);
  if (box && add_box(meta, o, roi_type, &od))
    gst_analytics_relation_meta_set_relation(meta, GST_ANALYTICS_REL_TYPE_RELATE_TO, od.id, tracking.id);
}
#else
void meta_attach_analytics(GstBuffer *buffer, const struct et_record *record, GQuark roi_type, gboolean coasting)
{
}
#endif
