/* SPDX-License-Identifier: MIT */
/* The box, drawn by cairo into an overlay that GStreamer blends onto any format. */
#include "draw.h"

#include <cairo.h>
#include <math.h>

enum { LABEL_HEIGHT = 18, LABEL_WIDTH = 190, MARGIN = 3 };

/* Where the overlay lies in the frame: the visible part of the box, a margin, and room for the label above. */
struct area {
  gint x, y, width, height;
};

static struct area area_of(const struct outcome *o, gboolean label)
{
  const struct et_box *b = &o->result.box;
  const gdouble left = CLAMP(floor(b->x) - MARGIN, 0, o->width - 1), right = CLAMP(ceil(b->x + b->w) + MARGIN, left + 1, o->width);
  const gdouble above = label ? LABEL_HEIGHT : 0;
  const gdouble top = CLAMP(floor(b->y) - MARGIN - above, 0, o->height - 1), bottom = CLAMP(ceil(b->y + b->h) + MARGIN, top + 1, o->height);
  const gdouble widest = label ? MAX(right, MIN(left + LABEL_WIDTH, o->width)) : right;

  return (struct area){(gint)left, (gint)top, (gint)(widest - left), (gint)(bottom - top)};
}

/* Green is trusted, yellow doubtful, orange predicted. */
static void set_colour(cairo_t *cr, enum et_state state)
{
  static const gdouble colours[][3] = {
    [ET_STATE_IDLE] = {0.7, 0.7, 0.7},    [ET_STATE_TRACKING] = {0.2, 0.95, 0.3}, [ET_STATE_UNCERTAIN] = {1, 0.9, 0.1},
    [ET_STATE_COASTING] = {1, 0.55, 0.1}, [ET_STATE_LOST] = {1, 0.2, 0.2},
  };

  cairo_set_source_rgb(cr, colours[state][0], colours[state][1], colours[state][2]);
}

static void draw_frame(cairo_t *cr, const struct outcome *o, const struct area *a)
{
  const struct et_box *b = &o->result.box;

  cairo_rectangle(cr, b->x - a->x, b->y - a->y, b->w, b->h);
  cairo_set_source_rgba(cr, 0, 0, 0, 0.6);
  cairo_set_line_width(cr, 4);
  cairo_stroke_preserve(cr);
  set_colour(cr, o->result.state);
  cairo_set_line_width(cr, 2);
  cairo_stroke(cr);
}

static void draw_label(cairo_t *cr, const struct outcome *o, const struct area *a)
{
  const gdouble x = MAX(o->result.box.x - a->x, 0);
  const gdouble base = MAX(o->result.box.y - a->y, LABEL_HEIGHT) - 5;
  gchar text[64];

  g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT " %s %.2f", o->target, et_state_name(o->result.state), o->result.score);
  cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  cairo_set_font_size(cr, 13);
  cairo_move_to(cr, x + 2, base);
  cairo_text_path(cr, text);
  cairo_set_source_rgba(cr, 0, 0, 0, 0.8);
  cairo_set_line_width(cr, 3);
  cairo_stroke_preserve(cr);
  set_colour(cr, o->result.state);
  cairo_fill(cr);
}

static GstBuffer *render(const struct outcome *o, const struct area *a, gboolean label)
{
  const gint stride = a->width * 4;
  GstBuffer *buffer = gst_buffer_new_allocate(NULL, (gsize)(stride * a->height), NULL);
  cairo_surface_t *surface;
  GstMapInfo map;
  cairo_t *cr;

  gst_buffer_memset(buffer, 0, 0, (gsize)(stride * a->height));
  gst_buffer_map(buffer, &map, GST_MAP_READWRITE);
  surface = cairo_image_surface_create_for_data(map.data, CAIRO_FORMAT_ARGB32, a->width, a->height, stride);
  cr = cairo_create(surface);
  draw_frame(cr, o, a);
  if (label)
    draw_label(cr, o, a);
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  gst_buffer_unmap(buffer, &map);
  gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, (guint)a->width, (guint)a->height);
  return buffer;
}

GstVideoOverlayComposition *draw_compose(const struct outcome *o, gboolean label)
{
  GstVideoOverlayComposition *composition;
  GstVideoOverlayRectangle *rectangle;
  struct area a;
  GstBuffer *pixels;

  if (!o->result.has_box)
    return NULL;
  a = area_of(o, label);
  pixels = render(o, &a, label);
  rectangle = gst_video_overlay_rectangle_new_raw(pixels, a.x, a.y, (guint)a.width, (guint)a.height,
                                                  GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  gst_buffer_unref(pixels);
  composition = gst_video_overlay_composition_new(rectangle);
  gst_video_overlay_rectangle_unref(rectangle);
  return composition;
}

void draw_blend(GstBuffer *buffer, const GstVideoInfo *info, GstVideoOverlayComposition *composition)
{
  GstVideoInfo copy = *info;
  GstVideoFrame frame;

  if (!gst_video_frame_map(&frame, &copy, buffer, GST_MAP_READWRITE))
    return;
  gst_video_overlay_composition_blend(composition, &frame);
  gst_video_frame_unmap(&frame);
}
