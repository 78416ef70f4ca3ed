/* SPDX-License-Identifier: MIT */
/* Properties: the table of parameters, cvtracker's names, models that are missing, and random
 * values of everything. */
#include <glib/gstdio.h>
#include <string.h>

#include "etrack/params.h"
#include "fixture.h"

GST_START_TEST(test_every_parameter_is_a_property)
{
  GstElement *e = gst_element_factory_make("etrack", NULL);
  size_t count;
  const struct et_param_info *table = et_param_table(&count);

  for (size_t i = 0; i < count; i++) {
    gchar *name = g_strdelimit(g_strdup(table[i].name), "_", '-');
    GParamSpecDouble *spec = (GParamSpecDouble *)g_object_class_find_property(G_OBJECT_GET_CLASS(e), name);

    fail_unless(spec != NULL, "no property %s", name);
    fail_unless_equals_float(spec->minimum, table[i].minimum);
    fail_unless_equals_float(spec->maximum, table[i].maximum);
    fail_unless_equals_float(spec->default_value, table[i].fallback);
    g_free(name);
  }
  gst_object_unref(gst_object_ref_sink(e));
}
GST_END_TEST

GST_START_TEST(test_cvtrackers_names_work)
{
  Rig *rig =
    rig_new("mode", 2, "object-initial-x", 100, "object-initial-y", 90, "object-initial-width", 40, "object-initial-height", 40, NULL);
  GstBuffer *out = rig_pass(rig, 0);

  fail_unless(roi_params(out) != NULL, "object-initial-* started nothing");
  fail_unless(iou(box_of(roi_params(out)), ball_box(0)) > 0.999);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

/* A value that is not set has cvtracker's default, 50. */
GST_START_TEST(test_one_of_cvtrackers_names_is_enough)
{
  Rig *rig = rig_new("mode", 2, "object-initial-x", 100, NULL);
  GstBuffer *out = rig_pass(rig, 0);

  fail_unless(roi_params(out) != NULL, "object-initial-x alone started nothing");
  fail_unless(iou(box_of(roi_params(out)), (Box){100, 50, 50, 50}) > 0.999);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_target_wins_over_cvtrackers_names)
{
  Rig *rig = rig_new("mode", 2, "object-initial-x", 10, "target", ball_target(0), NULL);
  GstBuffer *out = rig_pass(rig, 0);
  gchar *words = rig_words(rig, GST_MESSAGE_WARNING);

  assert_contains(words, "target");
  assert_contains(words, "object-initial");
  fail_unless(iou(box_of(roi_params(out)), ball_box(0)) > 0.999);
  g_free(words);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_algorithm_is_answered_with_a_warning)
{
  Rig *rig = rig_new("mode", 2, "algorithm", "CSRT", NULL);
  gchar *words = rig_words(rig, GST_MESSAGE_WARNING);

  assert_contains(words, "CSRT");
  g_free(words);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_draw_rect_is_draw)
{
  GstElement *e = gst_element_factory_make("etrack", NULL);
  gint draw;

  g_object_set(e, "draw-rect", TRUE, NULL);
  g_object_get(e, "draw", &draw, NULL);
  fail_unless_equals_int(draw, 1);
  gst_object_unref(gst_object_ref_sink(e));
}
GST_END_TEST

/* The error message of an element that cannot start. */
static gchar *start_error(const gchar *model)
{
  GstElement *e = gst_object_ref_sink(gst_element_factory_make("etrack", NULL));
  Rig rig = {.element = e, .bus = gst_bus_new()};
  gchar *words;

  gst_element_set_bus(e, rig.bus);
  g_object_set(e, "model", model, NULL);
  fail_unless_equals_int(gst_element_set_state(e, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  words = rig_words(&rig, GST_MESSAGE_ERROR);
  gst_element_set_state(e, GST_STATE_NULL);
  gst_bus_set_flushing(rig.bus, TRUE);
  gst_element_set_bus(e, NULL);
  gst_object_unref(rig.bus);
  gst_object_unref(e);
  return words;
}

GST_START_TEST(test_a_missing_model_is_named)
{
  gchar *words = start_error("/nowhere/at-all.safetensors");

  assert_contains(words, "/nowhere/at-all.safetensors");
  g_free(words);
}
GST_END_TEST

GST_START_TEST(test_an_unreadable_model_gets_the_loaders_words)
{
  gchar *path = NULL, *words;
  gint fd = g_file_open_tmp("etrack-XXXXXX.safetensors", &path, NULL);

  fail_unless(fd >= 0 && g_close(fd, NULL) && g_file_set_contents(path, "not a model at all", -1, NULL));
  words = start_error(path);
  assert_contains(words, path);
  g_remove(path);
  g_free(words);
  g_free(path);
}
GST_END_TEST

static void set_random(GRand *rand, GObject *object, GParamSpec *spec)
{
  static const gchar *const texts[] = {"", "1,2,3,4", "100,90,40,40", "nonsense", "-5,0,100,100", "1e308,0,1e308,1"};
  GValue value = G_VALUE_INIT;

  g_value_init(&value, spec->value_type);
  if (G_IS_PARAM_SPEC_DOUBLE(spec))
    g_value_set_double(&value, g_rand_double_range(rand, G_PARAM_SPEC_DOUBLE(spec)->minimum, G_PARAM_SPEC_DOUBLE(spec)->maximum));
  else if (G_IS_PARAM_SPEC_BOOLEAN(spec))
    g_value_set_boolean(&value, g_rand_boolean(rand));
  else if (G_IS_PARAM_SPEC_UINT(spec))
    g_value_set_uint(&value, g_rand_int(rand) >> 1);
  else if (G_IS_PARAM_SPEC_ENUM(spec))
    g_value_set_enum(&value, g_rand_int_range(rand, 0, 3));
  else if (G_IS_PARAM_SPEC_STRING(spec))
    g_value_set_string(&value, texts[g_rand_int_range(rand, 0, G_N_ELEMENTS(texts))]);
  else
    return;
  g_param_value_validate(spec, &value);
  g_object_set_property(object, spec->name, &value);
  g_value_unset(&value);
}

static gboolean is_fuzzed(const GParamSpec *spec)
{
  static const gchar *const others[] = {"name", "parent", "qos", "model", "history-bytes", "first-frame"};

  for (guint i = 0; i < G_N_ELEMENTS(others); i++)
    if (g_str_equal(spec->name, others[i]))
      return FALSE;
  return (spec->flags & G_PARAM_WRITABLE) != 0;
}

/* Random values while frames flow: each frame comes out, nothing crashes, and everything can be
 * read. */
static struct et_params params_of(Rig *rig)
{
  struct et_params *boxed = NULL, params;

  g_object_get(rig->element, "params", &boxed, NULL);
  fail_unless(boxed != NULL);
  params = *boxed;
  g_free(boxed);
  return params;
}

/* All are above the old thresholds. Set one by one, some would be out of order on the way. */
GST_START_TEST(test_all_parameters_are_taken_at_once_or_none)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), NULL);
  struct et_params high, bad;
  double weak;

  gst_buffer_unref(rig_pass(rig, 0));
  high = params_of(rig);
  high.lost_score = 0.95;
  high.weak_score = 0.97;
  high.found_score = 0.99;
  g_object_set(rig->element, "params", &high, NULL);
  fail_unless(gst_bus_pop_filtered(rig->bus, GST_MESSAGE_WARNING) == NULL, "parameters in order were warned of");
  g_object_get(rig->element, "weak-score", &weak, NULL);
  fail_unless_equals_float(weak, 0.97);
  bad = high;
  bad.weak_score = 0.2;
  bad.coast_s = 5;
  g_object_set(rig->element, "params", &bad, NULL);
  g_free(rig_words(rig, GST_MESSAGE_WARNING));
  fail_unless_equals_float(params_of(rig).coast_s, high.coast_s);
  fail_unless_equals_float(params_of(rig).weak_score, 0.97);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_random_properties_while_playing)
{
  Rig *rig = rig_new("mode", 1 + __i__, NULL);
  GRand *rand = g_rand_new_with_seed(20 + (guint)__i__);
  guint count;
  GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(rig->element), &count);

  for (guint n = 0; n < 60; n++) {
    for (guint i = 0; i < 6; i++) {
      GParamSpec *spec = specs[g_rand_int_range(rand, 0, (gint)count)];

      if (is_fuzzed(spec))
        set_random(rand, G_OBJECT(rig->element), spec);
    }
    gst_buffer_unref(rig_pass(rig, n));
    gst_bus_set_flushing(rig->bus, TRUE);
    gst_bus_set_flushing(rig->bus, FALSE);
  }
  for (guint i = 0; i < count; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init(&value, specs[i]->value_type);
    g_object_get_property(G_OBJECT(rig->element), specs[i]->name, &value);
    g_value_unset(&value);
  }
  g_free(specs);
  g_rand_free(rand);
  rig_free(rig);
}
GST_END_TEST

static Suite *properties_suite(void)
{
  Suite *s = suite_create("properties");
  TCase *t = tcase_create("properties");

  tcase_set_timeout(t, TEST_S);
  tcase_add_test(t, test_every_parameter_is_a_property);
  tcase_add_test(t, test_cvtrackers_names_work);
  tcase_add_test(t, test_one_of_cvtrackers_names_is_enough);
  tcase_add_test(t, test_target_wins_over_cvtrackers_names);
  tcase_add_test(t, test_algorithm_is_answered_with_a_warning);
  tcase_add_test(t, test_draw_rect_is_draw);
  tcase_add_test(t, test_a_missing_model_is_named);
  tcase_add_test(t, test_an_unreadable_model_gets_the_loaders_words);
  tcase_add_test(t, test_all_parameters_are_taken_at_once_or_none);
  tcase_add_loop_test(t, test_random_properties_while_playing, 0, 2);
  suite_add_tcase(s, t);
  return s;
}

GST_CHECK_MAIN(properties)
