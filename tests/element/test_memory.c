/* SPDX-License-Identifier: MIT */
/* Frames in every memory layout: strides, offsets, one memory per plane, padding, crop metas; and
 * memory that is short, locked or cannot be read. */
#include <string.h>

#include "fixture.h"

enum { FRAMES = 3 };

static const gchar *const formats[] = {"I420", "NV12", "YUY2", "UYVY",      "GRAY8",     "RGB",      "BGR",
                                       "RGBA", "BGRA", "BGRx", "GRAY16_LE", "GRAY16_BE", "P010_10LE"};
static const gint sizes[][2] = {{320, 240}, {129, 97}};

/* The same moving ball in one of the formats. */
typedef struct {
  GstVideoInfo info;
  GstCaps *caps;
  GstBuffer *frames[FRAMES];
} Clip;

static void clip_make(Clip *clip, const gchar *format, gint width, gint height)
{
  gchar *caps = g_strdup_printf("video/x-raw,format=%s,width=%d,height=%d,framerate=25/1", format, width, height);
  gchar *line = g_strdup_printf("videotestsrc pattern=ball num-buffers=%d ! capsfilter caps=%s", FRAMES, caps);
  GstHarness *h = gst_harness_new_parse(line);

  gst_harness_play(h);
  for (guint n = 0; n < FRAMES; n++)
    clip->frames[n] = gst_harness_pull(h);
  clip->caps = gst_pad_get_current_caps(h->sinkpad);
  fail_unless(gst_video_info_from_caps(&clip->info, clip->caps));
  gst_harness_teardown(h);
  g_free(line);
  g_free(caps);
}

static void clip_clear(Clip *clip)
{
  gst_caps_unref(clip->caps);
  for (guint n = 0; n < FRAMES; n++)
    gst_buffer_unref(clip->frames[n]);
}

/* A new layout of a frame. */
typedef struct {
  gint x, y;          /* the picture's place in the buffer's own */
  gint right, bottom; /* padding after it */
  gboolean crop;      /* given by a crop meta */
  gboolean apart;     /* one memory per plane */
  gsize gap;          /* bytes before each plane */
} Layout;

static void copy_picture(const GstVideoFrame *from, GstVideoFrame *to, const Layout *l)
{
  const GstVideoFormatInfo *format = from->info.finfo;

  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(from); p++) {
    gint comp[GST_VIDEO_MAX_COMPONENTS];
    const guint8 *in = GST_VIDEO_FRAME_PLANE_DATA(from, p);
    guint8 *out = GST_VIDEO_FRAME_PLANE_DATA(to, p);
    gsize row;

    gst_video_format_info_component(format, p, comp);
    out += GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(format, comp[0], l->y) * GST_VIDEO_FRAME_PLANE_STRIDE(to, p) +
           GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(format, comp[0], l->x) * GST_VIDEO_FORMAT_INFO_PSTRIDE(format, comp[0]);
    row = (gsize)MIN(GST_VIDEO_FRAME_PLANE_STRIDE(from, p), GST_VIDEO_FRAME_PLANE_STRIDE(to, p));
    row = MIN(row, (gsize)(GST_VIDEO_FRAME_COMP_WIDTH(from, comp[0]) + 1) * GST_VIDEO_FRAME_COMP_PSTRIDE(from, comp[0]));
    for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(from, comp[0]); y++)
      memcpy(out + y * GST_VIDEO_FRAME_PLANE_STRIDE(to, p), in + y * GST_VIDEO_FRAME_PLANE_STRIDE(from, p), row);
  }
}

/* An empty buffer of the layout, all bytes 0xa5, with gaps before every plane and after every row.
 * */
static GstBuffer *strange_buffer(const GstVideoInfo *info, const Layout *l)
{
  GstVideoInfo big;
  GstBuffer *buffer = gst_buffer_new();
  gsize offset[GST_VIDEO_MAX_PLANES], total = 0;
  gint stride[GST_VIDEO_MAX_PLANES];

  gst_video_info_set_format(&big, GST_VIDEO_INFO_FORMAT(info), (guint)(info->width + l->x + l->right),
                            (guint)(info->height + l->y + l->bottom));
  for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES(&big); p++) {
    gint comp[GST_VIDEO_MAX_COMPONENTS];
    gsize size;

    gst_video_format_info_component(big.finfo, p, comp);
    stride[p] = GST_VIDEO_INFO_PLANE_STRIDE(&big, p) + 12 + 4 * (gint)p;
    offset[p] = total + l->gap;
    size = l->gap + (gsize)(stride[p] * GST_VIDEO_INFO_COMP_HEIGHT(&big, comp[0]));
    total += size;
    if (l->apart)
      gst_buffer_append_memory(buffer, gst_allocator_alloc(NULL, size, NULL));
  }
  if (!l->apart)
    gst_buffer_append_memory(buffer, gst_allocator_alloc(NULL, total, NULL));
  gst_buffer_memset(buffer, 0, 0xa5, total);
  gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&big), (guint)big.width, (guint)big.height,
                                 GST_VIDEO_INFO_N_PLANES(&big), offset, stride);
  return buffer;
}

static GstBuffer *laid_out(const Clip *clip, guint n, const Layout *l)
{
  GstBuffer *buffer = strange_buffer(&clip->info, l);
  GstVideoFrame from, to;

  fail_unless(gst_video_frame_map(&from, &clip->info, clip->frames[n], GST_MAP_READ));
  fail_unless(gst_video_frame_map(&to, &clip->info, buffer, GST_MAP_READWRITE));
  copy_picture(&from, &to, l);
  gst_video_frame_unmap(&to);
  gst_video_frame_unmap(&from);
  GST_BUFFER_PTS(buffer) = GST_BUFFER_PTS(clip->frames[n]);
  GST_BUFFER_DURATION(buffer) = GST_BUFFER_DURATION(clip->frames[n]);
  if (l->crop) {
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(buffer);

    crop->x = (guint)l->x;
    crop->y = (guint)l->y;
    crop->width = (guint)clip->info.width;
    crop->height = (guint)clip->info.height;
  }
  return buffer;
}

/* The boxes of the clip in this layout; tightly packed if it is NULL. */
static void boxes_of(const Clip *clip, const Layout *l, Box boxes[FRAMES])
{
  gchar *target = g_strdup_printf("%d,%d,40,40", clip->info.width / 2 - 20, clip->info.height / 2 - 20);
  Rig *rig = rig_new("mode", 2, "target", target, NULL);

  gst_harness_set_src_caps(rig->harness, gst_caps_ref(clip->caps));
  for (guint n = 0; n < FRAMES; n++) {
    GstBuffer *out = gst_harness_push_and_pull(rig->harness, l ? laid_out(clip, n, l) : gst_buffer_copy(clip->frames[n]));

    fail_unless(out != NULL && roi_params(out) != NULL, "frame %u carries no ROI", n);
    boxes[n] = box_of(roi_params(out));
    gst_buffer_unref(out);
  }
  rig_free(rig);
  g_free(target);
}

static const Layout layouts[] = {
  {.right = 16, .bottom = 8, .gap = 77},
  {.gap = 13, .apart = TRUE},
  {.x = 10, .y = 6, .right = 6, .bottom = 4, .crop = TRUE, .gap = 3},
};

/* Exactly the boxes of tightly packed frames: the same pixels give the same result. */
GST_START_TEST(test_layouts_change_no_box)
{
  Clip clip;
  Box tight[FRAMES];

  clip_make(&clip, formats[__i__ / 2], sizes[__i__ % 2][0], sizes[__i__ % 2][1]);
  boxes_of(&clip, NULL, tight);
  for (guint i = 0; i < G_N_ELEMENTS(layouts); i++) {
    Box boxes[FRAMES];

    boxes_of(&clip, &layouts[i], boxes);
    for (guint n = 0; n < FRAMES; n++)
      fail_unless(memcmp(&boxes[n], &tight[n], sizeof(Box)) == 0, "%s %dx%d, layout %u, frame %u: %f,%f,%f,%f for %f,%f,%f,%f",
                  formats[__i__ / 2], clip.info.width, clip.info.height, i, n, boxes[n].x, boxes[n].y, boxes[n].w, boxes[n].h, tight[n].x,
                  tight[n].y, tight[n].w, tight[n].h);
  }
  clip_clear(&clip);
}
GST_END_TEST

/* The brightest channel of the BGRx pixel at (x, y) of the buffer's own picture. */
static guint8 brightness(GstBuffer *buffer, gint x, gint y)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
  GstMapInfo map;
  gpointer data;
  gint stride;
  const guint8 *p;
  guint8 most;

  fail_unless(gst_video_meta_map(meta, 0, &map, &data, &stride, GST_MAP_READ));
  p = (const guint8 *)data + y * stride + x * 4;
  most = MAX(p[0], MAX(p[1], p[2]));
  gst_video_meta_unmap(meta, 0, &map);
  return most;
}

/* Memory at odd addresses does no harm. GStreamer's own blending does not bear it in every format.
 * */
GST_START_TEST(test_drawing_at_odd_addresses)
{
  const Layout l = {.x = 10, .y = 6, .crop = TRUE, .gap = 77};
  Rig *rig = rig_new("mode", 2, "draw", 2, "target", "30,30,40,40", NULL);
  Clip clip;

  clip_make(&clip, formats[__i__], 129, 97);
  gst_harness_set_src_caps(rig->harness, gst_caps_ref(clip.caps));
  for (guint n = 0; n < FRAMES; n++)
    gst_buffer_unref(gst_harness_push_and_pull(rig->harness, laid_out(&clip, n, &l)));
  clip_clear(&clip);
  rig_free(rig);
}
GST_END_TEST

/* The drawing lands on the picture, which does not begin where the buffer does. What lies around it
 * is untouched. */
GST_START_TEST(test_the_drawing_follows_the_crop)
{
  const Layout l = {.x = 32, .y = 16, .right = 8, .bottom = 8, .crop = TRUE};
  Rig *rig = rig_new("mode", 2, "draw", 1, "target", "0,0,40,40", NULL);
  GstBuffer *out;
  Clip clip;

  clip_make(&clip, "BGRx", 320, 240);
  gst_harness_set_src_caps(rig->harness, gst_caps_ref(clip.caps));
  out = gst_harness_push_and_pull(rig->harness, laid_out(&clip, 0, &l));
  fail_unless(brightness(out, l.x + 40, l.y + 20) > 100, "no right edge in the picture: %u", brightness(out, l.x + 40, l.y + 20));
  fail_unless(brightness(out, l.x + 20, l.y + 40) > 100, "no lower edge in the picture: %u", brightness(out, l.x + 20, l.y + 40));
  for (gint y = 0; y < 60; y++)
    fail_unless_equals_int(brightness(out, l.x - 1, y), 0xa5);
  for (gint x = 0; x < 90; x++)
    fail_unless_equals_int(brightness(out, x, l.y - 1), 0xa5);
  gst_buffer_unref(out);
  clip_clear(&clip);
  rig_free(rig);
}
GST_END_TEST

static GstBuffer *short_buffer(void)
{
  return gst_buffer_new_allocate(NULL, WIDTH * HEIGHT / 2, NULL);
}

/* Smaller than the caps say: reading it by the caps would run out of it. */
static GstBuffer *buffer_of_another_size(void)
{
  GstBuffer *buffer = picture(1, WIDTH, HEIGHT);

  gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, WIDTH / 2, HEIGHT / 2);
  return buffer;
}

static GstBuffer *buffer_of_another_format(void)
{
  GstBuffer *buffer = picture(1, WIDTH, HEIGHT);

  gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, WIDTH, HEIGHT);
  return buffer;
}

static GstBuffer *buffer_cropped_beyond_itself(void)
{
  GstBuffer *buffer = picture(1, WIDTH, HEIGHT);

  gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT);
  gst_buffer_add_video_crop_meta(buffer)->x = 2;
  return buffer;
}

static GstBuffer *(*const unreadable[])(void) = {short_buffer, buffer_of_another_size, buffer_of_another_format,
                                                 buffer_cropped_beyond_itself};

/* The frame passes with a warning, one for all such frames. The stream, the target and a request
 * for a new one go on after it. */
GST_START_TEST(test_an_unreadable_frame_passes_with_a_warning)
{
  const gint mode = 1 + __i__ % 2;
  Rig *rig = rig_new("mode", mode, "draw", 2, "target", ball_target(0), "messages", 1, NULL);
  GstBuffer *out;
  gchar *words;

  gst_buffer_unref(rig_pass(rig, 0));
  gst_structure_free(rig_event(rig, "started"));
  g_object_set(rig->element, "target", ball_target(2), NULL);
  for (gint i = 0; i < 2; i++) {
    GstBuffer *in = unreadable[__i__ / 2]();

    GST_BUFFER_PTS(in) = GST_SECOND / 25;
    out = gst_harness_push_and_pull(rig->harness, in);
    fail_unless(out != NULL);
    if (mode == 2)
      fail_unless_equals_int(roi_count(out), 0);
    gst_buffer_unref(out);
  }
  words = rig_words(rig, GST_MESSAGE_WARNING);
  assert_contains(words, "320x240");
  g_free(words);
  gst_buffer_unref(rig_pass(rig, 2));
  gst_structure_free(rig_event(rig, "started"));
  fail_unless(rig_poll(rig, GST_MESSAGE_WARNING) == NULL, "a warning per frame");
  rig_free(rig);
}
GST_END_TEST

/* Memory that the processor cannot see, like a graphics card's. */
static gpointer refuse_to_map(GstMemory *memory, gsize size, GstMapFlags flags)
{
  return NULL;
}

static void unmap_nothing(GstMemory *memory)
{
}

static void free_memory(GstAllocator *allocator, GstMemory *memory)
{
  g_free(memory);
}

typedef struct {
  GstAllocator parent;
} DarkAllocator;

typedef struct {
  GstAllocatorClass parent_class;
} DarkAllocatorClass;

static GType dark_allocator_get_type(void);
G_DEFINE_TYPE(DarkAllocator, dark_allocator, GST_TYPE_ALLOCATOR)

static void dark_allocator_class_init(DarkAllocatorClass *c)
{
  GST_ALLOCATOR_CLASS(c)->free = free_memory;
}

static void dark_allocator_init(DarkAllocator *self)
{
  GST_ALLOCATOR(self)->mem_map = refuse_to_map;
  GST_ALLOCATOR(self)->mem_unmap = unmap_nothing;
}

static GstBuffer *dark_buffer(GstAllocator *allocator, gsize size)
{
  GstBuffer *buffer = gst_buffer_new();
  GstMemory *memory = g_new0(GstMemory, 1);

  gst_memory_init(memory, GST_MEMORY_FLAG_NO_SHARE, allocator, NULL, size, 0, 0, size);
  gst_buffer_append_memory(buffer, memory);
  return buffer;
}

/* A frame that cannot be mapped passes too. Whoever asked for a target hears why there is none. */
GST_START_TEST(test_memory_that_cannot_be_mapped)
{
  Rig *rig = rig_new("mode", 2, "draw", 1, "target", ball_target(0), NULL);
  GstAllocator *allocator = gst_object_ref_sink(g_object_new(dark_allocator_get_type(), NULL));
  GstBuffer *out = gst_harness_push_and_pull(rig->harness, dark_buffer(allocator, WIDTH * HEIGHT * 3 / 2));
  gchar *words = rig_words(rig, GST_MESSAGE_WARNING);

  fail_unless(out != NULL);
  fail_unless_equals_int(roi_count(out), 0);
  assert_contains(words, "cannot be read");
  g_free(words);
  gst_buffer_unref(out);
  g_object_set(rig->element, "target", ball_target(1), NULL);
  out = rig_pass(rig, 1);
  fail_unless(roi_params(out) != NULL, "the next frame starts no target");
  gst_buffer_unref(out);
  gst_object_unref(allocator);
  rig_free(rig);
}
GST_END_TEST

/* `pixels` may be read as long as the buffer lives. */
static GstBuffer *read_only(guint8 *pixels, gsize size, guint n)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, pixels, size, 0, size, pixels, g_free);

  GST_BUFFER_PTS(buffer) = n * GST_SECOND / 25;
  return buffer;
}

/* Memory that must not be written is copied before it is drawn on, and never otherwise. */
GST_START_TEST(test_read_only_memory)
{
  const gint mode = 1 + __i__ / 2, draw = __i__ % 2;
  Rig *rig = rig_new("mode", mode, "draw", draw, "target", ball_target(0), "messages", 1, NULL);

  for (guint n = 0; n < 2; n++) {
    GstBuffer *original = picture(n, WIDTH, HEIGHT), *in, *out;
    const gsize size = gst_buffer_get_size(original);
    guint8 *pixels = g_malloc(size);
    GstMapInfo map;

    gst_buffer_extract(original, 0, pixels, size);
    in = read_only(pixels, size, n);
    out = gst_harness_push_and_pull(rig->harness, gst_buffer_ref(in));
    if (n == 0)
      gst_structure_free(rig_event(rig, "started"));
    fail_unless(gst_buffer_memcmp(original, 0, pixels, size) == 0, "read-only memory was written to");
    fail_unless(gst_buffer_map(out, &map, GST_MAP_READ));
    if (n == 1)
      fail_unless_equals_int(map.data == pixels, draw == 0);
    gst_buffer_unmap(out, &map);
    gst_buffer_unref(out);
    gst_buffer_unref(in);
    gst_buffer_unref(original);
  }
  rig_free(rig);
}
GST_END_TEST

static Suite *memory_suite(void)
{
  Suite *s = suite_create("memory");
  TCase *t = tcase_create("memory"), *random = tcase_create("with the random model");

  tcase_set_timeout(t, TEST_S);
  tcase_set_timeout(random, TEST_S);
  tcase_add_checked_fixture(random, use_random_model, NULL);
  tcase_add_loop_test(random, test_layouts_change_no_box, 0, (gint)(G_N_ELEMENTS(formats) * G_N_ELEMENTS(sizes)));
  tcase_add_loop_test(t, test_drawing_at_odd_addresses, 0, (gint)G_N_ELEMENTS(formats));
  tcase_add_test(t, test_the_drawing_follows_the_crop);
  tcase_add_loop_test(t, test_an_unreadable_frame_passes_with_a_warning, 0, 2 * (gint)G_N_ELEMENTS(unreadable));
  tcase_add_test(t, test_memory_that_cannot_be_mapped);
  tcase_add_loop_test(t, test_read_only_memory, 0, 4);
  suite_add_tcase(s, t);
  suite_add_tcase(s, random);
  return s;
}

GST_CHECK_MAIN(memory)
