/* SPDX-License-Identifier: MIT */
/* The box and its label, drawn by cairo into an overlay that GStreamer blends onto any format, or hands on beside the pixels. */
#include "draw.h"

#include <cairo.h>
#include <math.h>

#include "job.h"

/* Sizes in a frame 480 pixels high; they grow with the frame, so that a label is as readable at 4K. */
static const gdouble line_width = 2, outline = 1, font_size = 14, label_height = 18, label_width = 180;

/* Where the overlay lies in the frame: the visible part of the box with its outline, and the label. */
struct layout {
  gint x, y, width, height; /* pixels of the frame */
  gdouble scale;
  gdouble label_x, label_y; /* the label's top left corner, pixels of the frame */
  gboolean frame, label;
};

/* Above the box where there is room, else inside it; never past the picture's right edge. Without a box: in the corner. */
static void place_label(struct layout *l, const struct outcome *o)
{
  const gdouble high = label_height * l->scale, wide = label_width * l->scale;
  const gdouble x = l->frame ? o->result.box.x - outline * l->scale : 0, y = l->frame ? o->result.box.y - high - outline * l->scale : 0;

  l->label_x = MAX(MIN(x, o->width - wide), 0);
  l->label_y = y >= 0 ? MIN(y, o->height - high) : MAX(o->result.box.y + 2 * l->scale, 0);
}

static void grow(gdouble area[4], gdouble left, gdouble top, gdouble right, gdouble bottom)
{
  area[0] = MIN(area[0], left);
  area[1] = MIN(area[1], top);
  area[2] = MAX(area[2], right);
  area[3] = MAX(area[3], bottom);
}

/* False where nothing of it is in the picture. */
static gboolean lay_out(struct layout *l, const struct outcome *o, gboolean label)
{
  const struct et_box *b = &o->result.box;
  gdouble area[4] = {o->width, o->height, 0, 0}, margin;

  *l = (struct layout){.scale = CLAMP(o->height / 480.0, 0.7, 8), .frame = o->result.has_box, .label = label};
  margin = ceil((line_width / 2 + outline) * l->scale);
  if (l->frame)
    grow(area, b->x - margin, b->y - margin, b->x + b->w + margin, b->y + b->h + margin);
  if (l->label) {
    place_label(l, o);
    grow(area, l->label_x, l->label_y, l->label_x + label_width * l->scale, l->label_y + label_height * l->scale);
  }
  l->x = (gint)CLAMP(floor(area[0]), 0, o->width);
  l->y = (gint)CLAMP(floor(area[1]), 0, o->height);
  l->width = (gint)CLAMP(ceil(area[2]), 0, o->width) - l->x;
  l->height = (gint)CLAMP(ceil(area[3]), 0, o->height) - l->y;
  return l->width > 0 && l->height > 0;
}

/* Green is trusted, yellow doubtful, orange predicted, red lost. */
static void set_colour(cairo_t *cr, enum et_state state)
{
  static const gdouble colours[][3] = {
    [ET_STATE_IDLE] = {0.7, 0.7, 0.7},    [ET_STATE_TRACKING] = {0.2, 0.95, 0.3}, [ET_STATE_UNCERTAIN] = {1, 0.9, 0.1},
    [ET_STATE_COASTING] = {1, 0.55, 0.1}, [ET_STATE_LOST] = {1, 0.25, 0.2},
  };

  cairo_set_source_rgb(cr, colours[state][0], colours[state][1], colours[state][2]);
}

static void draw_frame(cairo_t *cr, const struct outcome *o, const struct layout *l)
{
  const struct et_box *b = &o->result.box;

  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  cairo_rectangle(cr, b->x, b->y, b->w, b->h);
  cairo_set_source_rgba(cr, 0, 0, 0, 0.55);
  cairo_set_line_width(cr, (line_width + 2 * outline) * l->scale);
  cairo_stroke_preserve(cr);
  set_colour(cr, o->result.state);
  cairo_set_line_width(cr, line_width * l->scale);
  cairo_stroke(cr);
}

/* Dark on a plate of the state's colour: it can be read on any picture. */
static void draw_label(cairo_t *cr, const struct outcome *o, const struct layout *l)
{
  const gdouble pad = 4 * l->scale;
  cairo_text_extents_t extents;
  gchar text[64];

  if (o->result.state == ET_STATE_LOST)
    g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT " lost", o->target);
  else
    g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT " %s %.2f", o->target, et_state_name(o->result.state), o->result.score);
  cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  cairo_set_font_size(cr, font_size * l->scale);
  cairo_text_extents(cr, text, &extents);
  set_colour(cr, o->result.state);
  cairo_rectangle(cr, l->label_x, l->label_y, MIN(extents.x_advance + 2 * pad, label_width * l->scale), label_height * l->scale);
  cairo_fill(cr);
  cairo_set_source_rgb(cr, 0.05, 0.05, 0.05);
  cairo_move_to(cr, l->label_x + pad, l->label_y + (label_height - 4) * l->scale);
  cairo_show_text(cr, text);
}

static GstBuffer *render(const struct outcome *o, const struct layout *l)
{
  const gint stride = l->width * 4;
  const gsize size = (gsize)stride * (gsize)l->height;
  GstBuffer *buffer = gst_buffer_new_allocate(NULL, size, NULL);
  cairo_surface_t *surface;
  GstMapInfo map;
  cairo_t *cr;

  gst_buffer_memset(buffer, 0, 0, size);
  gst_buffer_map(buffer, &map, GST_MAP_READWRITE);
  surface = cairo_image_surface_create_for_data(map.data, CAIRO_FORMAT_ARGB32, l->width, l->height, stride);
  cr = cairo_create(surface);
  cairo_translate(cr, -l->x, -l->y);
  if (l->frame)
    draw_frame(cr, o, l);
  if (l->label)
    draw_label(cr, o, l);
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  gst_buffer_unmap(buffer, &map);
  gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, (guint)l->width, (guint)l->height);
  return buffer;
}

GstVideoOverlayComposition *draw_compose(const struct outcome *o, gboolean label)
{
  GstVideoOverlayComposition *composition;
  GstVideoOverlayRectangle *rectangle;
  struct layout l;
  GstBuffer *pixels;

  if ((!o->result.has_box && !label) || !lay_out(&l, o, label))
    return NULL;
  pixels = render(o, &l);
  rectangle = gst_video_overlay_rectangle_new_raw(pixels, l.x, l.y, (guint)l.width, (guint)l.height,
                                                  GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  gst_buffer_unref(pixels);
  composition = gst_video_overlay_composition_new(rectangle);
  gst_video_overlay_rectangle_unref(rectangle);
  return composition;
}

/* GStreamer's blending crashes on pixels of four bytes that do not lie at multiples of four. */
static gboolean is_aligned(const GstVideoFrame *frame)
{
  const guintptr where = (guintptr)GST_VIDEO_FRAME_PLANE_DATA(frame, 0) | (guintptr)GST_VIDEO_FRAME_PLANE_STRIDE(frame, 0);

  return GST_VIDEO_FRAME_COMP_PSTRIDE(frame, 0) != 4 || where % 4 == 0;
}

void draw_blend(GstBuffer *buffer, const GstVideoInfo *info, GstVideoOverlayComposition *composition)
{
  GstVideoFrame frame;

  if (!job_map(&frame, info, buffer, GST_MAP_READWRITE))
    return;
  if (is_aligned(&frame))
    gst_video_overlay_composition_blend(composition, &frame);
  gst_video_frame_unmap(&frame);
}
