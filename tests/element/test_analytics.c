/* SPDX-License-Identifier: MIT */
/* GstAnalytics metas, read back field by field, and what objectdetectionoverlay draws from them.
 * Needs GStreamer 1.24. */
#define GST_USE_UNSTABLE_API
#include <gst/analytics/analytics.h>
#include <string.h>

#include "fixture.h"

static GstAnalyticsRelationMeta *relations(GstBuffer *buffer)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);

  fail_unless(meta != NULL, "no relation meta");
  return meta;
}

static guint count_of(GstAnalyticsRelationMeta *meta, GstAnalyticsMtdType type)
{
  GstAnalyticsMtd mtd;
  gpointer state = NULL;
  guint count = 0;

  while (gst_analytics_relation_meta_iterate(meta, &state, type, &mtd))
    count++;
  return count;
}

GST_START_TEST(test_a_tracked_target_is_a_detection_related_to_a_track)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), "roi-type", "ball", NULL);

  for (guint n = 0; n < 4; n++) {
    GstBuffer *out = rig_pass(rig, n);
    GstAnalyticsRelationMeta *meta = relations(out);
    const Box b = box_of(roi_params(out));
    GstAnalyticsODMtd od;
    GstAnalyticsTrackingMtd track;
    gpointer state = NULL;
    guint64 id;
    GstClockTime begin, end;
    gboolean lost;
    gint x, y, w, h;
    gfloat confidence;

    fail_unless_equals_int(count_of(meta, gst_analytics_od_mtd_get_mtd_type()), 1);
    fail_unless_equals_int(count_of(meta, gst_analytics_tracking_mtd_get_mtd_type()), 1);
    fail_unless(gst_analytics_relation_meta_iterate(meta, &state, gst_analytics_od_mtd_get_mtd_type(), &od));
    fail_unless_equals_string(g_quark_to_string(gst_analytics_od_mtd_get_obj_type(&od)), "ball");
    fail_unless(gst_analytics_od_mtd_get_location(&od, &x, &y, &w, &h, &confidence));
    fail_unless(ABS(x - b.x) <= 0.5 && ABS(y - b.y) <= 0.5 && ABS(w - b.w) <= 0.5 && ABS(h - b.h) <= 0.5, "%d %d %d %d for %f %f %f %f", x,
                y, w, h, b.x, b.y, b.w, b.h);
    fail_unless_equals_float(confidence, (gfloat)field_double(roi_params(out), "score"));
    state = NULL;
    fail_unless(gst_analytics_relation_meta_get_direct_related(meta, od.id, GST_ANALYTICS_REL_TYPE_RELATE_TO,
                                                               gst_analytics_tracking_mtd_get_mtd_type(), &state, &track));
    fail_unless(gst_analytics_tracking_mtd_get_info(&track, &id, &begin, &end, &lost));
    fail_unless_equals_uint64(id, field_uint64(roi_params(out), "target"));
    fail_unless_equals_uint64(begin, 0);
    fail_unless_equals_uint64(end, n * GST_SECOND / 25);
    fail_unless(!lost);
    gst_buffer_unref(out);
  }
  rig_free(rig);
}
GST_END_TEST

/* objectdetectionoverlay keeps its last drawing for a second on buffers without the meta. */
GST_START_TEST(test_without_a_target_there_is_an_empty_meta)
{
  Rig *rig = rig_new("mode", 2, NULL);
  GstBuffer *out = rig_pass(rig, 0);

  fail_unless_equals_int(gst_analytics_relation_get_length(relations(out)), 0);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_a_lost_target_is_a_track_set_lost_and_no_detection)
{
  Rig *rig = rig_new("mode", 2, "target", ball_target(0), "coast-s", 0.0, "search-s", 0.0, NULL);
  GstAnalyticsTrackingMtd track;
  GstAnalyticsRelationMeta *meta;
  gpointer state = NULL;
  GstBuffer *out;
  guint64 id;
  GstClockTime begin, end;
  gboolean lost;

  gst_buffer_unref(rig_pass(rig, 0));
  g_signal_emit_by_name(rig->element, "lose", ET_REASON_STREAM_DOWN);
  /* the ball is outside */
  out = gst_harness_push_and_pull(rig->harness, picture(1000, WIDTH, HEIGHT));
  meta = relations(out);
  fail_unless_equals_int(count_of(meta, gst_analytics_od_mtd_get_mtd_type()), 0);
  fail_unless(gst_analytics_relation_meta_iterate(meta, &state, gst_analytics_tracking_mtd_get_mtd_type(), &track));
  fail_unless(gst_analytics_tracking_mtd_get_info(&track, &id, &begin, &end, &lost));
  fail_unless(lost);
  fail_unless_equals_int(roi_count(out), 0);
  gst_buffer_unref(out);
  rig_free(rig);
}
GST_END_TEST

/* Coloured pixels of a 320x240 RGBA picture in a rectangle. */
static guint coloured(const guint8 *rgba, guint left, guint top, guint right, guint bottom)
{
  guint count = 0;

  for (guint y = top; y < bottom; y++)
    for (guint x = left; x < right; x++) {
      const guint8 *p = rgba + (y * 320 + x) * 4;

      count += MAX(p[0], MAX(p[1], p[2])) - MIN(p[0], MIN(p[1], p[2])) > 100;
    }
  return count;
}

/* On each of the box's four edges, except under its label (above it), and not inside. */
GST_START_TEST(test_objectdetectionoverlay_draws_it)
{
  GstHarness *h;
  GstBuffer *out;
  GstMapInfo map;

  if (!gst_registry_check_feature_version(gst_registry_get(), "objectdetectionoverlay", 1, 24, 0)) {
    g_print("SKIPPED: test_objectdetectionoverlay_draws_it: no objectdetectionoverlay here\n");
    return;
  }
  h = gst_harness_new_parse("videotestsrc pattern=ball num-buffers=2 ! video/x-raw,format=RGBA,width=320,height=240,framerate=25/1 ! "
                            "etrack mode=sync target=140,100,40,40 ! objectdetectionoverlay object-detection-outline-color=4294901760 ! "
                            "videoconvert ! capsfilter caps=video/x-raw,format=RGBA");
  gst_harness_play(h);
  out = gst_harness_pull(h);
  fail_unless(gst_buffer_map(out, &map, GST_MAP_READ));
  fail_unless(coloured(map.data, 136, 105, 145, 135) >= 25, "no left edge");
  fail_unless(coloured(map.data, 176, 105, 185, 135) >= 25, "no right edge");
  fail_unless(coloured(map.data, 145, 136, 175, 145) >= 25, "no lower edge");
  fail_unless(coloured(map.data, 145, 96, 175, 105) >= 25, "no upper edge");
  fail_unless_equals_int(coloured(map.data, 148, 118, 172, 134), 0);
  fail_unless_equals_int(coloured(map.data, 0, 150, 320, 240), 0);
  gst_buffer_unmap(out, &map);
  gst_buffer_unref(out);
  gst_harness_teardown(h);
}
GST_END_TEST

static Suite *analytics_suite(void)
{
  Suite *s = suite_create("analytics");
  TCase *t = tcase_create("analytics");

  tcase_set_timeout(t, TEST_S);
  tcase_add_test(t, test_a_tracked_target_is_a_detection_related_to_a_track);
  tcase_add_test(t, test_without_a_target_there_is_an_empty_meta);
  tcase_add_test(t, test_a_lost_target_is_a_track_set_lost_and_no_detection);
  tcase_add_test(t, test_objectdetectionoverlay_draws_it);
  suite_add_tcase(s, t);
  return s;
}

GST_CHECK_MAIN(analytics)
