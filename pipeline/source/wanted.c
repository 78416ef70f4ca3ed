/* SPDX-License-Identifier: MIT */
/* Formats by V4L2's names and GStreamer's, and the caps that ask for them. */
#include "wanted.h"

#include <gst/video/video.h>
/* V4L2's four characters for formats that have another name in GStreamer. */
static const struct {
  const char *v4l2, *media, *format;
} pixel_formats[] = {
  {"YUYV", "video/x-raw", "YUY2"},     {"YU12", "video/x-raw", "I420"}, {"GREY", "video/x-raw", "GRAY8"},
  {"Y16", "video/x-raw", "GRAY16_LE"}, {"422P", "video/x-raw", "Y42B"}, {"RGB3", "video/x-raw", "RGB"},
  {"BGR3", "video/x-raw", "BGR"},      {"BA24", "video/x-raw", "ARGB"}, {"BX24", "video/x-raw", "xRGB"},
  {"AR24", "video/x-raw", "BGRA"},     {"XR24", "video/x-raw", "BGRx"}, {"RGBP", "video/x-raw", "RGB16"},
  {"image/jpeg", "image/jpeg", NULL},  {"MJPG", "image/jpeg", NULL},    {"JPEG", "image/jpeg", NULL},
  {"H264", "video/x-h264", NULL},      {"HEVC", "video/x-h265", NULL},
};

/* `*format` is NULL if none is asked for, or the medium has none. */
static bool find_format(const char *name, const char **media, const char **format, GError **error)
{
  *media = "video/x-raw";
  *format = name;
  if (!name)
    return true;
  for (guint i = 0; i < G_N_ELEMENTS(pixel_formats); i++)
    if (g_ascii_strcasecmp(name, pixel_formats[i].v4l2) == 0) {
      *media = pixel_formats[i].media;
      *format = pixel_formats[i].format;
      return true;
    }
  if (gst_video_format_from_string(name) != GST_VIDEO_FORMAT_UNKNOWN)
    return true;
  g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "pixel_format: neither V4L2 nor GStreamer has a format `%s`", name);
  return false;
}

void wanted_set_rate(GstCaps *caps, double rate_hz)
{
  gint numerator, denominator;

  gst_util_double_to_fraction(rate_hz, &numerator, &denominator); /* finds 30000/1001 again */
  gst_caps_set_simple(caps, "framerate", GST_TYPE_FRACTION, numerator, denominator, NULL);
}

bool wanted_caps(const struct graph_config *c, GstCaps **caps, GError **error)
{
  const char *media, *format;

  *caps = NULL;
  if (!find_format(c->pixel_format, &media, &format, error))
    return false;
  if (!c->pixel_format && !c->width && !c->height && c->rate_hz <= 0)
    return true;
  *caps = gst_caps_new_empty_simple(media);
  if (format)
    gst_caps_set_simple(*caps, "format", G_TYPE_STRING, format, NULL);
  if (c->width)
    gst_caps_set_simple(*caps, "width", G_TYPE_INT, c->width, NULL);
  if (c->height)
    gst_caps_set_simple(*caps, "height", G_TYPE_INT, c->height, NULL);
  if (c->rate_hz > 0)
    wanted_set_rate(*caps, c->rate_hz);
  return true;
}
