/* SPDX-License-Identifier: MIT */
/* The region of interest on a buffer. */
#include "meta.h"

#include <gst/video/video.h>
#include <math.h>

#include "structure.h"

/* ROI boxes are unsigned: clipped to the frame, in whole pixels. False if nothing is left. */
static gboolean clip(const struct et_record *o, guint box[4])
{
  const struct et_box *b = &o->result.box;
  const gdouble left = CLAMP(floor(b->x), 0, o->width), top = CLAMP(floor(b->y), 0, o->height);
  const gdouble right = CLAMP(ceil(b->x + b->w), 0, o->width), bottom = CLAMP(ceil(b->y + b->h), 0, o->height);

  if (right <= left || bottom <= top)
    return FALSE;
  box[0] = (guint)left;
  box[1] = (guint)top;
  box[2] = (guint)(right - left);
  box[3] = (guint)(bottom - top);
  return TRUE;
}

void meta_attach_roi(GstBuffer *buffer, const struct et_record *o, GstStructure *fields, GQuark roi_type, gboolean coasting)
{
  GstVideoRegionOfInterestMeta *roi;
  guint box[4];

  if (!o->result.has_box || (o->result.state == ET_STATE_COASTING && !coasting) || !clip(o, box)) {
    gst_clear_structure(&fields);
    return;
  }
  roi = gst_buffer_add_video_region_of_interest_meta_id(buffer, roi_type, box[0], box[1], box[2], box[3]);
  roi->id = (gint)o->target;
  if (!fields)
    fields = record_to_structure(o);
  record_set_age(fields, o);
  gst_video_region_of_interest_meta_add_param(roi, fields);
}
