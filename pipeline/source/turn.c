/* SPDX-License-Identifier: MIT */
/* Tells videoflip what a file's tags say.
 *
 * Design notes. videoflip can read the tag by itself (video-direction=auto), but GStreamer 1.22's
 * copies every picture, turned or not. So it is told to let pictures pass until a tag says
 * otherwise. Tags come in the streaming thread, before the first picture. */
#include "turn.h"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

/* The same tags for an upright picture. */
static GstEvent *upright(GstEvent *event, const GstTagList *tags)
{
  GstTagList *told = gst_tag_list_copy(tags);
  GstEvent *instead;

  gst_tag_list_add(told, GST_TAG_MERGE_REPLACE, GST_TAG_IMAGE_ORIENTATION, "rotate-0", NULL);
  instead = gst_event_new_tag(told);
  gst_event_set_seqnum(instead, gst_event_get_seqnum(event));
  gst_event_unref(event);
  return instead;
}

static GstPadProbeReturn on_event(GstPad *pad, GstPadProbeInfo *info, gpointer flip)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
  GstVideoOrientationMethod direction;
  GstTagList *tags;

  if (GST_EVENT_TYPE(event) != GST_EVENT_TAG)
    return GST_PAD_PROBE_OK;
  gst_event_parse_tag(event, &tags);
  if (gst_video_orientation_from_tag(tags, &direction)) {
    g_object_set(flip, "video-direction", direction, NULL);
    gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(flip), direction == GST_VIDEO_ORIENTATION_IDENTITY);
    GST_PAD_PROBE_INFO_DATA(info) = upright(event, tags);
  }
  return GST_PAD_PROBE_OK;
}

bool turn_append(struct head *head, GError **error)
{
  GstElement *flip = head_append(head, "videoflip", error);
  GstPad *sink;

  if (!flip)
    return false;
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(flip), TRUE);
  sink = gst_element_get_static_pad(flip, "sink");
  gst_pad_add_probe(sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, flip, NULL);
  gst_object_unref(sink);
  return true;
}
