/* SPDX-License-Identifier: MIT */
/* What a client reads: the structs that were printed. Bad input breaks nothing. */
#include "proto/read.h"

#include <stdlib.h>
#include <string.h>

#include "samples.h"
#include "test/main.h"

static struct proto_document *read_text(const char *text)
{
  struct proto_document *document = proto_document_read(text, strlen(text));

  ck_assert_msg(document != NULL, "%s", text);
  return document;
}

/* Takes ownership of `text`. */
static struct proto_document *read_printed(char *text, enum proto_kind kind)
{
  struct proto_document *document = read_text(text);

  free(text);
  ck_assert_int_eq(proto_document_kind(document), kind);
  return document;
}

START_TEST(a_track_event_comes_back)
{
  char text[PROTO_EVENT_SIZE], again[PROTO_EVENT_SIZE];
  struct proto_document *document;
  struct proto_track track;

  ck_assert_uint_gt(proto_print_track(&sample_track, text, sizeof text), 0);
  document = read_text(text);
  ck_assert_int_eq(proto_document_kind(document), PROTO_KIND_TRACK);
  proto_read_track(document, &track);
  track.hfov_deg = sample_track.hfov_deg; /* the one field that does not travel */
  ck_assert_uint_gt(proto_print_track(&track, again, sizeof again), 0);
  ck_assert_str_eq(again, text);
  proto_document_free(&document);
  ck_assert_ptr_null(document);
}
END_TEST

START_TEST(events_come_back)
{
  const struct proto_event *const events[] = {&sample_event, &sample_stream_down};

  for (int i = 0; i < 2; i++) {
    char text[PROTO_EVENT_SIZE], again[PROTO_EVENT_SIZE];
    struct proto_document *document;
    struct proto_event event;

    ck_assert_uint_gt(proto_print_event(events[i], text, sizeof text), 0);
    document = read_text(text);
    ck_assert_int_eq(proto_document_kind(document), PROTO_KIND_EVENT);
    proto_read_event(document, &event);
    ck_assert_uint_gt(proto_print_event(&event, again, sizeof again), 0);
    ck_assert_str_eq(again, text);
    proto_document_free(&document);
  }
}
END_TEST

START_TEST(status_comes_back)
{
  char *text = proto_print_status(&sample_status, "9f31c2aa", 3), *again;
  struct proto_document *document = read_text(text);
  struct proto_status status;

  ck_assert_int_eq(proto_document_kind(document), PROTO_KIND_STATUS);
  proto_read_status(document, &status);
  ck_assert_uint_eq(status.count, 2);
  again = proto_print_status(&status, "9f31c2aa", 3);
  ck_assert_str_eq(again, text);
  proto_document_free(&document);
  free(text);
  free(again);
}
END_TEST

START_TEST(cameras_come_back)
{
  char *text = proto_reply_cameras(&sample_request, "9f31c2aa", sample_cameras, 2), *again;
  struct proto_document *document = read_text(text);
  const struct proto_camera *cameras;
  size_t count;

  proto_read_cameras(document, &cameras, &count);
  again = proto_reply_cameras(&sample_request, "9f31c2aa", cameras, count);
  ck_assert_str_eq(again, text);
  proto_document_free(&document);
  free(text);
  free(again);
}
END_TEST

START_TEST(hello_comes_back)
{
  struct proto_document *document = read_printed(proto_reply_hello(&sample_request, "9f31c2aa", &sample_hello), PROTO_KIND_REPLY);
  struct proto_hello hello;

  proto_read_hello(document, &hello);
  ck_assert_str_eq(hello.version, "0.1.0");
  ck_assert_str_eq(hello.model, "etrack-small");
  ck_assert_uint_eq(hello.count, 2);
  ck_assert_str_eq(hello.streams[1], "cam1");
  ck_assert_int_eq(hello.clocks.monotonic_ns, 18230011223344);
  proto_document_free(&document);
}
END_TEST

START_TEST(replies_come_back)
{
  struct proto_document *document = read_printed(proto_reply_track(&sample_request, "9f31c2aa", 7, 1834), PROTO_KIND_REPLY);
  struct proto_reply reply;

  proto_read_reply(document, &reply);
  ck_assert(reply.ok);
  ck_assert_str_eq(reply.id, "42");
  ck_assert_str_eq(reply.epoch, "9f31c2aa");
  ck_assert_uint_eq(reply.target, 7);
  ck_assert_uint_eq(reply.frame, 1834);
  ck_assert_str_eq(reply.code, "");
  proto_document_free(&document);
  document = read_printed(proto_reply_error(&sample_request, "9f31c2aa", PROTO_ERR_BUSY, "an init is under way"), PROTO_KIND_REPLY);
  proto_read_reply(document, &reply);
  ck_assert(!reply.ok);
  ck_assert_str_eq(reply.code, "busy");
  ck_assert_str_eq(reply.message, "an init is under way");
  proto_document_free(&document);
  document = read_printed(proto_reply_metrics(&sample_request, "9f31c2aa", "a 1\n"), PROTO_KIND_REPLY);
  proto_read_reply(document, &reply);
  ck_assert_str_eq(reply.text, "a 1\n");
  proto_document_free(&document);
}
END_TEST

START_TEST(what_is_no_object_is_not_read)
{
  static const char *const texts[] = {"",
                                      " ",
                                      "track.a",
                                      "track.a ",
                                      "track.a []",
                                      "track.a {",
                                      "[]",
                                      "{",
                                      "nothing here",
                                      "7",
                                      "{}x",
                                      "track.a {} {}",
                                      "{\"id\":\"\\uX000\"}",
                                      "{\"id\":\"\\ud800\"}",
                                      "{\"frame\":1e999}"};

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    ck_assert_msg(proto_document_read(texts[i], strlen(texts[i])) == NULL, "%s", texts[i]);
}
END_TEST

START_TEST(a_later_protocol_is_ignored)
{
  struct proto_document *document = read_text("zoom.a {\"type\":\"zoom\",\"proto\":2}");
  struct proto_track track;

  ck_assert_int_eq(proto_document_kind(document), PROTO_KIND_OTHER);
  proto_document_free(&document);
  document = read_text("track.a {\"type\":\"track\",\"stream\":\"a\",\"new\":{\"x\":[1]},\"frame\":3}");
  proto_read_track(document, &track);
  ck_assert_str_eq(track.stream, "a");
  ck_assert_uint_eq(track.record.frame, 3);
  ck_assert_int_eq(track.record.result.state, ET_STATE_IDLE);
  ck_assert_int_eq(track.record.pts_ns, -1);
  ck_assert(!track.record.result.has_box);
  proto_document_free(&document);
}
END_TEST

/* Wrong types everywhere are read as absent. */
START_TEST(wrong_types_are_absent)
{
  struct proto_document *document = read_text(
    "{\"ok\":true,\"id\":7,\"target\":\"x\",\"frame\":-4,\"size_bytes\":1e300,\"error\":\"e\",\"streams\":[1,\"a\",{\"size\":\"big\","
    "\"box\":[1,2],\"latency\":[],\"counters\":7}],\"cameras\":[null,{\"modes\":[[]],\"controls\":{\"a\":1}}],\"clocks\":3}");
  struct proto_reply reply;
  struct proto_status status;
  struct proto_hello hello;
  const struct proto_camera *cameras;
  size_t count;

  proto_read_reply(document, &reply);
  ck_assert_str_eq(reply.id, "");
  ck_assert_uint_eq(reply.target, 0);
  ck_assert_uint_eq(reply.frame, 0);
  ck_assert_str_eq(reply.message, "");
  proto_read_status(document, &status);
  ck_assert_uint_eq(status.count, 3);
  ck_assert(!status.streams[2].last.result.has_box);
  ck_assert_int_eq(status.streams[2].width, 0);
  ck_assert_str_eq(status.streams[0].name, "");
  proto_read_hello(document, &hello);
  ck_assert_uint_eq(hello.count, 3);
  ck_assert_str_eq(hello.streams[0], "");
  proto_read_cameras(document, &cameras, &count);
  ck_assert_uint_eq(count, 2);
  ck_assert_str_eq(cameras[0].path, "");
  ck_assert_uint_eq(cameras[1].mode_count, 1);
  ck_assert_uint_eq(cameras[1].control_count, 0);
  proto_document_free(&document);
}
END_TEST

START_TEST(integers_are_exact_and_end_where_their_type_does)
{
  struct proto_document *document = read_text("{\"ok\":true,\"target\":9223372036854775807,\"frame\":9007199254740993,\"size_bytes\":1e300,"
                                              "\"clocks\":{\"monotonic_ns\":-9223372036854775808,\"realtime_ns\":1785412345678901234}}");
  struct proto_hello hello;
  struct proto_reply reply;

  proto_read_reply(document, &reply);
  ck_assert_uint_eq(reply.target, INT64_MAX);
  ck_assert_uint_eq(reply.frame, UINT64_C(9007199254740993));
  ck_assert_uint_eq(reply.size_bytes, UINT64_C(9200000000000000000));
  proto_read_hello(document, &hello);
  ck_assert_int_eq(hello.clocks.monotonic_ns, INT64_MIN);
  ck_assert_int_eq(hello.clocks.realtime_ns, 1785412345678901234);
  proto_document_free(&document);
}
END_TEST

START_TEST(free_accepts_nothing)
{
  struct proto_document *none = NULL;

  proto_document_free(NULL);
  proto_document_free(&none);
  ck_assert_ptr_null(none);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("proto read");
  TCase *tests = tcase_create("read");

  tcase_add_test(tests, a_track_event_comes_back);
  tcase_add_test(tests, events_come_back);
  tcase_add_test(tests, status_comes_back);
  tcase_add_test(tests, cameras_come_back);
  tcase_add_test(tests, hello_comes_back);
  tcase_add_test(tests, replies_come_back);
  tcase_add_test(tests, what_is_no_object_is_not_read);
  tcase_add_test(tests, a_later_protocol_is_ignored);
  tcase_add_test(tests, wrong_types_are_absent);
  tcase_add_test(tests, integers_are_exact_and_end_where_their_type_does);
  tcase_add_test(tests, free_accepts_nothing);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
