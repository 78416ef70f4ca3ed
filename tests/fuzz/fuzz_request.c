/* SPDX-License-Identifier: MIT */
/* Requests: any input is accepted or refused. An accepted one can be printed and read again, and a
 * refusal can be printed. */
#include <jansson.h>
#include <string.h>

#include "fuzz.h"
#include "proto/message.h"

const int fuzz_runs = 300000;

const char *const fuzz_seeds[] = {
  "{\"cmd\":\"ping\"}",
  "{\"id\":\"42\",\"cmd\":\"track\",\"stream\":\"cam0\",\"box\":[312,208.5,64,48],\"frame\":1834}",
  "{\"cmd\":\"track\",\"stream\":\"cam0\",\"point\":[0.5,-1e3],\"radius_px\":16,\"units\":\"norm\",\"pts_ns\":61266666666}",
  "{\"cmd\":\"set\",\"stream\":\"cam0\",\"values\":{\"weak_score\":0.5,\"coast_s\":2,\"search_s\":86400}}",
  "{\"id\":\"\\u00e9\\\"\\\\\\n\xc3\xa9\",\"cmd\":\"status\",\"stream\":\"a\"}",
  "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
  NULL,
};

const char *const fuzz_words[] = {
  "\"cmd\":",
  "\"id\":",
  "\"stream\":",
  "\"track\"",
  "\"stop\"",
  "\"box\":",
  "\"values\":{",
  "null",
  "true",
  "1e999",
  "-0",
  "01",
  "9007199254740993",
  "9223372036854775807",
  "18446744073709551615",
  "1e-400",
  "7.0",
  "\\u0000",
  "\\ud800",
  "\\udc00",
  "\\uX000",
  "\xef\xbb\xbf",
  "\xff",
  "\xc3",
  "{",
  "}",
  "[",
  "]",
  "\"",
  ",",
  ":",
  "\\",
  "\"frame\":0",
  "\"\":1",
  "\t",
  "\x01",
  " ",
  "\"a\":{}",
  NULL,
};

/* The meaning is the same, the bytes are not: numbers have fewer digits. */
static void comes_back(const struct proto_request *request)
{
  char *text = proto_request_print(request);
  struct proto_request again;
  struct proto_words words;

  FUZZ_CHECK(text != NULL);
  FUZZ_CHECK(proto_request_parse(text, strlen(text), &again, &words) == PROTO_OK);
  FUZZ_CHECK(again.command == request->command && again.start.frame == request->start.frame && again.start.pts_ns == request->start.pts_ns);
  FUZZ_CHECK(again.has_id == request->has_id && strcmp(again.id, request->id) == 0 && strcmp(again.stream, request->stream) == 0);
  FUZZ_CHECK(again.start.is_point == request->start.is_point && again.start.units == request->start.units &&
             again.values == request->values);
  free(text);
}

static void can_be_refused(const struct proto_request *request, enum proto_error error, const char *words)
{
  char *text = proto_reply_error(request, "01234567", error, words);
  json_t *root = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;

  FUZZ_CHECK(json_is_object(root));
  FUZZ_CHECK(*words != '\0');
  json_decref(root);
  free(text);
}

/* A radius below the printed precision reads back as 0. */
static bool is_printable(const struct proto_request *request)
{
  return request->command != PROTO_TRACK || request->start.radius_px >= 0.001;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct proto_request request;
  struct proto_words words;
  const enum proto_error error = proto_request_parse((const char *)data, size, &request, &words);

  if (error)
    can_be_refused(&request, error, words.text);
  else if (is_printable(&request))
    comes_back(&request);
  return 0;
}
