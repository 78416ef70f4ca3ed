/* SPDX-License-Identifier: MIT */
/* A fuzzer of the element's interfaces: properties with values of any type and kind, action
 * signals, events, states and caps in random order while buffers flow. ETRACK_FUZZ_SEED runs one
 * seed, ETRACK_FUZZ_STEPS makes it longer; each run prints its seed. GLib's criticals are fatal,
 * and so are its warnings except those that GObject gives for a bad request. */
#include <math.h>
#include <string.h>

#include "fixture.h"

enum { STEPS = 250, SEEDS = 4 };

typedef struct {
  GRand *rand;
  GstHarness *harness;
  GstElement *element;
  GstBus *bus;
  GParamSpec **specs;
  guint n_specs;
  gint width, height;
  guint frame;
} Fuzz;

static guint pick(Fuzz *f, guint count)
{
  return (guint)g_rand_int_range(f->rand, 0, (gint)count);
}

static gdouble any_double(Fuzz *f)
{
  static const gdouble values[] = {0, 1, -1, 0.5, 4, 100, 1e9, -1e9, 1e308, G_MAXDOUBLE, G_MINDOUBLE};
  const guint which = pick(f, G_N_ELEMENTS(values) + 3);

  if (which < G_N_ELEMENTS(values))
    return values[which];
  if (which == G_N_ELEMENTS(values))
    return NAN;
  return which == G_N_ELEMENTS(values) + 1 ? INFINITY : g_rand_double_range(f->rand, -50, 400);
}

static gchar *any_text(Fuzz *f)
{
  static const gchar *const texts[] = {"",          "1,2,3,4", "100,90,40,40",       "nonsense", "-5,0,100,100",   "1e308,0,1e308,1",
                                       "nan,0,1,1", "1,2,3",   "1,2,3,4,5",          ",,,",      "0x10,1,40,40",   " 1,2,30,40",
                                       "1;2;3;4",   "%s%n%d",  "inf,inf,-inf,0.001", "0,0,1,1",  "0.1,.1,.3,3e-1", "\xc3\x28"};
  gchar *junk;

  if (pick(f, 4))
    return g_strdup(texts[pick(f, G_N_ELEMENTS(texts))]);
  if (pick(f, 2))
    return g_strdup_printf("%d,%d,%d,%d", g_rand_int_range(f->rand, -20, 320), g_rand_int_range(f->rand, -20, 240),
                           g_rand_int_range(f->rand, 0, 200), g_rand_int_range(f->rand, 0, 200));
  junk = g_strnfill(pick(f, 300), 'x');
  for (gchar *c = junk; *c; c++)
    *c = (gchar)g_rand_int_range(f->rand, 1, 128);
  return junk;
}

/* A value of the property's own type, or of another that GObject converts. */
static void any_value(Fuzz *f, GParamSpec *spec, GValue *value)
{
  g_value_init(value, spec->value_type);
  if (G_IS_PARAM_SPEC_DOUBLE(spec))
    g_value_set_double(value, any_double(f));
  else if (G_IS_PARAM_SPEC_BOOLEAN(spec))
    g_value_set_boolean(value, g_rand_boolean(f->rand));
  else if (G_IS_PARAM_SPEC_UINT(spec))
    g_value_set_uint(value, pick(f, 3) ? pick(f, 5) : g_rand_int(f->rand));
  else if (G_IS_PARAM_SPEC_UINT64(spec))
    g_value_set_uint64(value, pick(f, 3) ? pick(f, 2000000) : (guint64)g_rand_int(f->rand) << pick(f, 33));
  else if (G_IS_PARAM_SPEC_ENUM(spec))
    g_value_set_enum(value, (gint)pick(f, 4));
  else if (G_IS_PARAM_SPEC_STRING(spec) && pick(f, 8))
    g_value_take_string(value, any_text(f));
  if (G_IS_PARAM_SPEC_DOUBLE(spec) && isnan(g_value_get_double(value)))
    g_value_set_double(value, 0); /* GObject itself refuses it, with a warning */
  g_param_value_validate(spec, value);
}

static gboolean is_fuzzed(const GParamSpec *spec)
{
  return (spec->flags & G_PARAM_WRITABLE) != 0 && !g_str_equal(spec->name, "name") && !g_str_equal(spec->name, "parent") &&
         !g_str_equal(spec->name, "model"); /* another model would leave nothing to fuzz */
}

static void set_property(Fuzz *f)
{
  GParamSpec *spec = f->specs[pick(f, f->n_specs)];
  GValue value = G_VALUE_INIT;

  if (!is_fuzzed(spec))
    return;
  any_value(f, spec, &value);
  g_object_set_property(G_OBJECT(f->element), spec->name, &value);
  g_value_unset(&value);
}

/* As gst-launch does it: from text, whatever the type. */
static void set_property_from_text(Fuzz *f)
{
  GParamSpec *spec = f->specs[pick(f, f->n_specs)];
  gchar *text = any_text(f);

  if (is_fuzzed(spec) && g_utf8_validate(text, -1, NULL)) {
    GValue value = G_VALUE_INIT;

    g_value_init(&value, spec->value_type);
    /* otherwise GObject refuses it, with a warning */
    if (gst_value_deserialize(&value, text) && !g_param_value_validate(spec, &value))
      g_object_set_property(G_OBJECT(f->element), spec->name, &value);
    g_value_unset(&value);
  }
  g_free(text);
}

static void get_property(Fuzz *f)
{
  GParamSpec *spec = f->specs[pick(f, f->n_specs)];
  GValue value = G_VALUE_INIT;

  g_value_init(&value, spec->value_type);
  g_object_get_property(G_OBJECT(f->element), spec->name, &value);
  fail_unless(!G_IS_PARAM_SPEC_DOUBLE(spec) || isfinite(g_value_get_double(&value)), "%s is not a number", spec->name);
  g_value_unset(&value);
}

static void emit_action(Fuzz *f)
{
  guint64 number = 0;

  switch (pick(f, 4)) {
  case 0:
    g_signal_emit_by_name(f->element, "track", any_double(f), any_double(f), any_double(f), any_double(f),
                          (guint64)(pick(f, 2) ? pick(f, f->frame + 2) : 0), &number);
    break;
  case 1:
    g_signal_emit_by_name(f->element, "stop");
    break;
  case 2:
    g_signal_emit_by_name(f->element, "lose", ET_REASON_STREAM_DOWN);
    break;
  default:
    g_signal_emit_by_name(f->element, "frame-at", pick(f, 2) ? (guint64)pick(f, 100) * GST_SECOND / 25 : GST_CLOCK_TIME_NONE, &number);
  }
}

static void send_target_event(Fuzz *f)
{
  GstStructure *s = gst_structure_new("etrack-target", "x", G_TYPE_DOUBLE, any_double(f), "y", G_TYPE_DOUBLE, any_double(f), NULL);

  if (pick(f, 4))
    gst_structure_set(s, "w", G_TYPE_DOUBLE, any_double(f), "h", G_TYPE_DOUBLE, any_double(f), NULL);
  if (pick(f, 3) == 0)
    gst_structure_set(s, "frame", G_TYPE_UINT64, (guint64)pick(f, 50), NULL);
  if (pick(f, 5) == 0)
    gst_structure_set(s, "w", G_TYPE_STRING, "wide", NULL);
  gst_harness_push_upstream_event(f->harness, gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, s));
}

static void begin_stream(Fuzz *f)
{
  GstSegment segment;
  gchar *caps = g_strdup_printf("video/x-raw,format=I420,width=%d,height=%d,framerate=%d/1", f->width, f->height, (gint)pick(f, 3) * 25);

  gst_harness_set_src_caps_str(f->harness, caps);
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(f->harness, gst_event_new_segment(&segment));
  g_free(caps);
}

static void change_size(Fuzz *f)
{
  static const gint sizes[][2] = {{WIDTH, HEIGHT}, {129, 97}, {640, 480}, {1, 1}, {16, 400}};
  const guint which = pick(f, G_N_ELEMENTS(sizes));

  f->width = sizes[which][0];
  f->height = sizes[which][1];
  begin_stream(f);
}

static void flush(Fuzz *f)
{
  gst_harness_push_event(f->harness, gst_event_new_flush_start());
  gst_harness_push_event(f->harness, gst_event_new_flush_stop(g_rand_boolean(f->rand)));
  begin_stream(f);
}

static void change_state(Fuzz *f)
{
  static const GstState states[] = {GST_STATE_READY, GST_STATE_NULL, GST_STATE_PAUSED};

  gst_element_set_state(f->element, states[pick(f, G_N_ELEMENTS(states))]);
  if (pick(f, 2))
    set_property(f);
  fail_unless(gst_element_set_state(f->element, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE, "it does not start again");
  gst_harness_play(f->harness);
  flush(f);
}

static void push(Fuzz *f)
{
  GstBuffer *in = picture(f->frame % 60, f->width, f->height), *out;

  f->frame++;
  if (pick(f, 6) == 0)
    GST_BUFFER_PTS(in) = pick(f, 2) ? GST_CLOCK_TIME_NONE : (guint64)pick(f, 1000) * GST_MSECOND;
  if (pick(f, 30) == 0)
    gst_buffer_resize(in, 0, (gssize)pick(f, (guint)gst_buffer_get_size(in)));
  fail_unless_equals_int(gst_harness_push(f->harness, in), GST_FLOW_OK);
  while ((out = gst_harness_try_pull(f->harness)))
    gst_buffer_unref(out);
}

static void step(Fuzz *f)
{
  static void (*const steps[])(Fuzz *) = {set_property, set_property, set_property_from_text, get_property,
                                          get_property, emit_action,  send_target_event};
  static void (*const rare[])(Fuzz *) = {change_size, flush, change_state};
  GstMessage *message;

  for (guint i = pick(f, 4); i > 0; i--)
    steps[pick(f, G_N_ELEMENTS(steps))](f);
  if (pick(f, 15) == 0)
    rare[pick(f, G_N_ELEMENTS(rare))](f);
  push(f);
  while ((message = gst_bus_pop(f->bus))) {
    fail_unless(GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR, "an error on the bus");
    gst_message_unref(message);
  }
}

static guint number_from(const gchar *variable, guint fallback)
{
  const gchar *text = g_getenv(variable);

  return text ? (guint)g_ascii_strtoull(text, NULL, 10) : fallback;
}

/* After all this, the element tracks like a new one. */
static void still_tracks(Fuzz *f)
{
  GstBuffer *out = NULL;

  g_object_set(f->element, "mode", 2, "target-units", 0, "first-frame", G_GUINT64_CONSTANT(1), "qos", FALSE, "target", "", NULL);
  gst_element_set_state(f->element, GST_STATE_READY);
  g_object_set(f->element, "target", ball_target(0), NULL);
  gst_element_set_state(f->element, GST_STATE_PLAYING);
  gst_harness_play(f->harness);
  f->width = WIDTH;
  f->height = HEIGHT;
  flush(f);
  out = gst_harness_push_and_pull(f->harness, picture(0, WIDTH, HEIGHT));
  fail_unless(out && roi_params(out), "no target after the run");
  fail_unless(iou(box_of(roi_params(out)), ball_box(0)) > 0.999);
  gst_buffer_unref(out);
}

static void run(guint seed, gint mode)
{
  const guint steps = number_from("ETRACK_FUZZ_STEPS", STEPS);
  Rig *rig = rig_new("mode", mode, "target", ball_target(0), "history-bytes", G_GUINT64_CONSTANT(500000), NULL);
  Fuzz f = {g_rand_new_with_seed(seed), rig->harness, rig->element, rig->bus, NULL, 0, WIDTH, HEIGHT, 0};

  g_print("seed %u, mode %d: ETRACK_FUZZ_SEED=%u runs it again\n", seed, mode, seed);
  f.specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(rig->element), &f.n_specs);
  for (guint i = 0; i < steps; i++)
    step(&f);
  still_tracks(&f);
  g_free(f.specs);
  g_rand_free(f.rand);
  rig_free(rig);
}

GST_START_TEST(test_random_everything)
{
  const gchar *seed = g_getenv("ETRACK_FUZZ_SEED");

  if (seed && __i__ > 1)
    return; /* one seed, once in each mode */
  g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_ERROR);
  run(seed ? number_from("ETRACK_FUZZ_SEED", 0) : 1000 + (guint)__i__ / 2, 1 + __i__ % 2);
}
GST_END_TEST

static Suite *fuzz_suite(void)
{
  Suite *s = suite_create("fuzz");
  TCase *t = tcase_create("fuzz");

  tcase_set_timeout(t, TEST_S);
  tcase_add_loop_test(t, test_random_everything, 0, 2 * SEEDS);
  suite_add_tcase(s, t);
  return s;
}

GST_CHECK_MAIN(fuzz)
