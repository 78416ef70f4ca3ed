/* SPDX-License-Identifier: MIT */
/* URIs of sources as gst-launch descriptions. */
#include "source.h"

#include <gst/video/video.h>
#include <string.h>

/* videoconvert passes through what etrack takes already; the name is how the graph finds the end of the description. */
#define TO_RAW " ! videoconvert n-threads=1 name=" SOURCE_END

/* The colon before the password of the account that begins at `text`, if there is one; `*after`: what follows the password. */
static const char *find_password(const char *text, const char **after)
{
  const char *end = text + strcspn(text, "/?# \t\"'"), *at = g_strrstr_len(text, end - text, "@");

  *after = at;
  return at ? memchr(text, ':', (size_t)(at - text)) : NULL;
}

char *graph_public_source(const char *source)
{
  GString *shown = g_string_new(NULL);
  const char *account, *after;

  while ((account = strstr(source, "://")) != NULL) {
    const char *colon = find_password(account + strlen("://"), &after);

    if (!colon)
      after = account + strlen("://");
    g_string_append_len(shown, source, (colon ? colon : after) - source);
    if (colon)
      g_string_append(shown, ":***");
    source = after;
  }
  g_string_append(shown, source);
  return g_string_free(shown, FALSE);
}

static bool refuse(GError **error, const char *source, const char *words)
{
  g_autofree char *shown = graph_public_source(source);

  g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "source `%s`: %s", shown, words);
  return false;
}

/* A string as a quoted gst-launch value. */
static char *quoted(const char *text)
{
  char *escaped = g_strescape(text, NULL), *value = g_strdup_printf("\"%s\"", escaped);

  g_free(escaped);
  return value;
}

/* What follows a scheme, "%41" undone; the caller's. */
static char *path_of(const char *source, const char *scheme)
{
  const char *rest = source + strlen(scheme);

  if (g_str_has_prefix(rest, "//"))
    rest += 2;
  return g_uri_unescape_string(rest, NULL);
}

static void append_fraction(GString *s, const char *name, double rate_hz)
{
  gint numerator, denominator;

  gst_util_double_to_fraction(rate_hz, &numerator, &denominator); /* finds 30000/1001 again */
  g_string_append_printf(s, ",%s=(fraction)%d/%d", name, numerator, denominator);
}

/* V4L2's four characters for what GStreamer calls otherwise. */
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

/* `format` is NULL where none is asked for, or the medium has none. */
static bool find_format(const struct graph_config *c, const char **media, const char **format, GError **error)
{
  *media = "video/x-raw";
  *format = NULL;
  if (!c->pixel_format)
    return true;
  for (guint i = 0; i < G_N_ELEMENTS(pixel_formats); i++)
    if (g_ascii_strcasecmp(c->pixel_format, pixel_formats[i].v4l2) == 0) {
      *media = pixel_formats[i].media;
      *format = pixel_formats[i].format;
      return true;
    }
  *format = c->pixel_format;
  if (gst_video_format_from_string(c->pixel_format) != GST_VIDEO_FORMAT_UNKNOWN)
    return true;
  g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "pixel_format: `%s` is the name of none, neither V4L2's nor GStreamer's",
              c->pixel_format);
  return false;
}

/* What is asked of the source: "" where nothing is; NULL with `error` set. */
static char *caps_of(const struct graph_config *c, GError **error)
{
  const char *media, *format;
  GString *s;

  if (!find_format(c, &media, &format, error))
    return NULL;
  s = g_string_new(" ! ");
  g_string_append(s, media);
  if (format)
    g_string_append_printf(s, ",format=(string)%s", format);
  if (c->width)
    g_string_append_printf(s, ",width=(int)%d", c->width);
  if (c->height)
    g_string_append_printf(s, ",height=(int)%d", c->height);
  if (c->rate_hz > 0)
    append_fraction(s, "framerate", c->rate_hz);
  if (c->pixel_format || strchr(s->str, ','))
    return g_string_free(s, FALSE);
  g_string_free(s, TRUE);
  return g_strdup("");
}

static char *describe_v4l2(const struct graph_config *c, const char *caps, struct source_kind *kind)
{
  char *path = path_of(c->source, "v4l2:"), *value = quoted(path);
  /* decodebin: a camera that was not told its format may send JPEG */
  char *text = g_strdup_printf("v4l2src device=%s do-timestamp=false%s ! decodebin" TO_RAW, value, caps);

  kind->live = true;
  kind->device = path;
  g_free(value);
  return text;
}

static char *describe_file(const struct graph_config *c, const char *caps, struct source_kind *kind)
{
  char *path = path_of(c->source, "file:"), *value = quoted(path);
  char *text = g_strdup_printf("filesrc location=%s ! decodebin" TO_RAW, value);

  kind->loops = c->loop;
  g_free(path);
  g_free(value);
  return text;
}

static char *describe_rtsp(const struct graph_config *c, const char *caps, struct source_kind *kind)
{
  char *value = quoted(c->source);
  char *text = g_strdup_printf("rtspsrc location=%s latency=0 drop-on-latency=true ! decodebin" TO_RAW, value);

  kind->live = true;
  g_free(value);
  return text;
}

static char *describe_test(const struct graph_config *c, const char *caps, struct source_kind *kind)
{
  char *pattern = path_of(c->source, "test:"), *value = quoted(pattern);
  char *text = g_strdup_printf("videotestsrc is-live=true pattern=%s%s" TO_RAW, value, caps);

  kind->live = true;
  g_free(pattern);
  g_free(value);
  return text;
}

static char *describe_images(const struct graph_config *c, const char *caps, struct source_kind *kind)
{
  const char *rest = c->source + strlen("images:"), *path = g_str_has_prefix(rest, "//") ? rest + 2 : rest; /* its % is a number's place */
  char *value = quoted(path);
  GString *s = g_string_new(NULL);

  g_string_append_printf(s, "multifilesrc location=%s loop=%s start-index=%d caps=\"%s", value, c->loop ? "true" : "false", 1,
                         g_str_has_suffix(path, ".png") ? "image/png" : "image/jpeg");
  append_fraction(s, "framerate", c->rate_hz > 0 ? c->rate_hz : 25);
  g_string_append(s, "\" ! decodebin" TO_RAW);
  kind->loops = false; /* multifilesrc does it itself */
  g_free(value);
  return g_string_free(s, FALSE);
}

static char *describe_pipeline(const struct graph_config *c, const char *caps, struct source_kind *kind)
{
  kind->described = true;
  return g_strdup_printf("%s" TO_RAW, c->source + strlen("pipeline:"));
}

char *source_describe(const struct graph_config *config, struct source_kind *kind, GError **error)
{
  static const struct {
    const char *scheme;
    char *(*describe)(const struct graph_config *, const char *caps, struct source_kind *);
  } schemes[] = {{"v4l2:", describe_v4l2}, {"file:", describe_file},     {"rtsp:", describe_rtsp},        {"rtsps:", describe_rtsp},
                 {"test:", describe_test}, {"images:", describe_images}, {"pipeline:", describe_pipeline}};

  g_autofree char *caps = caps_of(config, error);

  *kind = (struct source_kind){0};
  if (!caps)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS(schemes); i++)
    if (g_str_has_prefix(config->source, schemes[i].scheme))
      return schemes[i].describe(config, caps, kind);
  refuse(error, config->source, "starts with none of v4l2: file: rtsp: test: images: pipeline:");
  return NULL;
}
