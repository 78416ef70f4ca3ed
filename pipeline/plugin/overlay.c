/* SPDX-License-Identifier: MIT */
/* Draws an overlay composition if downstream draws that itself, at its own resolution; otherwise
 * draws into the pixels. */
#include "draw.h"
#include "gstetrack.h"

static gboolean wants_overlay(GstETrack *self)
{
  gboolean wants;

  GST_OBJECT_LOCK(self);
  wants = self->settings.draw != ETRACK_DRAW_NONE && !self->overlay_refused;
  GST_OBJECT_UNLOCK(self);
  return wants;
}

/* The same caps with or without the overlay's feature. */
static GstCaps *with_overlay(const GstCaps *caps, gboolean overlay)
{
  GstCaps *copy = gst_caps_copy(caps);

  for (guint i = 0; i < gst_caps_get_size(copy); i++) {
    GstCapsFeatures *features = gst_caps_get_features(copy, i);

    if (gst_caps_features_is_any(features))
      continue;
    if (overlay && !gst_caps_features_contains(features, ETRACK_OVERLAY))
      gst_caps_features_add(features, ETRACK_OVERLAY);
    else if (!overlay)
      gst_caps_features_remove(features, ETRACK_OVERLAY);
  }
  return copy;
}

GstCaps *etrack_transform_caps(GstETrack *self, GstPadDirection direction, GstCaps *caps)
{
  if (direction == GST_PAD_SRC)
    return gst_caps_merge(gst_caps_copy(caps), with_overlay(caps, FALSE));
  if (!wants_overlay(self))
    return gst_caps_ref(caps);
  return gst_caps_merge(with_overlay(caps, TRUE), gst_caps_ref(caps));
}

static gboolean caps_have_overlay(GstPad *pad)
{
  GstCaps *caps = gst_pad_get_current_caps(pad);
  const gboolean have = caps && gst_caps_features_contains(gst_caps_get_features(caps, 0), ETRACK_OVERLAY);

  if (caps)
    gst_caps_unref(caps);
  return have;
}

static gboolean downstream_takes_overlays(GstPad *pad)
{
  GstCaps *caps = gst_pad_get_current_caps(pad);
  GstQuery *query = gst_query_new_allocation(caps, FALSE);
  const gboolean takes =
    gst_pad_peer_query(pad, query) && gst_query_find_allocation_meta(query, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);

  gst_query_unref(query);
  if (caps)
    gst_caps_unref(caps);
  return takes;
}

/* Once per negotiation, with the first buffer after it. Downstream may take caps with overlays but
 * say that it does nothing with them (a fakesink takes anything). It then gets plain caps from the
 * next buffer on. */
static void settle(GstETrack *self)
{
  GstPad *pad = GST_BASE_TRANSFORM_SRC_PAD(self);

  if (self->overlay_known)
    return;
  self->overlay_known = TRUE;
  self->overlay_attached = caps_have_overlay(pad);
  if (!self->overlay_attached || downstream_takes_overlays(pad) || caps_have_overlay(GST_BASE_TRANSFORM_SINK_PAD(self)))
    return;
  self->overlay_attached = FALSE;
  GST_OBJECT_LOCK(self);
  self->overlay_refused = TRUE;
  GST_OBJECT_UNLOCK(self);
  gst_base_transform_reconfigure_src(GST_BASE_TRANSFORM(self));
}

static enum etrack_draw drawing(GstETrack *self, gboolean *coasting)
{
  enum etrack_draw draw;

  GST_OBJECT_LOCK(self);
  draw = self->settings.draw;
  *coasting = self->settings.report_coasting;
  GST_OBJECT_UNLOCK(self);
  return draw;
}

gboolean etrack_draws_pixels(GstETrack *self)
{
  gboolean coasting, has_target;

  if (drawing(self, &coasting) == ETRACK_DRAW_NONE)
    return FALSE;
  settle(self);
  GST_OBJECT_LOCK(self);
  has_target = self->newest.target != 0;
  GST_OBJECT_UNLOCK(self);
  return has_target && !self->overlay_attached;
}

/* Adds ours to what others have laid over the picture. */
static void lay_over(GstBuffer *buffer, GstVideoOverlayComposition *ours)
{
  GstVideoOverlayCompositionMeta *meta = gst_buffer_get_video_overlay_composition_meta(buffer);
  GstVideoOverlayComposition *both;

  if (!meta) {
    gst_buffer_add_video_overlay_composition_meta(buffer, ours);
    return;
  }
  both = gst_video_overlay_composition_copy(meta->overlay);
  for (guint i = 0; i < gst_video_overlay_composition_n_rectangles(ours); i++)
    gst_video_overlay_composition_add_rectangle(both, gst_video_overlay_composition_get_rectangle(ours, i));
  gst_video_overlay_composition_unref(meta->overlay);
  meta->overlay = both;
}

void etrack_draw(GstETrack *self, GstBuffer *buffer, const struct et_record *record)
{
  gboolean coasting;
  const enum etrack_draw draw = drawing(self, &coasting);
  GstVideoOverlayComposition *composition;

  if (draw == ETRACK_DRAW_NONE || (record->result.state == ET_STATE_COASTING && !coasting))
    return;
  settle(self);
  composition = draw_compose(record, draw == ETRACK_DRAW_BOX_LABEL);
  if (!composition)
    return;
  if (self->overlay_attached)
    lay_over(buffer, composition);
  else if (!self->async || self->clean)
    draw_blend(buffer, &self->info, composition);
  gst_video_overlay_composition_unref(composition);
}
