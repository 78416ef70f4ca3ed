/* SPDX-License-Identifier: MIT */
/* Replies and events, byte for byte. */
#include "proto/message.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"
#include "test/main.h"

/* Takes ownership of `text`. */
static void reads(char *text, const char *expected)
{
  ck_assert_ptr_nonnull(text);
  ck_assert_str_eq(text, expected);
  free(text);
}

static void track_reads(const struct proto_track *track, const char *expected)
{
  char buffer[PROTO_EVENT_SIZE];
  const size_t length = proto_print_track(track, buffer, sizeof buffer);

  ck_assert_str_eq(buffer, expected);
  ck_assert_uint_eq(length, strlen(expected));
}

static void event_reads(const struct proto_event *event, const char *expected)
{
  char buffer[PROTO_EVENT_SIZE];
  const size_t length = proto_print_event(event, buffer, sizeof buffer);

  ck_assert_str_eq(buffer, expected);
  ck_assert_uint_eq(length, strlen(expected));
}

START_TEST(a_track_event_has_every_field)
{
  track_reads(&sample_track,
              "track.cam0 {\"type\":\"track\",\"proto\":1,\"epoch\":\"9f31c2aa\",\"stream\":\"cam0\",\"seq\":5210,\"frame\":1838,"
              "\"pts_ns\":61266666666,\"capture_ns\":18230011223344,\"capture_source\":\"driver\",\"target\":7,\"state\":\"tracking\","
              "\"box\":[318.400,207.900,63.200,48.800],\"box_norm\":[0.248750,0.288750,0.049375,0.067778],\"size\":[1280,720],"
              "\"offset\":[-0.4531,-0.3547],\"angle_deg\":[-24.376,-11.284],\"score\":0.9100,\"raw_score\":0.8740,\"likeness\":0.9520,"
              "\"rival\":0.2200,\"velocity_px_s\":[32.000,-4.100],\"camera_motion_px_s\":[12.500,-3.000],"
              "\"dropped\":3,\"queue_us\":180,\"infer_us\":3900,\"age_us\":9100}");
}
END_TEST

START_TEST(a_lost_target_has_no_box)
{
  struct proto_track lost = sample_track;

  lost.record.result.state = ET_STATE_LOST;
  lost.record.result.has_box = false;
  lost.record.pts_ns = -1;
  lost.record.capture_by_driver = false;
  track_reads(&lost, "track.cam0 {\"type\":\"track\",\"proto\":1,\"epoch\":\"9f31c2aa\",\"stream\":\"cam0\",\"seq\":5210,\"frame\":1838,"
                     "\"capture_ns\":18230011223344,\"capture_source\":\"arrival\",\"target\":7,\"state\":\"lost\",\"size\":[1280,720],"
                     "\"score\":0.9100,\"raw_score\":0.8740,\"likeness\":0.9520,\"rival\":0.2200,"
                     "\"camera_motion_px_s\":[12.500,-3.000],\"dropped\":3,\"queue_us\":180,\"infer_us\":3900,\"age_us\":9100}");
}
END_TEST

START_TEST(the_centre_has_no_offset)
{
  struct proto_track centred = sample_track;
  char buffer[PROTO_EVENT_SIZE];

  centred.record.result.box.x = 1280 / 2 - centred.record.result.box.w / 2;
  centred.record.result.box.y = 720 / 2 - centred.record.result.box.h / 2;
  ck_assert_uint_gt(proto_print_track(&centred, buffer, sizeof buffer), 0);
  ck_assert_msg(strstr(buffer, "\"offset\":[0.0000,0.0000],\"angle_deg\":[0.000,0.000]") != NULL, "%s", buffer);
  centred.record.result.box.x = 1280 - centred.record.result.box.w / 2;
  ck_assert_uint_gt(proto_print_track(&centred, buffer, sizeof buffer), 0);
  ck_assert_msg(strstr(buffer, "\"offset\":[1.0000,0.0000],\"angle_deg\":[45.000,0.000]") != NULL, "the frame's edge at 90 degrees: %s",
                buffer);
  centred.hfov_deg = 0;
  ck_assert_uint_gt(proto_print_track(&centred, buffer, sizeof buffer), 0);
  ck_assert_msg(strstr(buffer, "angle_deg") == NULL, "%s", buffer);
}
END_TEST

/* 720x576 at 64/45 is a picture of 16:9: its height is 9/16 of its width, however many rows it has.
 * */
START_TEST(the_angle_follows_the_display_and_not_the_rows)
{
  struct proto_track wide = sample_track;
  char buffer[PROTO_EVENT_SIZE];

  wide.record.width = 720;
  wide.record.height = 576;
  wide.record.pixel_aspect = 64.0 / 45;
  wide.record.result.box = (struct et_box){340, (0.6334 + 1) / 2 * 576 - 20, 40, 40};
  wide.hfov_deg = 60;
  ck_assert_uint_gt(proto_print_track(&wide, buffer, sizeof buffer), 0);
  ck_assert_msg(strstr(buffer, "\"offset\":[0.0000,0.6334],\"angle_deg\":[0.000,11.624]") != NULL, "%s", buffer);
}
END_TEST

START_TEST(what_is_not_finite_is_not_printed)
{
  struct proto_track odd = sample_track;
  char buffer[PROTO_EVENT_SIZE];

  odd.record.result.score = NAN;
  odd.record.result.velocity_x_px_s = INFINITY;
  odd.record.result.velocity_y_px_s = -1e300;
  ck_assert_uint_gt(proto_print_track(&odd, buffer, sizeof buffer), 0);
  ck_assert_msg(!strstr(buffer, "nan") && !strstr(buffer, ":inf") && !strstr(buffer, "[inf") && !strstr(buffer, "e+"), "%s", buffer);
  ck_assert_msg(strstr(buffer, "\"score\":0.0000") != NULL, "%s", buffer);
}
END_TEST

START_TEST(the_largest_event_fits)
{
  static const char name[] = "12345678901234567890123456789012";
  char reason[400], buffer[PROTO_EVENT_SIZE];
  struct proto_track t = sample_track;
  struct proto_event e = sample_event;

  memset(reason, 1, sizeof reason - 1);
  reason[sizeof reason - 1] = '\0';
  t.stream = e.stream = name;
  t.seq = t.record.frame = t.record.target = t.record.dropped = e.seq = e.record.frame = e.record.target = UINT64_MAX;
  t.record.pts_ns = t.record.capture_ns = t.record.queue_ns = t.record.infer_ns = t.age_ns = INT64_MAX;
  e.record.pts_ns = e.record.capture_ns = e.record.result.gap_ns = INT64_MAX;
  t.record.result.box = (struct et_box){-1e300, -1e300, -1e300, -1e300};
  t.record.result.velocity_x_px_s = t.record.result.velocity_y_px_s = -1e300;
  t.record.width = t.record.height = e.record.width = e.record.height = 1;
  e.reason = reason;
  e.rate_hz = 1e300;
  ck_assert_uint_gt(proto_print_track(&t, buffer, sizeof buffer), 0);
  ck_assert_uint_gt(proto_print_event(&e, buffer, sizeof buffer), 0);
}
END_TEST

START_TEST(a_small_buffer_is_never_overrun)
{
  char whole[PROTO_EVENT_SIZE], buffer[PROTO_EVENT_SIZE];
  const size_t length = proto_print_track(&sample_track, whole, sizeof whole);

  for (size_t size = 0; size < length + 4; size++) {
    const size_t written = (memset(buffer, '#', sizeof buffer), proto_print_track(&sample_track, buffer, size));

    ck_assert_uint_eq(written, size > length ? length : 0);
    ck_assert_msg(buffer[size] == '#', "%zu bytes were given, more were written", size);
  }
}
END_TEST

START_TEST(an_event_has_what_applies)
{
  event_reads(&sample_event,
              "event.cam0 {\"type\":\"event\",\"proto\":1,\"epoch\":\"9f31c2aa\",\"stream\":\"cam0\",\"seq\":12,\"event\":\"reacquired\","
              "\"target\":7,\"score\":0.8400,\"frame\":1902,\"pts_ns\":63400000000,\"capture_ns\":18232144556677,\"gap_ns\":2133333333,"
              "\"size\":[1280,720]}");
  event_reads(&sample_stream_down, "event.cam0 {\"type\":\"event\",\"proto\":1,\"epoch\":\"9f31c2aa\",\"stream\":\"cam0\",\"seq\":13,"
                                   "\"event\":\"stream-down\",\"reason\":\"no frame for 5 s\"}");
}
END_TEST

#define PARAMS_TEXT                                                                                                                        \
  "\"params\":{\"weak_score\":0.450000,\"lost_score\":0.100000,\"found_score\":0.900000,\"score_hysteresis\":0.050000,\"rival_ratio\":0."  \
  "800000,"                                                                                                                                \
  "\"coast_s\":2.500000,\"search_s\":86400.000000,\"search_cost\":0.500000}"

static const char streams_text[] =
  "\"streams\":[{\"stream\":\"cam0\",\"source\":\"v4l2:///dev/video0\",\"link\":\"up\",\"size\":[1280,720],\"rate_hz\":29.970,"
  "\"state\":\"tracking\",\"frame\":1840,\"target\":7,\"score\":0.9100,\"box\":[1.500,2.250,64.000,48.000],\"box_frame\":1838,"
  "\"counters\":{\"frames\":1840,\"processed\":1800,\"dropped\":40,\"lost_messages\":1,\"restarts\":2},"
  "\"latency\":{\"count\":1800,\"p50_ns\":9000000,\"p95_ns\":12000000,\"p99_ns\":15000000,\"max_ns\":40000000}," PARAMS_TEXT "},"
  "{\"stream\":\"cam1\",\"source\":\"rtsp://10.0.0.1/\\\"x\\\"\",\"link\":\"down\",\"reason\":\"connection refused\",\"state\":\"idle\","
  "\"frame\":0,\"counters\":{\"frames\":0,\"processed\":0,\"dropped\":0,\"lost_messages\":0,\"restarts\":0},"
  "\"latency\":{\"count\":0,\"p50_ns\":0,\"p95_ns\":0,\"p99_ns\":0,\"max_ns\":0}," PARAMS_TEXT "}]}";

static const char clocks_text[] = "\"clocks\":{\"monotonic_ns\":18230011223344,\"realtime_ns\":1790000000123456789}";

START_TEST(status_is_the_same_as_reply_and_as_event)
{
  char expected[2048];

  snprintf(expected, sizeof expected,
           "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":true,%s,\"uptime_ns\":3600000000000,\"memory_bytes\":123456789,%s", clocks_text,
           streams_text);
  reads(proto_reply_status(&sample_request, "9f31c2aa", &sample_status), expected);
  snprintf(
    expected, sizeof expected,
    "status {\"type\":\"status\",\"proto\":1,\"epoch\":\"9f31c2aa\",\"seq\":3,%s,\"uptime_ns\":3600000000000,\"memory_bytes\":123456789,%s",
    clocks_text, streams_text);
  reads(proto_print_status(&sample_status, "9f31c2aa", 3), expected);
}
END_TEST

START_TEST(replies_echo_the_id_where_there_is_one)
{
  const struct proto_request none = {0}, odd = {.has_id = true, .id = "\"\\\x1f\xc3\xa9"};

  reads(proto_reply_ok(&none, "9f31c2aa"), "{\"epoch\":\"9f31c2aa\",\"ok\":true}");
  reads(proto_reply_ok(&odd, "9f31c2aa"), "{\"id\":\"\\\"\\\\\\u001f\xc3\xa9\",\"epoch\":\"9f31c2aa\",\"ok\":true}");
}
END_TEST

START_TEST(an_error_has_code_and_words)
{
  reads(
    proto_reply_error(&sample_request, "9f31c2aa", PROTO_ERR_BAD_BOX, "box [..] lies outside the 1280x720 frame"),
    "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":false,\"error\":{\"code\":\"bad-box\",\"message\":\"box [..] lies outside the 1280x720 "
    "frame\"}}");
  reads(proto_reply_error(&sample_request, "9f31c2aa", PROTO_ERR_BAD_REQUEST, "cut \xc3"),
        "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":false,\"error\":{\"code\":\"bad-request\",\"message\":\"cut \xef\xbf\xbd\"}}");
}
END_TEST

START_TEST(the_other_replies)
{
  reads(proto_reply_track(&sample_request, "9f31c2aa", 7, INT64_MAX),
        "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":true,\"target\":7,\"frame\":9223372036854775807}");
  reads(
    proto_reply_hello(&sample_request, "9f31c2aa", &sample_hello),
    "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":true,\"name\":\"etrackd\",\"version\":\"0.1.0\",\"proto\":1,\"model\":\"etrack-small\","
    "\"streams\":[\"cam0\",\"cam1\"],\"clocks\":{\"monotonic_ns\":18230011223344,\"realtime_ns\":1790000000123456789}}");
  reads(
    proto_reply_streams(&sample_request, "9f31c2aa", sample_streams, 1),
    "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":true,\"streams\":[{\"stream\":\"cam0\",\"source\":\"v4l2:///dev/video0\",\"link\":\"up\","
    "\"size\":[1280,720],\"rate_hz\":29.970,\"state\":\"tracking\"}]}");
  reads(proto_reply_snapshot(&sample_request, "9f31c2aa", 1838, 65536),
        "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":true,\"format\":\"image/jpeg\",\"frame\":1838,\"size_bytes\":65536}");
  reads(proto_reply_metrics(&sample_request, "9f31c2aa", "a 1\n# b\n"),
        "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":true,\"text\":\"a 1\\u000a# b\\u000a\"}");
  reads(proto_reply_cameras(&sample_request, "9f31c2aa", sample_cameras, 2),
        "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":true,\"cameras\":[{\"path\":\"/dev/video0\",\"name\":\"Integrated Camera\","
        "\"modes\":[{\"format\":\"YUY2\",\"size\":[1280,720],\"rate_hz\":30.000},{\"format\":\"image/jpeg\",\"size\":[1920,1080]}],"
        "\"controls\":[{\"name\":\"brightness\",\"label\":\"Brightness\",\"min\":-64,\"max\":64,\"step\":1,\"default\":0,\"value\":-3,"
        "\"writable\":true}]},{\"path\":\"/dev/video2\",\"name\":\"Odd \xef\xbf\xbd Camera\",\"modes\":[],\"controls\":[]}]}");
}
END_TEST

START_TEST(no_decimal_comma)
{
  char buffer[PROTO_EVENT_SIZE];

  if (!setlocale(LC_ALL, "de_DE.UTF-8"))
    setlocale(LC_ALL, "C.UTF-8");
  ck_assert_uint_gt(proto_print_track(&sample_track, buffer, sizeof buffer), 0);
  ck_assert_msg(strstr(buffer, "\"score\":0.9100,") != NULL, "%s", buffer);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("proto message");
  TCase *tests = tcase_create("message");

  tcase_add_test(tests, a_track_event_has_every_field);
  tcase_add_test(tests, a_lost_target_has_no_box);
  tcase_add_test(tests, the_centre_has_no_offset);
  tcase_add_test(tests, the_angle_follows_the_display_and_not_the_rows);
  tcase_add_test(tests, what_is_not_finite_is_not_printed);
  tcase_add_test(tests, the_largest_event_fits);
  tcase_add_test(tests, a_small_buffer_is_never_overrun);
  tcase_add_test(tests, an_event_has_what_applies);
  tcase_add_test(tests, status_is_the_same_as_reply_and_as_event);
  tcase_add_test(tests, replies_echo_the_id_where_there_is_one);
  tcase_add_test(tests, an_error_has_code_and_words);
  tcase_add_test(tests, the_other_replies);
  tcase_add_test(tests, no_decimal_comma);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
