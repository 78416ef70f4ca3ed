/* SPDX-License-Identifier: MIT */
/* The newest frame of a stream as a picture. */
#include <gst/video/video.h>

#include "parts.h"

/* The longest time that the encoder may take. */
static const GstClockTime encode_timeout = 5 * GST_SECOND;

struct graph_picture {
  GstSample *sample;
  guint64 frame;
};

static void replace_newest(struct graph *g, GstSample *sample, guint64 frame)
{
  GstSample *old;

  g_mutex_lock(&g->lock);
  old = g->newest;
  g->newest = sample;
  g->newest_frame = frame;
  g_mutex_unlock(&g->lock);
  if (old)
    gst_sample_unref(old);
}

void graph_keep_newest(struct graph *g, GstBuffer *buffer, GstCaps *caps, guint64 frame)
{
  replace_newest(g, gst_sample_new(buffer, caps, NULL, NULL), frame);
}

/* The frame may be a camera's own memory. While that is held the device stays open, and a camera
 * that is plugged in again gets another name. */
void graph_forget_newest(struct graph *g)
{
  replace_newest(g, NULL, 0);
}

struct graph_picture *graph_newest_picture(struct graph *g, GError **error)
{
  struct graph_picture *picture = NULL;

  g_mutex_lock(&g->lock);
  if (g->newest) {
    picture = g_new(struct graph_picture, 1);
    *picture = (struct graph_picture){gst_sample_ref(g->newest), g->newest_frame};
  }
  g_mutex_unlock(&g->lock);
  if (!picture)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_NO_FRAME, "no frame has come yet");
  return picture;
}

static GBytes *bytes_of(GstBuffer *buffer)
{
  GstMapInfo map;
  GBytes *bytes;

  if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
    return NULL;
  bytes = g_bytes_new(map.data, map.size);
  gst_buffer_unmap(buffer, &map);
  return bytes;
}

GBytes *graph_picture_encode(const struct graph_picture *picture, GError **error)
{
  GstCaps *caps = gst_caps_new_empty_simple("image/jpeg");
  GError *why = NULL;
  GstSample *jpeg = gst_video_convert_sample(picture->sample, caps, encode_timeout, &why);
  GBytes *bytes = jpeg ? bytes_of(gst_sample_get_buffer(jpeg)) : NULL;

  if (!bytes)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_PLUGIN, "the frame cannot be encoded: %s", why ? why->message : "no reason given");
  g_clear_error(&why);
  if (jpeg)
    gst_sample_unref(jpeg);
  gst_caps_unref(caps);
  return bytes;
}

uint64_t graph_picture_frame(const struct graph_picture *picture)
{
  return picture->frame;
}

void graph_picture_free(struct graph_picture **picture)
{
  if (!picture || !*picture)
    return;
  gst_sample_unref((*picture)->sample);
  g_free(*picture);
  *picture = NULL;
}
