/* SPDX-License-Identifier: MIT */
/* What a camera can send, from its caps.
 *
 * Design notes. GStreamer 1.26 describes a camera by lists (a size with all its formats), 1.22 by
 * one entry per combination. gst_caps_normalize() takes the lists apart, except that of the rates:
 * only the highest counts. */
#include "modes.h"

#include "pipeline/camera.h"

#define RATE "rate" /* our own field: the highest rate, as a double */

static void free_mode(gpointer data)
{
  struct camera_mode *mode = data;

  g_free(mode->format);
  g_free(mode);
}

/* The largest value of an integer field; 0 if it is missing. */
static int integer_of(const GstStructure *s, const char *field)
{
  const GValue *v = gst_structure_get_value(s, field);

  if (!v)
    return 0;
  if (GST_VALUE_HOLDS_INT_RANGE(v))
    return gst_value_get_int_range_max(v);
  return G_VALUE_HOLDS_INT(v) ? g_value_get_int(v) : 0;
}

static double highest_rate(const GValue *v)
{
  double highest = 0;

  if (!v)
    return 0;
  if (GST_VALUE_HOLDS_FRACTION(v))
    return (double)gst_value_get_fraction_numerator(v) / gst_value_get_fraction_denominator(v);
  if (GST_VALUE_HOLDS_FRACTION_RANGE(v))
    return highest_rate(gst_value_get_fraction_range_max(v));
  for (guint i = 0; GST_VALUE_HOLDS_LIST(v) && i < gst_value_list_get_size(v); i++)
    highest = MAX(highest, highest_rate(gst_value_list_get_value(v, i)));
  return highest;
}

/* The fields that make a mode. Entries that differ only in other fields are the same mode. */
static GstStructure *essence_of(const GstStructure *s)
{
  static const char *const fields[] = {"format", "width", "height"};
  GstStructure *essence =
    gst_structure_new(gst_structure_get_name(s), RATE, G_TYPE_DOUBLE, highest_rate(gst_structure_get_value(s, "framerate")), NULL);

  for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
    const GValue *v = gst_structure_get_value(s, fields[i]);

    if (v)
      gst_structure_set_value(essence, fields[i], v);
  }
  return essence;
}

static struct camera_mode *read_mode(const GstStructure *s)
{
  const char *format = gst_structure_get_string(s, "format");
  struct camera_mode *mode = g_new0(struct camera_mode, 1);

  mode->format = g_strdup(format ? format : gst_structure_get_name(s));
  mode->width = integer_of(s, "width");
  mode->height = integer_of(s, "height");
  gst_structure_get_double(s, RATE, &mode->rate_hz);
  return mode;
}

GPtrArray *modes_of_caps(const GstCaps *caps)
{
  GPtrArray *modes = g_ptr_array_new_with_free_func(free_mode);
  GstCaps *essence = gst_caps_new_empty();

  for (guint i = 0; caps && i < gst_caps_get_size(caps); i++)
    if (!gst_caps_features_contains(gst_caps_get_features(caps, i), "memory:DMABuf"))
      essence = gst_caps_merge_structure(essence, essence_of(gst_caps_get_structure(caps, i)));
  essence = gst_caps_normalize(essence);
  for (guint i = 0; i < gst_caps_get_size(essence); i++)
    g_ptr_array_add(modes, read_mode(gst_caps_get_structure(essence, i)));
  gst_caps_unref(essence);
  return modes;
}
