/* SPDX-License-Identifier: MIT */
/* Pictures in GStreamer's buffers. */
#include "job.h"

GstClockTime job_frame_time(const GstVideoInfo *info, GstClockTime unknown)
{
  if (info->fps_n <= 0)
    return unknown;
  return gst_util_uint64_scale(GST_SECOND, (guint64)info->fps_d, (guint64)info->fps_n);
}

static void crop_of(GstBuffer *buffer, guint *x, guint *y)
{
  const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta(buffer);

  *x = crop ? crop->x : 0;
  *y = crop ? crop->y : 0;
}

bool job_fits(const GstVideoInfo *info, GstBuffer *buffer)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
  guint x, y;

  crop_of(buffer, &x, &y);
  if (!meta)
    return gst_buffer_get_size(buffer) >= info->size && x == 0 && y == 0;
  return meta->format == GST_VIDEO_INFO_FORMAT(info) && meta->n_planes == GST_VIDEO_INFO_N_PLANES(info) &&
         (guint64)info->width + x <= meta->width && (guint64)info->height + y <= meta->height;
}

/* Moves to the picture's first pixel. Chroma that two columns or rows share begins with the
 * pair. */
static void skip_to(GstVideoFrame *frame, guint x, guint y)
{
  const GstVideoFormatInfo *format = frame->info.finfo;

  if (GST_VIDEO_FRAME_FORMAT(frame) == GST_VIDEO_FORMAT_YUY2 || GST_VIDEO_FRAME_FORMAT(frame) == GST_VIDEO_FORMAT_UYVY)
    x &= ~1u;
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(frame); p++) {
    gint component[GST_VIDEO_MAX_COMPONENTS];
    gint columns, rows;

    gst_video_format_info_component(format, p, component);
    columns = (gint)x >> GST_VIDEO_FORMAT_INFO_W_SUB(format, component[0]);
    rows = (gint)y >> GST_VIDEO_FORMAT_INFO_H_SUB(format, component[0]);
    frame->data[p] = (guint8 *)frame->data[p] + (gssize)rows * GST_VIDEO_FRAME_PLANE_STRIDE(frame, p) +
                     (gssize)columns * GST_VIDEO_FORMAT_INFO_PSTRIDE(format, component[0]);
  }
}

bool job_map(GstVideoFrame *frame, const GstVideoInfo *info, GstBuffer *buffer, GstMapFlags flags)
{
  guint x, y;

  if (!gst_video_frame_map(frame, info, buffer, flags))
    return false;
  crop_of(buffer, &x, &y);
  skip_to(frame, x, y);
  frame->info.width = info->width;
  frame->info.height = info->height;
  return true;
}
