/* SPDX-License-Identifier: MIT */
/* Videos as frames, decoded by GStreamer as fast as they are asked for. */
#include "video.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include "frame/frame.h"

struct video {
  char *path;
  GstElement *pipeline;
  GstAppSink *sink;
  GstSample *sample; /* of the mapped frame */
  double rate_hz;    /* of frames that carry no time stamp */
  int64_t time_ns;   /* of the newest frame */
  GstVideoFrame frame;
};

/* True if the pipeline has failed; `error` then says why. */
static gboolean has_failed(const struct video *v, GError **error)
{
  GstBus *bus = gst_element_get_bus(v->pipeline);
  GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
  GError *why = NULL;

  gst_object_unref(bus);
  if (!message)
    return FALSE;
  gst_message_parse_error(message, &why, NULL);
  g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: %s", v->path, why->message);
  g_error_free(why);
  gst_message_unref(message);
  return TRUE;
}

/* A pipeline that fails before its first frame never ends its sink, so the wait looks at the bus
 * now and then. NULL at the end and, with `error` set, after a failure. */
static GstSample *wait_sample(struct video *v, GError **error)
{
  for (;;) {
    GstSample *sample = gst_app_sink_try_pull_sample(v->sink, 100 * GST_MSECOND);

    if (sample || has_failed(v, error) || gst_app_sink_is_eos(v->sink))
      return sample;
  }
}

struct video *video_open(const char *path, double rate_hz, GError **error)
{
  struct video *v = g_new0(struct video, 1);
  GError *why = NULL;
  GstElement *source;

  gst_init(NULL, NULL);
  v->path = g_strdup(path);
  v->rate_hz = rate_hz;
  v->pipeline = gst_parse_launch("filesrc name=source ! decodebin ! videoconvert ! video/x-raw,format=" FRAME_FORMATS " ! "
                                 "appsink name=sink sync=false max-buffers=2",
                                 &why);
  if (!v->pipeline) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: GStreamer: %s", path, why->message);
    g_error_free(why);
    video_close(v);
    return NULL;
  }
  source = gst_bin_get_by_name(GST_BIN(v->pipeline), "source");
  g_object_set(source, "location", path, NULL);
  gst_object_unref(source);
  v->sink = GST_APP_SINK(gst_bin_get_by_name(GST_BIN(v->pipeline), "sink"));
  gst_element_set_state(v->pipeline, GST_STATE_PLAYING);
  return v;
}

static void drop_frame(struct video *v)
{
  if (!v->sample)
    return;
  gst_video_frame_unmap(&v->frame);
  gst_sample_unref(v->sample);
  v->sample = NULL;
}

void video_close(struct video *v)
{
  if (!v)
    return;
  drop_frame(v);
  if (v->pipeline) {
    gst_element_set_state(v->pipeline, GST_STATE_NULL);
    gst_object_unref(v->pipeline);
  }
  if (v->sink)
    gst_object_unref(v->sink);
  g_free(v->path);
  g_free(v);
}

/* Maps the sample as an image. If that fails, releases the sample and returns false. */
static gboolean map_frame(struct video *v, struct et_image *image)
{
  GstVideoInfo info;

  if (gst_video_info_from_caps(&info, gst_sample_get_caps(v->sample)) &&
      gst_video_frame_map(&v->frame, &info, gst_sample_get_buffer(v->sample), GST_MAP_READ)) {
    if (frame_image(&v->frame, image))
      return TRUE;
    gst_video_frame_unmap(&v->frame);
  }
  gst_sample_unref(v->sample);
  v->sample = NULL;
  return FALSE;
}

gboolean video_next(struct video *v, struct et_image *image, int64_t *time_ns, GError **error)
{
  drop_frame(v);
  v->sample = wait_sample(v, error);
  if (!v->sample)
    return FALSE;
  if (!map_frame(v, image)) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: a frame cannot be read", v->path);
    return FALSE;
  }
  v->time_ns =
    GST_BUFFER_PTS_IS_VALID(v->frame.buffer) ? (int64_t)GST_BUFFER_PTS(v->frame.buffer) : v->time_ns + (int64_t)(1e9 / v->rate_hz);
  *time_ns = v->time_ns;
  return TRUE;
}
