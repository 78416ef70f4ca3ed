/* SPDX-License-Identifier: MIT */
/* The drawing, pixel by pixel, from 128x96 to 4K. It goes beside the pixels if downstream takes
 * overlays, otherwise into them. */
#include <string.h>

#include "fixture.h"

/* A picture with 32 bits per pixel. */
typedef struct {
  GstBuffer *buffer;
  GstMapInfo map;
  gint width, height;
} Shot;

typedef struct {
  gint width, height;
  gint x, y, w, h;
} Scene;

static void shoot(Shot *shot, const gchar *format, const Scene *s, const gchar *draw)
{
  gchar *line = g_strdup_printf("videotestsrc pattern=smpte num-buffers=1 ! video/x-raw,format=%s,width=%d,height=%d ! "
                                "etrack mode=sync draw=%s target=%d,%d,%d,%d ! videoconvert ! capsfilter caps=video/x-raw,format=BGRx",
                                format, s->width, s->height, draw, s->x, s->y, s->w, s->h);
  GstHarness *h = gst_harness_new_parse(line);

  gst_harness_play(h);
  shot->buffer = gst_harness_pull(h);
  fail_unless(shot->buffer != NULL && gst_buffer_map(shot->buffer, &shot->map, GST_MAP_READ));
  shot->width = s->width;
  shot->height = s->height;
  gst_harness_teardown(h);
  g_free(line);
}

static void clear(Shot *shot)
{
  gst_buffer_unmap(shot->buffer, &shot->map);
  gst_buffer_unref(shot->buffer);
}

static const guint8 *pixel(const Shot *shot, gint x, gint y)
{
  return shot->map.data + ((gsize)y * (gsize)shot->width + (gsize)x) * 4;
}

static gint difference(const Shot *a, const Shot *b, gint x, gint y)
{
  const guint8 *p = pixel(a, x, y), *q = pixel(b, x, y);

  return MAX(ABS(p[0] - q[0]), MAX(ABS(p[1] - q[1]), ABS(p[2] - q[2])));
}

/* Pixels that changed in a rectangle, which is cut at the picture's edges. */
static guint changed(const Shot *a, const Shot *b, gint left, gint top, gint right, gint bottom)
{
  guint count = 0;

  for (gint y = MAX(top, 0); y < MIN(bottom, a->height); y++)
    for (gint x = MAX(left, 0); x < MIN(right, a->width); x++)
      count += difference(a, b, x, y) > 3;
  return count;
}

static const gchar *const formats[] = {"I420", "NV12", "YUY2", "UYVY",      "GRAY8",     "RGB",      "BGR",
                                       "RGBA", "BGRA", "BGRx", "GRAY16_LE", "GRAY16_BE", "P010_10LE"};

static const Scene small[] = {
  {128, 96, 44, 40, 40, 40}, {129, 97, 45, 41, 31, 31}, {129, 97, 1, 0, 30, 30}, {129, 97, 97, 61, 31, 31}, {320, 240, 101, 81, 61, 51},
};
static const Scene large[] = {{3840, 2160, 1900, 1060, 40, 40}, {3840, 2160, 2001, 701, 600, 500}, {1080, 1920, 301, 901, 300, 300}};

/* The frame lies on the box and leaves its inside alone. A label is beside it, not over it. The
 * rest does not change. */
static void check_scene(const gchar *format, const Scene *s)
{
  const gint inset_x = s->w / 5, inset_y = s->h / 5, edge_y = MIN(inset_y, 12), far = 26 * MAX(s->height, 480) / 480;
  Shot plain, drawn;
  const guint8 *edge;

  shoot(&plain, format, s, "none");
  shoot(&drawn, format, s, "box+label");
  edge = pixel(&drawn, s->x, s->y + s->h / 2);
  if (!g_str_has_prefix(format, "GRAY"))
    fail_unless(edge[1] > edge[0] + 40 && edge[1] > edge[2] + 40, "%s %dx%d: the left edge is not green: b %u g %u r %u", format, s->width,
                s->height, edge[0], edge[1], edge[2]);
  fail_unless(changed(&plain, &drawn, s->x - 1, s->y, s->x + 2, s->y + s->h) > (guint)s->h, "%s %dx%d: no left edge", format, s->width,
              s->height);
  fail_unless_equals_int(changed(&plain, &drawn, s->x + inset_x, s->y + inset_y, s->x + s->w - inset_x, s->y + s->h - inset_y), 0);
  fail_unless(changed(&plain, &drawn, 0, s->y - far, s->width, s->y - edge_y) +
                  changed(&plain, &drawn, 0, s->y + s->h + edge_y, s->width, s->y + s->h + far) >
                200,
              "%s %dx%d: no label", format, s->width, s->height);
  fail_unless_equals_int(changed(&plain, &drawn, 0, 0, s->width, s->y - far), 0);
  fail_unless_equals_int(changed(&plain, &drawn, 0, s->y + s->h + far, s->width, s->height), 0);
  fail_unless_equals_int(changed(&plain, &drawn, 0, s->y + inset_y, s->x - inset_x, s->y + s->h - inset_y), 0);
  clear(&plain);
  clear(&drawn);
}

GST_START_TEST(test_small_pictures)
{
  for (guint i = 0; i < G_N_ELEMENTS(small); i++)
    check_scene(formats[__i__], &small[i]);
}
GST_END_TEST

GST_START_TEST(test_large_pictures)
{
  static const gchar *const some[] = {"NV12", "GRAY8", "BGRx"};

  check_scene(some[__i__], &large[__i__]);
}
GST_END_TEST

/* The label begins where the box does, if the picture has room for that. */
GST_START_TEST(test_the_label_stands_over_the_boxes_corner)
{
  const Scene s = {320, 240, 200, 120, 40, 40};
  Shot plain, drawn;

  shoot(&plain, "BGRx", &s, "none");
  shoot(&drawn, "BGRx", &s, "box+label");
  fail_unless_equals_int(changed(&plain, &drawn, 0, 90, 197, 118), 0);
  fail_unless(changed(&plain, &drawn, 197, 90, 230, 118) > 100);
  clear(&plain);
  clear(&drawn);
}
GST_END_TEST

/* Frames of one pixel, one row, one column, and a few more. */
GST_START_TEST(test_pictures_too_small_for_a_drawing)
{
  static const gint sizes[][2] = {{1, 1}, {1, 64}, {64, 1}, {8, 8}, {4, 4}, {2, 300}, {300, 5}};

  for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
    const Scene s = {sizes[i][0], sizes[i][1], 0, 0, 4, 4};
    Shot drawn;

    shoot(&drawn, formats[__i__], &s, "box+label");
    clear(&drawn);
  }
}
GST_END_TEST

static GstCaps *overlay_caps(void)
{
  return gst_caps_from_string("video/x-raw(memory:SystemMemory, meta:GstVideoOverlayComposition),format=I420");
}

static guint rectangles(GstBuffer *buffer)
{
  GstVideoOverlayCompositionMeta *meta = gst_buffer_get_video_overlay_composition_meta(buffer);

  return meta ? gst_video_overlay_composition_n_rectangles(meta->overlay) : 0;
}

/* Downstream takes overlays: the pixels and the memory stay the same, and so does somebody else's
 * drawing. */
GST_START_TEST(test_overlays_go_beside_the_pixels)
{
  Rig *rig = rig_new("mode", 2, "draw", 2, "target", ball_target(0), NULL);
  GstBuffer *in, *out, *plain;
  GstMapInfo map;

  gst_harness_set_sink_caps(rig->harness, overlay_caps());
  gst_harness_add_propose_allocation_meta(rig->harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  rig_set_size(rig, WIDTH, HEIGHT);
  for (guint n = 0; n < 3; n++) {
    in = picture(n, WIDTH, HEIGHT);
    plain = picture(n, WIDTH, HEIGHT);
    if (n == 2) {
      GstBuffer *pixels = gst_buffer_new_allocate(NULL, 4 * 4 * 4, NULL);
      GstVideoOverlayRectangle *rectangle;
      GstVideoOverlayComposition *theirs;

      gst_buffer_memset(pixels, 0, 255, 64);
      gst_buffer_add_video_meta(pixels, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 4, 4);
      rectangle = gst_video_overlay_rectangle_new_raw(pixels, 1, 2, 4, 4, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
      theirs = gst_video_overlay_composition_new(rectangle);
      gst_buffer_add_video_overlay_composition_meta(in, theirs);
      gst_video_overlay_composition_unref(theirs);
      gst_video_overlay_rectangle_unref(rectangle);
      gst_buffer_unref(pixels);
    }
    out = gst_harness_push_and_pull(rig->harness, in);
    fail_unless_equals_int(rectangles(out), n == 2 ? 2 : 1);
    fail_unless(gst_buffer_map(plain, &map, GST_MAP_READ));
    fail_unless(gst_buffer_memcmp(out, 0, map.data, map.size) == 0, "drawn into the pixels as well");
    gst_buffer_unmap(plain, &map);
    gst_buffer_unref(plain);
    gst_buffer_unref(out);
  }
  rig_free(rig);
}
GST_END_TEST

/* If downstream does not take overlays, with or without their caps, the pixels are drawn on. */
GST_START_TEST(test_else_it_goes_into_the_pixels)
{
  Rig *rig = rig_new("mode", 2, "draw", 1, "target", ball_target(0), NULL);

  if (__i__)
    gst_harness_set_sink_caps_str(rig->harness, "video/x-raw,format=I420");
  for (guint n = 0; n < 3; n++) {
    GstBuffer *out = rig_pass(rig, n), *plain = picture(n, WIDTH, HEIGHT);
    GstMapInfo map;

    fail_unless_equals_int(rectangles(out), 0);
    fail_unless(gst_buffer_map(plain, &map, GST_MAP_READ));
    fail_unless(gst_buffer_memcmp(out, 0, map.data, map.size) != 0, "frame %u has no drawing", n);
    gst_buffer_unmap(plain, &map);
    gst_buffer_unref(plain);
    gst_buffer_unref(out);
  }
  rig_free(rig);
}
GST_END_TEST

static Suite *drawing_suite(void)
{
  Suite *s = suite_create("drawing");
  TCase *t = tcase_create("drawing");

  tcase_set_timeout(t, TEST_S);
  tcase_add_loop_test(t, test_small_pictures, 0, (gint)G_N_ELEMENTS(formats));
  tcase_add_loop_test(t, test_large_pictures, 0, 3);
  tcase_add_test(t, test_the_label_stands_over_the_boxes_corner);
  tcase_add_loop_test(t, test_pictures_too_small_for_a_drawing, 0, (gint)G_N_ELEMENTS(formats));
  tcase_add_test(t, test_overlays_go_beside_the_pixels);
  tcase_add_loop_test(t, test_else_it_goes_into_the_pixels, 0, 2);
  suite_add_tcase(s, t);
  return s;
}

GST_CHECK_MAIN(drawing)
