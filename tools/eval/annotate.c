/* SPDX-License-Identifier: MIT */
/* Annotated frames as PNG, by cairo. */
#include <cairo.h>
#include <glib/gstdio.h>

#include "core/plane.h"
#include "core/stretch.h"
#include "eval/run.h"

static float sample(const struct et_plane *p, const struct et_stretch *stretch, int component, int x, int y)
{
  if (p->deep)
    return et_stretch_grey(stretch, et_plane_deep(p, p->data + y * p->stride, x));
  return p->data[(y >> p->shift_y) * p->stride + (ptrdiff_t)(x >> p->shift_x) * p->step + p->offset[component]];
}

static guint32 pixel_of(const struct et_image *image, const struct et_plane *planes, int count, const struct et_colour *colour,
                        const struct et_stretch *stretch, int x, int y)
{
  float value[3] = {0, 128, 128}, rgb[3] = {0};
  int v = 0;
  guint32 pixel = 0;

  for (int p = 0; p < count; p++)
    for (int c = 0; c < planes[p].components; c++)
      value[v++] = sample(&planes[p], stretch, c, x, y);
  if (et_image_is_yuv(image))
    et_colour_to_rgb(colour, value, rgb);
  for (int c = 0; c < 3; c++) {
    const float t = et_image_is_yuv(image) ? rgb[c] : value[c];

    pixel = pixel << 8 | (guint32)CLAMP(t + 0.5f, 0, 255);
  }
  return pixel;
}

static cairo_surface_t *surface_of(const struct et_image *image)
{
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, image->width, image->height);
  const struct et_colour colour = et_image_colour(image);
  struct et_plane planes[3];
  const int count = et_image_planes(image, planes), stride = cairo_image_surface_get_stride(surface);
  unsigned char *data = cairo_image_surface_get_data(surface);
  struct et_stretch stretch;

  et_stretch_start(&stretch, image);
  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      *(guint32 *)(void *)(data + (ptrdiff_t)y * stride + x * 4) = pixel_of(image, planes, count, &colour, &stretch, x, y);
  cairo_surface_mark_dirty(surface);
  return surface;
}

static void draw_box(cairo_t *cr, const struct et_box *b, double width)
{
  cairo_rectangle(cr, b->x, b->y, b->w, b->h);
  cairo_set_line_width(cr, width);
  cairo_stroke(cr);
}

static void set_colour(cairo_t *cr, enum et_state state)
{
  switch (state) {
  case ET_STATE_TRACKING:
    cairo_set_source_rgb(cr, 0.2, 0.95, 0.3);
    break;
  case ET_STATE_UNCERTAIN:
    cairo_set_source_rgb(cr, 1, 0.9, 0.1);
    break;
  case ET_STATE_COASTING:
    cairo_set_source_rgb(cr, 1, 0.55, 0.1);
    break;
  default:
    cairo_set_source_rgb(cr, 1, 0.2, 0.2);
    break;
  }
}

static void draw_words(cairo_t *cr, const struct et_result *r)
{
  char words[64];

  g_snprintf(words, sizeof words, "%s %.2f", et_state_name(r->state), r->score);
  cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  cairo_set_font_size(cr, 14);
  cairo_move_to(cr, 6, 18);
  cairo_text_path(cr, words);
  cairo_set_source_rgba(cr, 0, 0, 0, 0.8);
  cairo_set_line_width(cr, 3);
  cairo_stroke_preserve(cr);
  set_colour(cr, r->state);
  cairo_fill(cr);
}

gboolean eval_draw(const char *folder, const char *name, guint frame, const struct et_image *image, const struct et_result *result,
                   const struct eval_truth *truth, GError **error)
{
  cairo_surface_t *surface = surface_of(image);
  cairo_t *cr = cairo_create(surface);
  char *file = g_strdup_printf("%s-%05u.png", name, frame), *path = g_build_filename(folder, file, NULL);
  cairo_status_t status;

  if (truth && truth->present) {
    cairo_set_source_rgba(cr, 1, 1, 1, 0.8);
    draw_box(cr, &truth->box, 1);
  }
  if (result->has_box) {
    set_colour(cr, result->state);
    draw_box(cr, &result->box, 2);
  }
  draw_words(cr, result);
  cairo_destroy(cr);
  g_mkdir_with_parents(folder, 0777);
  status = cairo_surface_write_to_png(surface, path);
  if (status != CAIRO_STATUS_SUCCESS)
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: %s", path, cairo_status_to_string(status));
  cairo_surface_destroy(surface);
  g_free(path);
  g_free(file);
  return status == CAIRO_STATUS_SUCCESS;
}
