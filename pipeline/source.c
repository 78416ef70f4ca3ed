/* SPDX-License-Identifier: MIT */
/* Makes sources by their scheme, as elements with properties, so that no path or password needs an
 * escape. Only `pipeline:` is text, which the user writes. */
#include "source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/secrets.h"
#include "base/source.h"
#include "source/address.h"
#include "source/head.h"
#include "source/turn.h"
#include "source/wanted.h"

/* Name of the element behind a description. */
#define DESCRIBED_END "etrack-source-end"

/* The number of the first image. */
enum { FIRST_IMAGE = 1 };

/* A source that is being made. */
struct making {
  const struct graph_config *config;
  const char *rest; /* the source without its scheme */
  GstCaps *wanted;  /* NULL = nothing is asked of it */
  struct head head; /* empty at first */
  struct source_kind *kind;
};

char *graph_public_source(const char *source)
{
  char *shown = g_malloc(ET_SECRETS_SIZE(strlen(source)));

  et_hide_secrets(source, shown);
  return shown;
}

/* Hides passwords, which GStreamer's words may quote too. */
static void refuse(GError **error, enum graph_error code, const char *source, const char *words)
{
  g_autofree char *shown = graph_public_source(source), *shown_words = graph_public_source(words);

  g_set_error(error, GRAPH_ERROR, (int)code, "source `%s`: %s", shown, shown_words);
}

static bool append_wanted(struct making *m, GError **error)
{
  return head_append_caps(&m->head, m->wanted, error);
}

/* Converts to a format that etrack takes; what etrack takes already passes through. */
static bool append_converter(struct making *m, GError **error)
{
  GstElement *convert = head_append(&m->head, "videoconvert", error);

  if (convert)
    g_object_set(convert, "n-threads", 1, NULL);
  return convert != NULL;
}

static bool append_decoder(struct making *m, GError **error)
{
  return head_append(&m->head, "decodebin", error) && append_converter(m, error);
}

/* For frames that say they are interlaced but must not be deinterlaced. */
static bool append_relabel(struct making *m, GError **error)
{
  GstElement *setter = head_append(&m->head, "capssetter", error);
  GstCaps *caps;

  if (!setter)
    return false;
  caps = gst_caps_new_simple("video/x-raw", "interlace-mode", G_TYPE_STRING, "progressive", NULL);
  g_object_set(setter, "caps", caps, NULL);
  gst_caps_unref(caps);
  return true;
}

/* The bottom field of each frame becomes a picture: the top field's would wait for the next frame.
 * Progressive video passes through untouched. With "auto-strict", formats that cannot be
 * deinterlaced are converted first; with "auto" they would pass interlaced. */
static bool append_deinterlacer(struct making *m, GError **error)
{
  GstElement *deinterlace;

  if (m->config->deinterlace == ET_DEINTERLACE_NO)
    return append_relabel(m, error);
  deinterlace = head_append(&m->head, "deinterlace", error);
  if (!deinterlace)
    return false;
  gst_util_set_object_arg(G_OBJECT(deinterlace), "fields", "bottom");
  gst_util_set_object_arg(G_OBJECT(deinterlace), "method", "linear");
  gst_util_set_object_arg(G_OBJECT(deinterlace), "mode", m->config->deinterlace == ET_DEINTERLACE_YES ? "interlaced" : "auto-strict");
  return true;
}

static bool make_v4l2(struct making *m, GError **error)
{
  GstElement *src = head_append(&m->head, "v4l2src", error);

  m->kind->live = true;
  m->kind->device = address_path(m->rest);
  if (!src)
    return false;
  g_object_set(src, "device", m->kind->device, "do-timestamp", FALSE, NULL);
  /* the decoder is for a camera that was not told its format and may send JPEG */
  return append_wanted(m, error) && append_decoder(m, error) && append_deinterlacer(m, error);
}

static bool make_file(struct making *m, GError **error)
{
  GstElement *src = head_append(&m->head, "filesrc", error);
  g_autofree char *path = address_path(m->rest);

  m->kind->loops = m->config->loop;
  if (!src)
    return false;
  g_object_set(src, "location", path, NULL);
  return append_decoder(m, error) && append_deinterlacer(m, error) && turn_append(&m->head, error);
}

/* Takes only the picture of a camera's streams: sound would be sent for nothing. */
static gboolean on_select_stream(GstElement *src, guint number, GstCaps *caps, gpointer user)
{
  const char *media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");

  return !media || g_str_equal(media, "video");
}

static bool make_rtsp(struct making *m, GError **error)
{
  GstElement *src = head_append(&m->head, "rtspsrc", error);
  g_autofree char *uri = address_uri(m->config->source);

  m->kind->live = true;
  if (!src)
    return false;
  g_object_set(src, "location", uri, "latency", 0, "drop-on-latency", TRUE, NULL);
  g_signal_connect(src, "select-stream", G_CALLBACK(on_select_stream), NULL);
  return append_decoder(m, error) && append_deinterlacer(m, error);
}

static bool make_images(struct making *m, GError **error)
{
  GstElement *src = head_append(&m->head, "multifilesrc", error);
  GstCaps *caps;

  if (!src)
    return false;
  caps = gst_caps_new_empty_simple(g_str_has_suffix(m->rest, ".png") ? "image/png" : "image/jpeg");
  wanted_set_rate(caps, m->config->rate_hz > 0 ? m->config->rate_hz : 25);
  g_object_set(src, "location", m->rest, "loop", m->config->loop, "start-index", FIRST_IMAGE, "caps", caps, NULL);
  gst_caps_unref(caps);
  return append_decoder(m, error);
}

static bool set_pattern(GstElement *src, const char *name)
{
  const GParamSpec *pattern = g_object_class_find_property(G_OBJECT_GET_CLASS(src), "pattern");
  GValue value = G_VALUE_INIT;
  bool known;

  g_value_init(&value, pattern->value_type);
  known = gst_value_deserialize(&value, name);
  if (known)
    g_object_set_property(G_OBJECT(src), "pattern", &value);
  g_value_unset(&value);
  return known;
}

static bool make_test(struct making *m, GError **error)
{
  GstElement *src = head_append(&m->head, "videotestsrc", error);

  m->kind->live = true;
  if (!src)
    return false;
  g_object_set(src, "is-live", TRUE, NULL);
  if (set_pattern(src, m->rest))
    return append_wanted(m, error) && append_converter(m, error);
  refuse(error, GRAPH_ERROR_CONFIG, m->config->source, "there is no such pattern; `gst-inspect-1.0 videotestsrc` lists them");
  return false;
}

/* Only the end's pad becomes the bin's: pads that a demuxer adds later must not. */
static bool make_described(struct making *m, GError **error)
{
  g_autofree char *text = g_strdup_printf("%s ! videoconvert n-threads=1 name=" DESCRIBED_END, m->rest);
  g_autoptr(GError) why = NULL;
  GstElement *bin = gst_parse_bin_from_description_full(text, FALSE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &why);

  m->kind->described = true;
  if (!bin) {
    refuse(error, g_error_matches(why, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT) ? GRAPH_ERROR_PLUGIN : GRAPH_ERROR_CONFIG,
           m->config->source, why->message);
    return false;
  }
  m->head = (struct head){bin, gst_bin_get_by_name(GST_BIN(bin), DESCRIBED_END)};
  gst_object_unref(m->head.end); /* the bin has it */
  return true;
}

static bool make(struct making *m, enum et_source source, GError **error)
{
  static bool (*const makers[])(struct making *, GError **) = {
    [ET_SOURCE_V4L2] = make_v4l2,     [ET_SOURCE_FILE] = make_file, [ET_SOURCE_RTSP] = make_rtsp,          [ET_SOURCE_RTSPS] = make_rtsp,
    [ET_SOURCE_IMAGES] = make_images, [ET_SOURCE_TEST] = make_test, [ET_SOURCE_PIPELINE] = make_described,
  };
  const bool made = wanted_caps(m->config, &m->wanted, error) && makers[source](m, error);

  if (m->wanted)
    gst_caps_unref(m->wanted);
  if (made)
    head_expose_end(&m->head);
  else if (m->head.bin)
    gst_object_unref(gst_object_ref_sink(m->head.bin));
  return made;
}

GstElement *source_make(const struct graph_config *config, struct source_kind *kind, GError **error)
{
  const struct et_source_scheme *scheme = et_source_find(config->source);
  struct making m = {.config = config, .kind = kind};

  *kind = (struct source_kind){0};
  if (!scheme) {
    refuse(error, GRAPH_ERROR_CONFIG, config->source, "there is no such kind of source");
    return NULL;
  }
  m.rest = config->source + strlen(scheme->prefix);
  return make(&m, scheme->source, error) ? m.head.bin : NULL;
}

char *graph_source_warning(const char *source)
{
  const struct et_source_scheme *scheme = et_source_find(source);
  g_autofree char *path = NULL;
  struct stat status;

  if (!scheme || !scheme->path)
    return NULL;
  source += strlen(scheme->prefix);
  path = scheme->source == ET_SOURCE_IMAGES ? address_image(source, FIRST_IMAGE) : address_path(source);
  if (stat(path, &status) != 0)
    return g_strdup_printf("%s: %s; the stream stays down until that changes", path, g_strerror(errno));
  return S_ISDIR(status.st_mode) ? g_strdup_printf("%s is a folder; the stream stays down until that changes", path) : NULL;
}
