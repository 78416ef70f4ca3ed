/* SPDX-License-Identifier: MIT */
/* GStreamer's video frames as the tracker's images. */
#include "frame/frame.h"

static bool format_of(GstVideoFormat format, enum et_format *to)
{
  static const struct {
    GstVideoFormat from;
    enum et_format to;
  } formats[] = {
    {GST_VIDEO_FORMAT_I420, ET_FORMAT_I420},
    {GST_VIDEO_FORMAT_NV12, ET_FORMAT_NV12},
    {GST_VIDEO_FORMAT_YUY2, ET_FORMAT_YUY2},
    {GST_VIDEO_FORMAT_UYVY, ET_FORMAT_UYVY},
    {GST_VIDEO_FORMAT_GRAY8, ET_FORMAT_GRAY8},
    {GST_VIDEO_FORMAT_RGB, ET_FORMAT_RGB},
    {GST_VIDEO_FORMAT_BGR, ET_FORMAT_BGR},
    {GST_VIDEO_FORMAT_RGBA, ET_FORMAT_RGBA},
    {GST_VIDEO_FORMAT_BGRA, ET_FORMAT_BGRA},
    {GST_VIDEO_FORMAT_BGRx, ET_FORMAT_BGRX},
    {GST_VIDEO_FORMAT_GRAY16_LE, ET_FORMAT_GRAY16_LE},
    {GST_VIDEO_FORMAT_GRAY16_BE, ET_FORMAT_GRAY16_BE},
    {GST_VIDEO_FORMAT_P010_10LE, ET_FORMAT_P010_10LE},
  };

  for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
    if (formats[i].from == format) {
      *to = formats[i].to;
      return true;
    }
  return false;
}

static enum et_matrix matrix_of(const GstVideoInfo *info)
{
  switch (info->colorimetry.matrix) {
  case GST_VIDEO_COLOR_MATRIX_BT709:
    return ET_MATRIX_BT709;
  case GST_VIDEO_COLOR_MATRIX_BT2020:
    return ET_MATRIX_BT2020;
  default:
    return ET_MATRIX_BT601;
  }
}

static enum et_siting siting_of(const GstVideoInfo *info)
{
  const GstVideoChromaSite site = info->chroma_site;
  int siting = 0;

  if (site == GST_VIDEO_CHROMA_SITE_UNKNOWN)
    return ET_SITING_H_COSITED; /* MPEG-2, as most video is */
  if (site & GST_VIDEO_CHROMA_SITE_H_COSITED)
    siting |= ET_SITING_H_COSITED;
  if (site & GST_VIDEO_CHROMA_SITE_V_COSITED)
    siting |= ET_SITING_V_COSITED;
  return (enum et_siting)siting;
}

bool frame_image(const GstVideoFrame *frame, struct et_image *image)
{
  const GstVideoInfo *info = &frame->info;
  struct et_image i = {.width = GST_VIDEO_FRAME_WIDTH(frame), .height = GST_VIDEO_FRAME_HEIGHT(frame)};

  if (!format_of(GST_VIDEO_FRAME_FORMAT(frame), &i.format))
    return false;
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(frame); p++) {
    i.plane[p] = GST_VIDEO_FRAME_PLANE_DATA(frame, p);
    i.stride[p] = GST_VIDEO_FRAME_PLANE_STRIDE(frame, p);
  }
  i.matrix = matrix_of(info);
  i.range = info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255 ? ET_RANGE_FULL : ET_RANGE_LIMITED;
  i.siting = siting_of(info);
  *image = i;
  return true;
}
