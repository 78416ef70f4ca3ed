/* SPDX-License-Identifier: MIT */
/* The element in a harness, and pictures of a moving ball. */
#include "fixture.h"

#include <math.h>
#include <string.h>

static void use_model(const gchar *path)
{
  gchar *full = g_build_filename(g_getenv("ETRACK_SOURCE"), path, NULL);

  g_setenv("ETRACK_MODEL", full, TRUE);
  g_free(full);
}

void use_real_model(void)
{
  use_model("models/etrack-small.safetensors");
}

void use_random_model(void)
{
  use_model("tests/golden/tiny.safetensors");
}

Box ball_box(guint n)
{
  return (Box){100 + 2 * (gdouble)n, 90 + (gdouble)n, BALL, BALL};
}

const gchar *ball_target(guint n)
{
  static gchar text[64];
  const Box b = ball_box(n);

  g_snprintf(text, sizeof text, "%d,%d,%d,%d", (gint)b.x, (gint)b.y, (gint)b.w, (gint)b.h);
  return text;
}

/* A disc with rings on a background of soft stripes, scaled from WIDTH x HEIGHT to the given size.
 * */
static guint8 luma_at(gdouble x, gdouble y, guint n)
{
  const Box b = ball_box(n);
  const gdouble distance = hypot(x - (b.x + b.w / 2), y - (b.y + b.h / 2));

  if (distance < BALL / 2.0)
    return (gint)(distance / 4) % 2 ? 220 : 40;
  return (guint8)(110 + 25 * sin(x / 17) * cos(y / 23));
}

void rig_flush(Rig *rig)
{
  GstSegment segment;

  fail_unless(gst_harness_push_event(rig->harness, gst_event_new_flush_start()));
  fail_unless(gst_harness_push_event(rig->harness, gst_event_new_flush_stop(TRUE)));
  gst_segment_init(&segment, GST_FORMAT_TIME);
  fail_unless(gst_harness_push_event(rig->harness, gst_event_new_segment(&segment)));
}

GstBuffer *picture(guint n, gint width, gint height)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  GstBuffer *buffer;

  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, (guint)width, (guint)height);
  buffer = gst_buffer_new_allocate(NULL, info.size, NULL);
  gst_buffer_memset(buffer, 0, 128, info.size);
  fail_unless(gst_video_frame_map(&frame, &info, buffer, GST_MAP_WRITE));
  for (gint y = 0; y < height; y++)
    for (gint x = 0; x < width; x++)
      ((guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&frame, 0))[y * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0) + x] =
        luma_at((gdouble)x * WIDTH / width, (gdouble)y * HEIGHT / height, n);
  gst_video_frame_unmap(&frame);
  GST_BUFFER_PTS(buffer) = n * GST_SECOND / 25;
  GST_BUFFER_DURATION(buffer) = GST_SECOND / 25;
  return buffer;
}

void rig_set_size(Rig *rig, gint width, gint height)
{
  gchar *caps = g_strdup_printf("video/x-raw,format=I420,width=%d,height=%d,framerate=25/1", width, height);

  gst_harness_set_src_caps_str(rig->harness, caps);
  g_free(caps);
}

Rig *rig_new(const gchar *first_property, ...)
{
  Rig *rig = g_new0(Rig, 1);
  va_list properties;

  rig->element = gst_object_ref_sink(gst_element_factory_make("etrack", NULL));
  fail_unless(rig->element != NULL);
  rig->bus = gst_bus_new();
  gst_element_set_bus(rig->element, rig->bus);
  va_start(properties, first_property);
  g_object_set_valist(G_OBJECT(rig->element), first_property, properties);
  va_end(properties);
  rig->harness = gst_harness_new_with_element(rig->element, "sink", "src");
  rig_set_size(rig, WIDTH, HEIGHT);
  return rig;
}

void rig_free(Rig *rig)
{
  gst_harness_teardown(rig->harness);
  gst_bus_set_flushing(rig->bus, TRUE);
  gst_element_set_bus(rig->element, NULL);
  gst_object_unref(rig->bus);
  gst_object_unref(rig->element);
  g_free(rig);
}

GstBuffer *rig_pass(Rig *rig, guint n)
{
  GstBuffer *out = gst_harness_push_and_pull(rig->harness, picture(n, WIDTH, HEIGHT));

  fail_unless(out != NULL, "frame %u did not come out", n);
  return out;
}

const GstVideoRegionOfInterestMeta *roi_of(GstBuffer *buffer)
{
  return (const GstVideoRegionOfInterestMeta *)gst_buffer_get_meta(buffer, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
}

guint roi_count(GstBuffer *buffer)
{
  return gst_buffer_get_n_meta(buffer, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
}

const GstStructure *roi_params(GstBuffer *buffer)
{
  GstVideoRegionOfInterestMeta *roi = (GstVideoRegionOfInterestMeta *)roi_of(buffer);

  return roi ? gst_video_region_of_interest_meta_get_param(roi, "etrack") : NULL;
}

gdouble field_double(const GstStructure *s, const gchar *name)
{
  gdouble value = NAN;

  fail_unless(gst_structure_get_double(s, name, &value), "no double \"%s\"", name);
  return value;
}

guint64 field_uint64(const GstStructure *s, const gchar *name)
{
  guint64 value = 0;

  fail_unless(gst_structure_get_uint64(s, name, &value), "no uint64 \"%s\"", name);
  return value;
}

const gchar *field_string(const GstStructure *s, const gchar *name)
{
  const gchar *value = gst_structure_get_string(s, name);

  fail_unless(value != NULL, "no string \"%s\"", name);
  return value;
}

gdouble iou(Box a, Box b)
{
  const gdouble w = MIN(a.x + a.w, b.x + b.w) - MAX(a.x, b.x), h = MIN(a.y + a.h, b.y + b.h) - MAX(a.y, b.y);
  const gdouble both = w > 0 && h > 0 ? w * h : 0;

  return both / (a.w * a.h + b.w * b.h - both);
}

Box box_of(const GstStructure *s)
{
  return (Box){field_double(s, "x"), field_double(s, "y"), field_double(s, "w"), field_double(s, "h")};
}

GstMessage *rig_wait(Rig *rig, GstMessageType type)
{
  GstMessage *message = gst_bus_timed_pop_filtered(rig->bus, PATIENCE_S * GST_SECOND, type);

  fail_unless(message != NULL, "no %s came", gst_message_type_get_name(type));
  return message;
}

GstMessage *rig_poll(Rig *rig, GstMessageType type)
{
  return gst_bus_pop_filtered(rig->bus, type);
}

GstStructure *rig_event(Rig *rig, const gchar *event)
{
  for (;;) {
    GstMessage *message = rig_wait(rig, GST_MESSAGE_ELEMENT);
    const GstStructure *s = gst_message_get_structure(message);
    GstStructure *copy =
      gst_structure_has_name(s, "etrack") && g_strcmp0(gst_structure_get_string(s, "event"), event) == 0 ? gst_structure_copy(s) : NULL;

    gst_message_unref(message);
    if (copy)
      return copy;
  }
}

gchar *rig_words(Rig *rig, GstMessageType type)
{
  GstMessage *message = rig_wait(rig, type);
  GError *error = NULL;
  gchar *words;

  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error(message, &error, NULL);
  else
    gst_message_parse_warning(message, &error, NULL);
  words = g_strdup(error->message);
  g_error_free(error);
  gst_message_unref(message);
  return words;
}
