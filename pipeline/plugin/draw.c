/* SPDX-License-Identifier: MIT */
/* Draws the box and its label with cairo, into an overlay that GStreamer blends or hands on. */
#include "draw.h"

#include <cairo.h>
#include <math.h>

#include "job.h"

/* Sizes in a frame of 640x480. They grow with the frame, so that a label can be read at 4K too, but
 * lines stay thin beside the box. */
static const gdouble line_width = 2, outline = 1, font_size = 14, label_height = 18, label_pad = 4, box_per_line = 20;

/* Where the overlay lies in the frame: the visible part of box and outline, and the label. */
struct layout {
  gint x, y, width, height; /* pixels of the frame */
  gdouble line;             /* scale of the lines */
  gdouble font;             /* scale of the label */
  gdouble label[4];         /* the label's x, y, width and height, pixels of the frame */
  gchar text[64];
  gboolean has_frame, has_label;
};

static void choose_font(cairo_t *cr, gdouble scale)
{
  cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  cairo_set_font_size(cr, font_size * scale);
}

/* The width of the label at a scale of 1. */
static gdouble measure(const gchar *text)
{
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create(surface);
  cairo_text_extents_t extents;

  choose_font(cr, 1);
  cairo_text_extents(cr, text, &extents);
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  return ceil(extents.x_advance + 2 * label_pad);
}

static void write_label(struct layout *l, const struct et_record *o, gdouble scale)
{
  gdouble wide;

  if (o->result.state == ET_STATE_LOST)
    g_snprintf(l->text, sizeof l->text, "%" G_GUINT64_FORMAT " lost", o->target);
  else
    g_snprintf(l->text, sizeof l->text, "%" G_GUINT64_FORMAT " %s %.2f", o->target, et_state_name(o->result.state), o->result.score);
  wide = measure(l->text);
  l->font = MIN(scale, o->width / wide); /* a frame narrower than the label gets a smaller one */
  l->label[2] = wide * l->font;
  l->label[3] = label_height * l->font;
}

/* Above the box if it fits there, otherwise below it, otherwise inside it; never past the edges of
 * the picture. Without a box it is in the corner. */
static void place_label(struct layout *l, const struct et_record *o)
{
  const struct et_box *b = &o->result.box;
  const gdouble high = l->label[3], edge = (line_width / 2 + outline) * l->line;
  const gdouble above = b->y - edge - high, below = b->y + b->h + edge;
  gdouble y = b->y + edge;

  if (!l->has_frame)
    return;
  if (above >= 0)
    y = above;
  else if (below + high <= o->height)
    y = below;
  l->label[0] = MAX(MIN(b->x - edge, o->width - l->label[2]), 0);
  l->label[1] = MAX(MIN(y, o->height - high), 0);
}

static void grow(gdouble area[4], gdouble left, gdouble top, gdouble right, gdouble bottom)
{
  area[0] = MIN(area[0], left);
  area[1] = MIN(area[1], top);
  area[2] = MAX(area[2], right);
  area[3] = MAX(area[3], bottom);
}

/* False if no part of it is in the picture. */
static gboolean lay_out(struct layout *l, const struct et_record *o, gboolean label)
{
  const struct et_box *b = &o->result.box;
  const gdouble scale = CLAMP(MIN(o->height / 480.0, o->width / 640.0), 0.7, 8);
  gdouble area[4] = {o->width, o->height, 0, 0}, margin;

  *l = (struct layout){.has_frame = o->result.has_box, .has_label = label};
  l->line = MIN(MAX(scale, 1), MAX(MIN(b->w, b->h) / box_per_line, 0.5));
  margin = ceil((line_width / 2 + outline) * l->line);
  if (l->has_frame)
    grow(area, b->x - margin, b->y - margin, b->x + b->w + margin, b->y + b->h + margin);
  if (l->has_label) {
    write_label(l, o, scale);
    place_label(l, o);
    grow(area, l->label[0], l->label[1], l->label[0] + l->label[2], l->label[1] + l->label[3]);
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

static void draw_frame(cairo_t *cr, const struct et_record *o, const struct layout *l)
{
  const struct et_box *b = &o->result.box;

  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  cairo_rectangle(cr, b->x, b->y, b->w, b->h);
  cairo_set_source_rgba(cr, 0, 0, 0, 0.55);
  cairo_set_line_width(cr, (line_width + 2 * outline) * l->line);
  cairo_stroke_preserve(cr);
  set_colour(cr, o->result.state);
  cairo_set_line_width(cr, line_width * l->line);
  cairo_stroke(cr);
}

/* Dark text on a plate in the colour of the state can be read on any picture. */
static void draw_label(cairo_t *cr, const struct et_record *o, const struct layout *l)
{
  choose_font(cr, l->font);
  set_colour(cr, o->result.state);
  cairo_rectangle(cr, l->label[0], l->label[1], l->label[2], l->label[3]);
  cairo_fill(cr);
  cairo_set_source_rgb(cr, 0.05, 0.05, 0.05);
  cairo_move_to(cr, l->label[0] + label_pad * l->font, l->label[1] + (label_height - 4) * l->font);
  cairo_show_text(cr, l->text);
}

static GstBuffer *render(const struct et_record *o, const struct layout *l)
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
  if (l->has_frame)
    draw_frame(cr, o, l);
  if (l->has_label)
    draw_label(cr, o, l);
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  gst_buffer_unmap(buffer, &map);
  gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, (guint)l->width, (guint)l->height);
  return buffer;
}

GstVideoOverlayComposition *draw_compose(const struct et_record *o, gboolean label)
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
