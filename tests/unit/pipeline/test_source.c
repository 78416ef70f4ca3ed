/* SPDX-License-Identifier: MIT */
/* Sources of every scheme, with clips made here: odd names open, interlaced and turned clips come
 * out right, and what cannot work is named. */
#include "source.h"

#include <gst/gst.h>
#include <string.h>

#include "test/folder.h"
#include "test/main.h"

enum { WIDTH = 320, HEIGHT = 240, PLAIN_ROW = 40 };

/* Bars that move by 8 pixels per picture, so that fields differ. */
#define BARS "videotestsrc num-buffers=20 pattern=smpte horizontal-speed=8 ! video/x-raw,format=I420,width=320,height=240"

static char *folder;
static GstElement *pipeline;

static void setup(void)
{
  gst_init(NULL, NULL);
  folder = g_dir_make_tmp("etrack-source-XXXXXX", NULL);
  ck_assert_ptr_nonnull(folder);
}

static void close_pipeline(void)
{
  if (!pipeline)
    return;
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  pipeline = NULL;
}

static void teardown(void)
{
  close_pipeline();
  remove_tree(folder);
  g_free(folder);
}

/* The message of the next error; empty after the end. */
static char *words_of_end(void)
{
  GstBus *bus = gst_element_get_bus(pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered(bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  GError *error = NULL;
  char *words;

  ck_assert_msg(message != NULL, "neither end nor error");
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    gst_message_parse_error(message, &error, NULL);
  words = g_strdup(error ? error->message : "");
  g_clear_error(&error);
  gst_message_unref(message);
  gst_object_unref(bus);
  return words;
}

/* Runs a description whose element "to" writes to `path`. The path may hold any character. */
static void make_clip(const char *description, const char *path)
{
  GError *error = NULL;
  GstElement *sink;
  char *words;

  pipeline = gst_parse_launch(description, &error);
  ck_assert_msg(!error, "%s", error ? error->message : "");
  sink = gst_bin_get_by_name(GST_BIN(pipeline), "to");
  g_object_set(sink, "location", path, NULL);
  gst_object_unref(sink);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  words = words_of_end();
  ck_assert_str_eq(words, "");
  g_free(words);
  close_pipeline();
}

static struct graph_config config_of(const char *source)
{
  return (struct graph_config){.name = "t", .source = source};
}

/* A playing pipeline of the source and the tracker's element. */
static GstElement *play(const struct graph_config *config)
{
  struct source_kind kind;
  GError *error = NULL;
  GstElement *head = source_make(config, &kind, &error), *tracker, *sink;

  ck_assert_msg(head != NULL, "%s", error ? error->message : "?");
  g_free(kind.device);
  pipeline = gst_pipeline_new(NULL);
  tracker = gst_element_factory_make("etrack", NULL);
  sink = gst_element_factory_make("appsink", "out");
  g_object_set(sink, "sync", FALSE, "max-buffers", 2, NULL);
  gst_bin_add_many(GST_BIN(pipeline), head, tracker, sink, NULL);
  ck_assert(gst_element_link_many(head, tracker, sink, NULL));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  return sink;
}

static GstSample *next_sample(GstElement *sink)
{
  GstSample *sample = NULL;

  g_signal_emit_by_name(sink, "try-pull-sample", 30 * GST_SECOND, &sample);
  if (!sample) {
    char *words = words_of_end();

    ck_abort_msg("no picture: %s", words);
  }
  return sample;
}

/* A picture as the tracker gets it: the first plane, with `step` bytes per pixel. */
struct picture {
  int width, height, rate, step, stride;
  guint8 *plane;
};

static struct picture picture_of(GstSample *sample)
{
  const GstStructure *caps = gst_caps_get_structure(gst_sample_get_caps(sample), 0);
  struct picture p = {0};
  int denominator = 1;
  GstMapInfo map;

  ck_assert(gst_structure_get_int(caps, "width", &p.width) && gst_structure_get_int(caps, "height", &p.height));
  gst_structure_get_fraction(caps, "framerate", &p.rate, &denominator);
  ck_assert_int_eq(denominator, 1);
  p.step = g_str_equal(gst_structure_get_string(caps, "format"), "BGRx") ? 4 : 1;
  p.stride = GST_ROUND_UP_4(p.step * p.width);
  ck_assert(gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ));
  p.plane = g_memdup2(map.data, map.size);
  gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
  gst_sample_unref(sample);
  return p;
}

/* The third picture: by then everything moves. */
static struct picture show(const struct graph_config *config)
{
  GstElement *sink = play(config);
  struct picture p;

  gst_sample_unref(next_sample(sink));
  gst_sample_unref(next_sample(sink));
  p = picture_of(next_sample(sink));
  close_pipeline();
  return p;
}

static void opens(const char *source)
{
  const struct graph_config c = config_of(source);
  struct picture p = show(&c);

  ck_assert_msg(p.width == WIDTH && p.height == HEIGHT, "%s: %dx%d", source, p.width, p.height);
  g_free(p.plane);
}

/* File names, and how a URI writes them; NULL = the same. */
static const struct {
  const char *name, *written;
} odd_names[] = {
  {"vidéo clip.mp4", NULL},
  {"vidéo clip.mp4", "vid%C3%A9o%20clip.mp4"},
  {"50%.mp4", NULL},
  {"50%41.mp4", "50%2541.mp4"},
  {"\"a\" 'b' \\\"c.mp4", NULL},
  {"a ! fakesink.mp4", NULL},
  {"日本語#?&.mp4", NULL},
};

START_TEST(a_file_opens_whatever_its_name)
{
  const char *written = odd_names[_i].written ? odd_names[_i].written : odd_names[_i].name;
  g_autofree char *path = g_build_filename(folder, odd_names[_i].name, NULL), *source = g_strdup_printf("file://%s/%s", folder, written);

  make_clip(BARS " ! jpegenc ! qtmux ! filesink name=to", path);
  opens(source);
  ck_assert_ptr_null(graph_source_warning(source));
}
END_TEST

START_TEST(images_open_whatever_the_name_of_their_folder)
{
  g_autofree char *inner = g_build_filename(folder, "été \"1\" \\50%", NULL),
                  *names = g_strdup_printf("%s/été \"1\" \\50%%%%/%%03d.jpg", folder);
  g_autofree char *source = g_strconcat("images://", names, NULL);

  ck_assert_int_eq(g_mkdir(inner, 0700), 0);
  make_clip(BARS " ! jpegenc ! multifilesink index=1 name=to", names);
  opens(source);
  ck_assert_ptr_null(graph_source_warning(source));
}
END_TEST

static char *property_of(const char *source, const char *factory, const char *property)
{
  const struct graph_config c = config_of(source);
  struct source_kind kind;
  GError *error = NULL;
  GstElement *head = source_make(&c, &kind, &error), *element;
  GstIterator *all;
  GValue first = G_VALUE_INIT;
  char *value;

  ck_assert_msg(head != NULL, "%s", error ? error->message : "?");
  all = gst_bin_iterate_all_by_element_factory_name(GST_BIN(head), factory);
  ck_assert_int_eq(gst_iterator_next(all, &first), GST_ITERATOR_OK);
  element = g_value_get_object(&first);
  g_object_get(element, property, &value, NULL);
  g_value_unset(&first);
  gst_iterator_free(all);
  gst_object_unref(gst_object_ref_sink(head));
  g_free(kind.device);
  return value;
}

START_TEST(a_camera_is_opened_by_the_path_that_was_written)
{
  g_autofree char *device = property_of("v4l2:///dev/v4l/by-id/usb-Caméra \"0\" \\1", "v4l2src", "device");

  ck_assert_str_eq(device, "/dev/v4l/by-id/usb-Caméra \"0\" \\1");
}
END_TEST

START_TEST(an_address_is_escaped_once)
{
  static const struct {
    const char *source, *location;
  } cases[] = {
    {"rtsp://cam.example:554/1?a=b&c", "rtsp://cam.example:554/1?a=b&c"},
    {"rtsps://me:secret@cam.example/1", "rtsps://me:secret@cam.example/1"},
    {"rtsp://me:s@e:c \"r\\%t@cam/1", "rtsp://me:s%40e%3Ac%20%22r%5C%25t@cam/1"},
    {"rtsp://me:s%40e@cam/1", "rtsp://me:s%40e@cam/1"},
    {"rtsp://me@cam/vidéo 1/%41", "rtsp://me:@cam/vid%C3%A9o%201/%41"},
    {"rtsp://[::1]:554/a@b", "rtsp://[::1]:554/a@b"},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *location = property_of(cases[i].source, "rtspsrc", "location");

    ck_assert_str_eq(location, cases[i].location);
  }
}
END_TEST

static bool has_element(GstElement *head, const char *factory)
{
  GstIterator *all = gst_bin_iterate_all_by_element_factory_name(GST_BIN(head), factory);
  GValue first = G_VALUE_INIT;
  const bool found = gst_iterator_next(all, &first) == GST_ITERATOR_OK;

  if (found)
    g_value_unset(&first);
  gst_iterator_free(all);
  return found;
}

START_TEST(each_source_is_treated_as_documented)
{
  static const struct {
    const char *source;
    bool deinterlaced, turned, live;
  } cases[] = {
    {"v4l2:///dev/video0", true, false, true}, {"file:///a.mp4", true, true, false},        {"rtsp://h/x", true, false, true},
    {"rtsps://h/x", true, false, true},        {"images:///d/%d.jpg", false, false, false}, {"test://ball", false, false, true},
    {"pipeline:v4l2src", false, false, false},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    const struct graph_config c = config_of(cases[i].source);
    struct source_kind kind;
    GstElement *head = source_make(&c, &kind, NULL);

    ck_assert_msg(head != NULL, "%s", cases[i].source);
    ck_assert_msg(has_element(head, "deinterlace") == cases[i].deinterlaced, "%s", cases[i].source);
    ck_assert_msg(has_element(head, "videoflip") == cases[i].turned, "%s", cases[i].source);
    ck_assert_msg(kind.live == cases[i].live, "%s", cases[i].source);
    gst_object_unref(gst_object_ref_sink(head));
    g_free(kind.device);
  }
}
END_TEST

/* How much a row of the bars differs from the next: only by the encoder's noise, unless fields are
 * woven. */
static int combing(const struct picture *p)
{
  const guint8 *a = p->plane + (gsize)PLAIN_ROW * p->stride, *b = a + p->stride;
  int sum = 0;

  for (int x = 0; x < p->width; x++)
    sum += ABS(a[x * p->step] - b[x * p->step]);
  return sum / p->width;
}

/* Many capture sticks do this. */
#define UNSAID "capssetter caps=video/x-raw,interlace-mode=progressive ! "

static const struct {
  const char *name;
  const char *encoder; /* decides what the clip says of itself */
  enum et_deinterlace deinterlace;
  bool combed;
} woven[] = {
  {"interlaced, auto", "jpegenc ! matroskamux", ET_DEINTERLACE_AUTO, false},
  {"interlaced, yes", "jpegenc ! matroskamux", ET_DEINTERLACE_YES, false},
  {"interlaced, no", "jpegenc ! matroskamux", ET_DEINTERLACE_NO, true},
  {"interlaced in grey, auto", "videoconvert ! video/x-raw,format=GRAY8 ! matroskamux", ET_DEINTERLACE_AUTO, false},
  {"not said, auto", UNSAID "jpegenc ! qtmux", ET_DEINTERLACE_AUTO, true},
  {"not said, yes", UNSAID "jpegenc ! qtmux", ET_DEINTERLACE_YES, false},
};

/* One picture per frame, whether the frame had two fields or not. */
START_TEST(interlaced_video_is_deinterlaced)
{
  g_autofree char *path = g_build_filename(folder, "clip", NULL), *source = g_strconcat("file://", path, NULL);
  g_autofree char *clip = g_strdup_printf(BARS ",framerate=50/1 ! interlace field-pattern=1:1 ! %s ! filesink name=to", woven[_i].encoder);
  struct graph_config c = config_of(source);
  struct picture p;

  make_clip(clip, path);
  c.deinterlace = woven[_i].deinterlace;
  p = show(&c);
  ck_assert_msg((combing(&p) > 5) == woven[_i].combed, "%s: rows differ by %d", woven[_i].name, combing(&p));
  ck_assert_int_eq(p.rate, 25);
  ck_assert_int_eq(p.height, HEIGHT);
  g_free(p.plane);
}
END_TEST

/* Writes the matrix of the only track: a turn to the right by this many quarters. */
static void turn_clip(const char *path, int quarters)
{
  static const gint32 matrices[4][4] = {{1, 0, 0, 1}, {0, 1, -1, 0}, {-1, 0, 0, -1}, {0, -1, 1, 0}};
  static const gsize places[4] = {0, 4, 12, 16}, matrix = 44; /* after the name of the box */
  char *bytes;
  gsize size, at = 0;

  ck_assert(g_file_get_contents(path, &bytes, &size, NULL));
  while (at + 4 < size && memcmp(bytes + at, "tkhd", 4) != 0)
    at++;
  ck_assert_uint_lt(at + matrix + 36, size);
  for (int i = 0; i < 4; i++) {
    const gint32 number = GINT32_TO_BE(matrices[quarters][i] * 65536);

    memcpy(bytes + at + matrix + places[i], &number, sizeof number);
  }
  ck_assert(g_file_set_contents(path, bytes, (gssize)size, NULL));
  g_free(bytes);
}

static guint8 luma_at(const struct picture *p, int x, int y)
{
  return p->plane[y * p->stride + x * p->step];
}

/* A white picture with a black upper left corner: where the tracker sees that corner. */
START_TEST(a_turned_file_comes_upright)
{
  static const struct {
    bool right, below;
  } corners[4] = {{false, false}, {true, false}, {true, true}, {false, true}};
  g_autofree char *path = g_build_filename(folder, "turned.mp4", NULL), *source = g_strconcat("file://", path, NULL);
  const struct graph_config c = config_of(source);
  const bool lying = _i % 2;
  struct picture p;

  make_clip("videotestsrc num-buffers=10 pattern=black ! video/x-raw,format=I420,width=160,height=120 ! "
            "videobox right=-160 bottom=-120 fill=white ! jpegenc ! qtmux ! filesink name=to",
            path);
  turn_clip(path, _i);
  p = show(&c);
  ck_assert_int_eq(p.width, lying ? HEIGHT : WIDTH);
  ck_assert_int_eq(p.height, lying ? WIDTH : HEIGHT);
  for (int i = 0; i < 4; i++) {
    const bool right = i & 1, below = i & 2, black = right == corners[_i].right && below == corners[_i].below;
    const int x = p.width * (right ? 3 : 1) / 4, y = p.height * (below ? 3 : 1) / 4;

    ck_assert_msg((luma_at(&p, x, y) < 128) == black, "turned by %d: %d at %d,%d", _i * 90, luma_at(&p, x, y), x, y);
  }
  g_free(p.plane);
}
END_TEST

/* Buffers after videoconvert and at the end of the source. Guarded by the lock while it plays. */
static struct {
  GMutex lock;
  GstBuffer *converted; /* the newest; for the streaming thread only; not a reference */
  int passed, copied;
  char *orientation; /* as the source gives it at its end */
} seen;

static GstPadProbeReturn on_converted(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
  seen.converted = GST_PAD_PROBE_INFO_BUFFER(info);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_passed(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
  g_mutex_lock(&seen.lock);
  seen.passed++;
  seen.copied += GST_PAD_PROBE_INFO_BUFFER(info) != seen.converted;
  g_mutex_unlock(&seen.lock);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_tags(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
  GstTagList *tags;

  if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_TAG)
    return GST_PAD_PROBE_OK;
  gst_event_parse_tag(GST_PAD_PROBE_INFO_EVENT(info), &tags);
  g_mutex_lock(&seen.lock);
  if (gst_tag_list_get_tag_size(tags, GST_TAG_IMAGE_ORIENTATION) > 0) {
    g_free(seen.orientation);
    gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &seen.orientation);
  }
  g_mutex_unlock(&seen.lock);
  return GST_PAD_PROBE_OK;
}

static void probe(GstElement *element, const char *name, GstPadProbeType type, GstPadProbeCallback callback)
{
  GstPad *pad = gst_element_get_static_pad(element, name);

  gst_pad_add_probe(pad, type, callback, NULL, NULL);
  gst_object_unref(pad);
}

static void play_probed(const struct graph_config *config)
{
  struct source_kind kind;
  GstElement *head = source_make(config, &kind, NULL), *sink = gst_element_factory_make("fakesink", NULL);
  GstIterator *all;
  GValue first = G_VALUE_INIT;
  char *words;

  ck_assert_ptr_nonnull(head);
  pipeline = gst_pipeline_new(NULL);
  gst_bin_add_many(GST_BIN(pipeline), head, sink, NULL);
  ck_assert(gst_element_link(head, sink));
  all = gst_bin_iterate_all_by_element_factory_name(GST_BIN(head), "videoconvert");
  ck_assert_int_eq(gst_iterator_next(all, &first), GST_ITERATOR_OK);
  probe(g_value_get_object(&first), "src", GST_PAD_PROBE_TYPE_BUFFER, on_converted);
  probe(sink, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_passed);
  probe(sink, "sink", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_tags);
  g_value_unset(&first);
  gst_iterator_free(all);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  words = words_of_end();
  ck_assert_str_eq(words, "");
  g_free(words);
  close_pipeline();
}

START_TEST(what_is_upright_and_progressive_is_not_copied)
{
  g_autofree char *path = g_build_filename(folder, "clip.mp4", NULL), *source = g_strconcat("file://", path, NULL);
  const struct graph_config c = config_of(source);

  make_clip(BARS " ! jpegenc ! qtmux ! filesink name=to", path);
  play_probed(&c);
  ck_assert_int_eq(seen.passed, 20);
  ck_assert_int_eq(seen.copied, 0);
}
END_TEST

/* Otherwise a player of a recording would turn it twice. */
START_TEST(what_was_turned_says_that_it_is_upright)
{
  g_autofree char *path = g_build_filename(folder, "clip.mp4", NULL), *source = g_strconcat("file://", path, NULL);
  const struct graph_config c = config_of(source);

  make_clip(BARS " ! jpegenc ! qtmux ! filesink name=to", path);
  turn_clip(path, 1);
  play_probed(&c);
  ck_assert_ptr_nonnull(seen.orientation);
  ck_assert_str_eq(seen.orientation, "rotate-0");
  g_free(seen.orientation);
}
END_TEST

START_TEST(a_file_without_a_picture_says_so)
{
  g_autofree char *path = g_build_filename(folder, "sound.wav", NULL), *source = g_strconcat("file://", path, NULL);
  const struct graph_config c = config_of(source);
  g_autofree char *words = NULL;

  make_clip("audiotestsrc num-buffers=10 ! wavenc ! filesink name=to", path);
  play(&c);
  words = words_of_end();
  ck_assert_str_eq(words, "there is no video in it that can be decoded here");
}
END_TEST

START_TEST(what_cannot_be_made_is_named_without_its_password)
{
  static const struct {
    const char *source, *pixel_format;
    enum graph_error code;
    const char *words;
  } cases[] = {
    {"gopher://me:secret@x", NULL, GRAPH_ERROR_CONFIG, "source `gopher://me:***@x`: there is no such kind of source"},
    {"test://bal", NULL, GRAPH_ERROR_CONFIG, "source `test://bal`: there is no such pattern"},
    {"test://ball", "YUVY", GRAPH_ERROR_CONFIG, "pixel_format: neither V4L2 nor GStreamer has a format `YUVY`"},
    {"test://ball", "MJPG", GRAPH_ERROR_CONFIG, "`videoconvert` cannot take the format that is asked of the source"},
    {"pipeline:nosuchsrc password=secret", NULL, GRAPH_ERROR_PLUGIN, "source `pipeline:nosuchsrc password=***`: no element \"nosuchsrc\""},
    {"pipeline:fakesrc blocksize=rtsp://a:secret@b ! x", NULL, GRAPH_ERROR_CONFIG, "fakesrc blocksize=rtsp://a:***@b"},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    struct graph_config c = config_of(cases[i].source);
    struct source_kind kind;
    GError *error = NULL;

    c.pixel_format = cases[i].pixel_format;
    ck_assert_ptr_null(source_make(&c, &kind, &error));
    ck_assert_msg(g_error_matches(error, GRAPH_ERROR, (int)cases[i].code), "%s: code %d", error->message, error->code);
    ck_assert_msg(strstr(error->message, cases[i].words) != NULL, "\"%s\" lacks \"%s\"", error->message, cases[i].words);
    ck_assert_msg(!strstr(error->message, "secret"), "%s", error->message);
    g_error_free(error);
  }
}
END_TEST

START_TEST(what_is_not_there_is_warned_of)
{
  static const struct {
    const char *scheme, *name, *words; /* in `folder`; no words: no warning */
  } cases[] = {
    {"file://", "/nothing.webm", "/nothing.webm: No such file"},
    {"file://", "/", " is a folder"},
    {"v4l2://", "/video0", "/video0: No such file"},
    {"images://", "/%04d.jpg", "/0001.jpg: No such file"},
    {"pipeline:filesrc location=", "/nothing.webm", NULL},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *source = g_strconcat(cases[i].scheme, folder, cases[i].name, NULL), *words = graph_source_warning(source);

    ck_assert_msg(!words == !cases[i].words && (!words || strstr(words, cases[i].words)), "%s: %s", source, words ? words : "no warning");
  }
  ck_assert_ptr_null(graph_source_warning("test://ball"));
  ck_assert_ptr_null(graph_source_warning("rtsp://nowhere.example/"));
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("source");
  TCase *tests = tcase_create("source");

  tcase_set_timeout(tests, 120);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, a_file_opens_whatever_its_name, 0, (int)G_N_ELEMENTS(odd_names));
  tcase_add_test(tests, images_open_whatever_the_name_of_their_folder);
  tcase_add_test(tests, a_camera_is_opened_by_the_path_that_was_written);
  tcase_add_test(tests, an_address_is_escaped_once);
  tcase_add_test(tests, each_source_is_treated_as_documented);
  tcase_add_loop_test(tests, interlaced_video_is_deinterlaced, 0, (int)G_N_ELEMENTS(woven));
  tcase_add_loop_test(tests, a_turned_file_comes_upright, 0, 4);
  tcase_add_test(tests, what_is_upright_and_progressive_is_not_copied);
  tcase_add_test(tests, what_was_turned_says_that_it_is_upright);
  tcase_add_test(tests, a_file_without_a_picture_says_so);
  tcase_add_test(tests, what_cannot_be_made_is_named_without_its_password);
  tcase_add_test(tests, what_is_not_there_is_warned_of);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
