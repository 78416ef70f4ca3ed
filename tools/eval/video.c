/* SPDX-License-Identifier: MIT */
/* Videos as frames, decoded by GStreamer as fast as they are asked for. */
#include "video.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

struct video {
  char *path;
  GstElement *pipeline;
  GstAppSink *sink;
  GstSample *sample; /* of the mapped frame */
  double rate_hz;    /* of frames that carry no time stamp */
  int64_t time_ns;   /* of the newest frame */
  GstVideoFrame frame;
};

/* Has the pipeline failed? Then `error` says why. */
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

/* A pipeline that fails before its first frame never ends its sink, so the wait looks at the bus now and then.
 * NULL at the end and, with `error` set, after a failure. */
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
  v->pipeline = gst_parse_launch(
    "filesrc name=source ! decodebin ! videoconvert ! video/x-raw,format={I420,NV12,YUY2,UYVY,GRAY8,RGB,BGR,RGBA,BGRA,BGRx} ! "
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

static enum et_format format_of(const GstVideoInfo *info)
{
  switch (GST_VIDEO_INFO_FORMAT(info)) {
  case GST_VIDEO_FORMAT_NV12:
    return ET_FORMAT_NV12;
  case GST_VIDEO_FORMAT_YUY2:
    return ET_FORMAT_YUY2;
  case GST_VIDEO_FORMAT_UYVY:
    return ET_FORMAT_UYVY;
  case GST_VIDEO_FORMAT_GRAY8:
    return ET_FORMAT_GRAY8;
  case GST_VIDEO_FORMAT_RGB:
    return ET_FORMAT_RGB;
  case GST_VIDEO_FORMAT_BGR:
    return ET_FORMAT_BGR;
  case GST_VIDEO_FORMAT_RGBA:
    return ET_FORMAT_RGBA;
  case GST_VIDEO_FORMAT_BGRA:
    return ET_FORMAT_BGRA;
  case GST_VIDEO_FORMAT_BGRx:
    return ET_FORMAT_BGRX;
  default:
    return ET_FORMAT_I420;
  }
}

/* Unknown siting is taken as MPEG-2's, as most video has it. */
static enum et_siting siting_of(GstVideoChromaSite site)
{
  if (site == GST_VIDEO_CHROMA_SITE_UNKNOWN)
    return ET_SITING_H_COSITED;
  return (enum et_siting)((site & GST_VIDEO_CHROMA_SITE_H_COSITED ? ET_SITING_H_COSITED : 0) |
                          (site & GST_VIDEO_CHROMA_SITE_V_COSITED ? ET_SITING_V_COSITED : 0));
}

static void view(const GstVideoFrame *f, struct et_image *image)
{
  const GstVideoColorimetry *c = &f->info.colorimetry;

  *image = (struct et_image){
    .format = format_of(&f->info),
    .width = f->info.width,
    .height = f->info.height,
    .matrix = c->matrix == GST_VIDEO_COLOR_MATRIX_BT709    ? ET_MATRIX_BT709
              : c->matrix == GST_VIDEO_COLOR_MATRIX_BT2020 ? ET_MATRIX_BT2020
                                                           : ET_MATRIX_BT601,
    .range = c->range == GST_VIDEO_COLOR_RANGE_0_255 ? ET_RANGE_FULL : ET_RANGE_LIMITED,
    .siting = siting_of(f->info.chroma_site),
  };
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(f); p++) {
    image->plane[p] = GST_VIDEO_FRAME_PLANE_DATA(f, p);
    image->stride[p] = GST_VIDEO_FRAME_PLANE_STRIDE(f, p);
  }
}

gboolean video_next(struct video *v, struct et_image *image, int64_t *time_ns, GError **error)
{
  GstVideoInfo info;

  drop_frame(v);
  v->sample = wait_sample(v, error);
  if (!v->sample)
    return FALSE;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(v->sample)) ||
      !gst_video_frame_map(&v->frame, &info, gst_sample_get_buffer(v->sample), GST_MAP_READ)) {
    gst_sample_unref(v->sample);
    v->sample = NULL;
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: a frame cannot be read", v->path);
    return FALSE;
  }
  view(&v->frame, image);
  v->time_ns =
    GST_BUFFER_PTS_IS_VALID(v->frame.buffer) ? (int64_t)GST_BUFFER_PTS(v->frame.buffer) : v->time_ns + (int64_t)(1e9 / v->rate_hz);
  *time_ns = v->time_ns;
  return TRUE;
}
