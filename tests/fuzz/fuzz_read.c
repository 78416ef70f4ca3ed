/* SPDX-License-Identifier: MIT */
/* What a client reads: any reply or event is read as something, and the result can be printed. */
#include <string.h>

#include "fuzz.h"
#include "proto/read.h"

const int fuzz_runs = 300000;

const char *const fuzz_seeds[] = {
  "{\"id\":\"42\",\"epoch\":\"9f31c2aa\",\"ok\":true,\"target\":7,\"frame\":1834}",
  "{\"epoch\":\"9f31c2aa\",\"ok\":false,\"error\":{\"code\":\"bad-box\",\"message\":\"m\"}}",
  "{\"ok\":true,\"version\":\"0.1.0\",\"model\":\"m\",\"streams\":[\"a\",\"b\"],\"clocks\":{\"monotonic_ns\":1,\"realtime_ns\":2}}",
  "{\"ok\":true,\"cameras\":[{\"path\":\"/dev/video0\",\"name\":\"n\",\"modes\":[{\"format\":\"YUY2\",\"size\":[640,480],\"rate_hz\":30}],"
  "\"controls\":[{\"name\":\"a\",\"label\":\"A\",\"min\":0,\"max\":9,\"step\":1,\"default\":3,\"value\":4,\"writable\":true}]}]}",
  "status "
  "{\"type\":\"status\",\"proto\":1,\"epoch\":\"9f31c2aa\",\"seq\":3,\"uptime_ns\":36,\"memory_bytes\":12,\"streams\":[{\"stream\":\"a\","
  "\"source\":\"s\",\"link\":\"up\",\"size\":[1280,720],\"rate_hz\":29.97,\"state\":\"tracking\",\"frame\":4,\"target\":7,\"score\":0.9,"
  "\"box\":[1,2,3,4],\"box_frame\":3,\"counters\":{\"frames\":1},\"latency\":{\"count\":1,\"p50_ns\":2}}]}",
  "track.a {\"type\":\"track\",\"epoch\":\"9f31c2aa\",\"stream\":\"a\",\"seq\":5,\"frame\":8,\"pts_ns\":6,\"capture_ns\":7,\"target\":7,"
  "\"capture_source\":\"driver\",\"state\":\"tracking\",\"box\":[1,2,3,4],\"size\":[1280,720],\"score\":0.9,\"velocity_px_s\":[1,2],\"age_"
  "us\":3}",
  "event.a {\"type\":\"event\",\"stream\":\"a\",\"seq\":1,\"event\":\"lost\",\"reason\":\"r\",\"target\":7,\"gap_ns\":3}",
  NULL,
};

const char *const fuzz_words[] = {
  "\"streams\":",
  "\"cameras\":",
  "\"modes\":",
  "\"controls\":",
  "\"box\":",
  "\"size\":[",
  "null",
  "1e999",
  "-1e300",
  "{",
  "}",
  "[",
  "]",
  "\"",
  ",",
  ":",
  "\"type\":\"status\"",
  "\xff",
  "\\u0000",
  "\\",
  " ",
  "7",
  NULL,
};

static void read_events(struct proto_document *document)
{
  char buffer[PROTO_EVENT_SIZE];
  struct proto_track track;
  struct proto_event event;

  proto_read_track(document, &track);
  proto_read_event(document, &event);
  FUZZ_CHECK(proto_print_track(&track, buffer, sizeof buffer) < sizeof buffer);
  FUZZ_CHECK(proto_print_event(&event, buffer, sizeof buffer) < sizeof buffer);
}

static void read_replies(struct proto_document *document)
{
  const struct proto_request request = {0};
  const struct proto_camera *cameras;
  struct proto_reply reply;
  struct proto_status status;
  struct proto_hello hello;
  size_t count;
  char *text;

  proto_read_reply(document, &reply);
  FUZZ_CHECK(reply.id && reply.code && reply.message && reply.text);
  proto_read_hello(document, &hello);
  text = proto_reply_hello(&request, "01234567", &hello);
  FUZZ_CHECK(text != NULL);
  free(text);
  proto_read_status(document, &status);
  text = proto_print_status(&status, "01234567", 1);
  FUZZ_CHECK(text != NULL);
  free(text);
  proto_read_cameras(document, &cameras, &count);
  text = proto_reply_cameras(&request, "01234567", cameras, count);
  FUZZ_CHECK(text != NULL);
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct proto_document *document = proto_document_read((const char *)data, size);

  if (!document)
    return 0;
  FUZZ_CHECK(proto_document_kind(document) <= PROTO_KIND_STATUS);
  read_events(document);
  read_replies(document);
  proto_document_free(&document);
  return 0;
}
