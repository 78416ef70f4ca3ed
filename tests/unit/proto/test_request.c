/* SPDX-License-Identifier: MIT */
/* Requests: what is accepted, what is refused and with which code. What is printed is read back the
 * same. */
#include "proto/request.h"

#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "test/main.h"

static struct proto_request request;
static struct proto_words words;

static enum proto_error parse(const char *text)
{
  memset(&words, 0, sizeof words);
  return proto_request_parse(text, strlen(text), &request, &words);
}

static void taken(const char *text)
{
  const enum proto_error error = parse(text);

  ck_assert_msg(error == PROTO_OK, "%s: %s (%s)", text, proto_error_name(error), words.text);
}

/* The request is refused with that code, and the message names the fault. */
static void refused(const char *text, const char *code, const char *named)
{
  const enum proto_error error = parse(text);

  ck_assert_msg(strcmp(proto_error_name(error), code) == 0, "%s: is %s (%s), expected %s", text, proto_error_name(error), words.text, code);
  ck_assert_msg(strstr(words.text, named) != NULL, "%s: the message is \"%s\", without \"%s\"", text, words.text, named);
}

START_TEST(every_command_is_taken)
{
  static const char *const needs_stream[] = {"stop", "snapshot"};

  for (int c = 0; c < PROTO_COMMANDS; c++) {
    const char *name = proto_command_name((enum proto_command)c);
    char text[160];

    snprintf(text, sizeof text, "{\"cmd\":\"%s\"%s}", name,
             c == PROTO_TRACK                                                           ? ",\"stream\":\"a\",\"box\":[1,2,3,4]"
             : c == PROTO_SET                                                           ? ",\"stream\":\"a\",\"values\":{\"coast_s\":2}"
             : strcmp(name, needs_stream[0]) == 0 || strcmp(name, needs_stream[1]) == 0 ? ",\"stream\":\"a\""
                                                                                        : "");
    taken(text);
    ck_assert_int_eq(request.command, c);
    ck_assert(!request.has_id);
  }
}
END_TEST

START_TEST(a_track_request_is_read_whole)
{
  taken("{\"id\":\"42\",\"cmd\":\"track\",\"stream\":\"cam0\",\"box\":[312,208.5,64,48e0],\"frame\":1834}");
  ck_assert_int_eq(request.command, PROTO_TRACK);
  ck_assert(request.has_id);
  ck_assert_str_eq(request.id, "42");
  ck_assert_str_eq(request.stream, "cam0");
  ck_assert(!request.start.is_point);
  ck_assert_double_eq(request.start.box.x, 312);
  ck_assert_double_eq(request.start.box.y, 208.5);
  ck_assert_double_eq(request.start.box.w, 64);
  ck_assert_double_eq(request.start.box.h, 48);
  ck_assert_uint_eq(request.start.frame, 1834);
  ck_assert_int_eq(request.start.units, ET_UNITS_PX);
  ck_assert_int_eq(request.start.pts_ns, -1);
}
END_TEST

START_TEST(a_point_has_a_radius)
{
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"point\":[0.25,-0.5],\"units\":\"norm\"}");
  ck_assert(request.start.is_point);
  ck_assert_int_eq(request.start.units, ET_UNITS_NORM);
  ck_assert_double_eq(request.start.box.x, 0.25);
  ck_assert_double_eq(request.start.box.y, -0.5);
  ck_assert_double_eq(request.start.radius_px, 32);
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"point\":[1,2],\"radius_px\":12.5,\"units\":\"px\",\"pts_ns\":0}");
  ck_assert_double_eq(request.start.radius_px, 12.5);
  ck_assert_int_eq(request.start.units, ET_UNITS_PX);
  ck_assert_int_eq(request.start.pts_ns, 0);
}
END_TEST

START_TEST(integers_are_exact)
{
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":9007199254740993}");
  ck_assert_uint_eq(request.start.frame, UINT64_C(9007199254740993));
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":9223372036854775807}");
  ck_assert_uint_eq(request.start.frame, INT64_MAX);
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"pts_ns\":9223372036854775807}");
  ck_assert_int_eq(request.start.pts_ns, INT64_MAX);
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"pts_ns\":-0}");
  ck_assert_int_eq(request.start.pts_ns, 0);
}
END_TEST

START_TEST(whole_numbers_may_be_written_with_a_point)
{
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":7.0}");
  ck_assert_uint_eq(request.start.frame, 7);
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"pts_ns\":1e9}");
  ck_assert_int_eq(request.start.pts_ns, 1000000000);
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"pts_ns\":9007199254740992.0}");
  ck_assert_int_eq(request.start.pts_ns, INT64_C(9007199254740992));
  refused("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"pts_ns\":9007199254740994.0}", "bad-value", "`pts_ns`");
  refused("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"pts_ns\":1e300}", "bad-value", "`pts_ns`");
}
END_TEST

START_TEST(the_smallest_numbers_are_zero)
{
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1e-400,-1e-400,-0,-0.0]}");
  ck_assert_double_eq(request.start.box.x, 0);
  ck_assert_double_eq(request.start.box.y, 0);
  ck_assert_double_eq(request.start.box.w, 0);
  ck_assert_double_eq(request.start.box.h, 0);
}
END_TEST

START_TEST(escapes_are_read)
{
  taken("{\"id\":\"\\uD83D\\uDE00\\u00e9\\u0001\\n\\/\\\"\\\\\",\"cmd\":\"\\u0070ing\"}");
  ck_assert_str_eq(request.id, "\xf0\x9f\x98\x80\xc3\xa9\x01\n/\"\\");
  taken("{\"id\":\"\\\\u0000\",\"\\u0063md\":\"ping\"}");
  ck_assert_str_eq(request.id, "\\u0000");
}
END_TEST

START_TEST(values_are_read)
{
  taken("{\"cmd\":\"set\",\"stream\":\"a\",\"values\":{\"weak_score\":0.5,\"search_s\":86400}}");
  ck_assert_uint_eq(request.values, 2);
  ck_assert_str_eq(request.value[0].name, "weak_score");
  ck_assert_double_eq(request.value[0].value, 0.5);
  ck_assert_str_eq(request.value[1].name, "search_s");
  ck_assert_double_eq(request.value[1].value, 86400);
}
END_TEST

static const struct {
  const char *text, *code, *named;
} refusals[] = {
  /* not JSON */
  {"", "bad-json", "line 1, column 0: unexpected token near end of file"},
  {" ", "bad-json", "line 1, column 1: unexpected token near end of file"},
  {"hello", "bad-json", "line 1, column 5: invalid token near 'hello'"},
  {"{", "bad-json", "line 1, column 1: string or '}' expected near end of file"},
  {"{\"cmd\":\"ping\"", "bad-json", "line 1, column 13: '}' expected near end of file"},
  {"{\"cmd\":\"ping\"}}", "bad-json", "line 1, column 15: end of file expected near '}'"},
  {"{\"cmd\":\"ping\"} {}", "bad-json", "line 1, column 16: end of file expected near '{'"},
  {"{\"cmd\":\"ping\",}", "bad-json", "line 1, column 15: string or '}' expected near '}'"},
  {"{\n\"cmd\":\n\"ping\",}", "bad-json", "line 3, column 8: string or '}' expected near '}'"},
  {"{\"cmd\":\"ping\" \"id\":\"1\"}", "bad-json", "line 1, column 18: '}' expected near '\"id\"'"},
  {"{cmd:\"ping\"}", "bad-json", "line 1, column 4: string or '}' expected near 'cmd'"},
  {"{'cmd':'ping'}", "bad-json", "line 1, column 2: string or '}' expected near '''"},
  {"// a comment\n{\"cmd\":\"ping\"}", "bad-json", "line 1, column 1: invalid token near '/'"},
  {"{\"cmd\":\"ping\" /* a comment */}", "bad-json", "line 1, column 15: '}' expected near '/'"},
  {"\xef\xbb\xbf{\"cmd\":\"ping\"}", "bad-json", "byte order mark"},
  {"\xff\xfe{", "bad-json", "line 1, column 0: unable to decode byte 0xff"},
  {"{\v\"cmd\":\"ping\"}", "bad-json", "line 1, column 2: string or '}' expected"},
  {"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "bad-json", "deeper than 16 levels"},
  /* not strings */
  {"{\"cmd\":\"ping", "bad-json", "line 1, column 12: premature end of input near '\"ping'"},
  {"{\"cmd\":\"ping\xff\"}", "bad-json", "line 1, column 12: unable to decode byte 0xff near '\"ping'"},
  {"{\"cmd\":\"\xc0\xaf\"}", "bad-json", "unable to decode byte 0xc0"},
  {"{\"cmd\":\"\xed\xa0\x80\"}", "bad-json", "unable to decode byte 0xed"},
  {"{\"cmd\":\"\xf4\x90\x80\x80\"}", "bad-json", "unable to decode byte 0xf4"},
  {"{\"cmd\":\"\xe2\x82\"}", "bad-json", "unable to decode byte 0xe2"},
  {"{\"cmd\":\"pi\nng\"}", "bad-json", "line 1, column 10: unexpected newline near '\"pi'"},
  {"{\"cmd\":\"pi\tng\"}", "bad-json", "line 1, column 10: control character 0x9 near '\"pi'"},
  {"{\"cmd\":\"pi\\u0000ng\"}", "bad-json", "line 1, column 19: a string must not contain \\u0000"},
  {"{\"cmd\\u0000\":\"ping\"}", "bad-json", "line 1, column 12: a string must not contain \\u0000"},
  {"{\"id\":\"\\uX000\",\"cmd\":\"ping\"}", "bad-json", "line 1, column 10: invalid escape near '\"\\uX'"},
  {"{\"id\":\"a\\uX000b\",\"cmd\":\"ping\"}", "bad-json", "line 1, column 11: invalid escape near '\"a\\uX'"},
  {"{\"id\":\"\\u12\",\"cmd\":\"ping\"}", "bad-json", "line 1, column 12: invalid escape near '\"\\u12\"'"},
  {"{\"id\":\"\\u", "bad-json", "line 1, column 9: invalid escape near '\"\\u'"},
  {"{\"id\":\"\\x41\",\"cmd\":\"ping\"}", "bad-json", "line 1, column 9: invalid escape near '\"\\x'"},
  {"{\"id\":\"\\ud800\",\"cmd\":\"ping\"}", "bad-json", "line 1, column 14: invalid Unicode '\\uD800'"},
  {"{\"id\":\"\\ude00\",\"cmd\":\"ping\"}", "bad-json", "line 1, column 14: invalid Unicode '\\uDE00'"},
  {"{\"id\":\"\\ud83d\\u0041\",\"cmd\":\"ping\"}", "bad-json", "line 1, column 20: invalid Unicode '\\uD83D\\u0041'"},
  /* not numbers */
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[01,2,3,4]}", "bad-json", "line 1, column 36: invalid token near '0'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1.,2,3,4]}", "bad-json", "line 1, column 37: invalid token near '1.'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[.5,2,3,4]}", "bad-json", "line 1, column 36: invalid token near '.'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[+1,2,3,4]}", "bad-json", "line 1, column 36: invalid token near '+'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[-,2,3,4]}", "bad-json", "line 1, column 36: invalid token near '-'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1e,2,3,4]}", "bad-json", "line 1, column 37: invalid token near '1e'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[0x10,2,3,4]}", "bad-json", "line 1, column 37: ']' expected near 'x'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[NaN,2,3,4]}", "bad-json", "line 1, column 38: invalid token near 'NaN'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[Infinity,2,3,4]}", "bad-json", "line 1, column 43: invalid token near 'Infinity'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[-Infinity,2,3,4]}", "bad-json", "line 1, column 36: invalid token near '-'"},
  /* not a request */
  {"[]", "bad-request", "object"},
  {"42", "bad-request", "object"},
  {"null", "bad-request", "object"},
  {"{}", "bad-request", "`cmd`"},
  {"{\"id\":\"1\"}", "bad-request", "`cmd`"},
  {"{\"cmd\":\"ping\",\"colour\":1}", "bad-request", "`colour`"},
  {"{\"cmd\":\"ping\",\"CMD\":\"ping\"}", "bad-request", "`CMD`"},
  {"{\"cmd\":\"ping\",\"\":1}", "bad-request", "``"},
  {"{\"cmd\":\"ping\",\"cmd\":\"ping\"}", "bad-request", "line 1, column 19: duplicate object key near '\"cmd\"'"},
  {"{\"id\":\"1\",\"cmd\":\"ping\",\"id\":\"1\"}", "bad-request", "line 1, column 27: duplicate object key near '\"id\"'"},
  {"{\"id\":\"1\",\"cmd\":\"ping\",\"i\\u0064\":\"1\"}", "bad-request", "line 1, column 32: duplicate object key near '\"i\\u0064\"'"},
  {"{\"cmd\":\"ping\",\"stream\":\"a\"}", "bad-request", "`stream`"},
  {"{\"cmd\":\"stop\",\"stream\":\"a\",\"box\":[1,2,3,4]}", "bad-request", "`box`"},
  {"{\"cmd\":\"stop\",\"stream\":\"a\",\"values\":{\"coast_s\":1}}", "bad-request", "`values`"},
  {"{\"cmd\":\"stop\"}", "bad-request", "`stream`"},
  {"{\"cmd\":\"snapshot\"}", "bad-request", "`stream`"},
  {"{\"cmd\":\"set\",\"values\":{\"coast_s\":1}}", "bad-request", "`stream`"},
  {"{\"cmd\":\"set\",\"stream\":\"a\"}", "bad-request", "`values`"},
  {"{\"cmd\":\"track\",\"box\":[1,2,3,4]}", "bad-request", "`stream`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\"}", "bad-request", "`box`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"point\":[1,2]}", "bad-request", "`point`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"radius_px\":4}", "bad-request", "`radius_px`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":1,\"pts_ns\":1}", "bad-request", "`pts_ns`"},
  {"{\"cmd\":\"set\",\"stream\":\"a\",\"values\":{\"coast_s\":1,\"coast_s\":2}}", "bad-request", "coast_s"},
  /* not a command */
  {"{\"cmd\":\"fly\"}", "unknown-command", "`fly`"},
  {"{\"cmd\":\"Ping\"}", "unknown-command", "`Ping`"},
  {"{\"cmd\":\"\"}", "unknown-command", "``"},
  /* not a value */
  {"{\"cmd\":7}", "bad-value", "`cmd`"},
  {"{\"cmd\":null}", "bad-value", "`cmd`"},
  {"{\"id\":42,\"cmd\":\"ping\"}", "bad-value", "`id`"},
  {"{\"id\":null,\"cmd\":\"ping\"}", "bad-value", "`id`"},
  {"{\"id\":\"12345678901234567890123456789012345678901234567890123456789012345\",\"cmd\":\"ping\"}", "bad-value", "`id`"},
  {"{\"cmd\":\"stop\",\"stream\":\"\"}", "bad-value", "`stream`"},
  {"{\"cmd\":\"stop\",\"stream\":\"a b\"}", "bad-value", "`stream`"},
  {"{\"cmd\":\"stop\",\"stream\":\"123456789012345678901234567890123\"}", "bad-value", "`stream`"},
  {"{\"cmd\":\"stop\",\"stream\":[\"a\"]}", "bad-value", "`stream`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3]}", "bad-value", "`box`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4,5]}", "bad-value", "`box`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,\"4\"]}", "bad-value", "`box`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,1e999]}", "bad-value", "line 1, column 46: real number overflow near '1e999'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,-1e999]}", "bad-value", "line 1, column 47: real number overflow near '-1e999'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":{\"x\":1}}", "bad-value", "`box`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":null}", "bad-value", "`box`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"point\":[1,2,3,4]}", "bad-value", "`point`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"point\":[1,2],\"radius_px\":0}", "bad-value", "`radius_px`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"point\":[1,2],\"radius_px\":-1}", "bad-value", "`radius_px`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"point\":[1,2],\"radius_px\":\"9\"}", "bad-value", "`radius_px`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"units\":\"cm\"}", "bad-value", "`units`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"units\":1}", "bad-value", "`units`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":0}", "bad-value", "`frame`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":-7}", "bad-value", "`frame`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":1.5}", "bad-value", "`frame`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":\"1\"}", "bad-value", "`frame`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":1e999}", "bad-value",
   "line 1, column 57: real number overflow near '1e999'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":18446744073709551615}", "bad-value",
   "line 1, column 72: too big integer near '18446744073709551615'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":9223372036854775808}", "bad-value",
   "line 1, column 71: too big integer near '9223372036854775808'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"pts_ns\":-9223372036854775809}", "bad-value",
   "line 1, column 73: too big negative integer near '-9223372036854775809'"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"frame\":-0}", "bad-value", "`frame`"},
  {"{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1,2,3,4],\"pts_ns\":-1}", "bad-value", "`pts_ns`"},
  {"{\"cmd\":\"set\",\"stream\":\"a\",\"values\":{}}", "bad-value", "`values`"},
  {"{\"cmd\":\"set\",\"stream\":\"a\",\"values\":[1]}", "bad-value", "`values`"},
  {"{\"cmd\":\"set\",\"stream\":\"a\",\"values\":{\"weak_scor\":0.5}}", "bad-value", "`weak_scor`"},
  {"{\"cmd\":\"set\",\"stream\":\"a\",\"values\":{\"weak_score\":1.5}}", "bad-value", "`weak_score`"},
  {"{\"cmd\":\"set\",\"stream\":\"a\",\"values\":{\"weak_score\":true}}", "bad-value", "`weak_score`"},
};

START_TEST(each_fault_has_its_code)
{
  refused(refusals[_i].text, refusals[_i].code, refusals[_i].named);
}
END_TEST

START_TEST(sixteen_levels_are_read_as_such)
{
  /* as deep as allowed: refused for its value, not for its depth */
  refused("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}", "bad-value", "`box`");
  refused("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", "bad-json", "deeper than 16 levels");
  taken("{\"id\":\"[[[[[[[[[[[[[[[[[[[[[[[[\",\"cmd\":\"ping\"}");
}
END_TEST

/* A ping padded with blanks to `size` bytes. */
static enum proto_error parse_padded(size_t size)
{
  char *text = malloc(size);
  enum proto_error error;

  ck_assert_ptr_nonnull(text);
  memset(text, ' ', size);
  memcpy(text, "{\"cmd\":\"ping\"}", 14);
  error = proto_request_parse(text, size, &request, &words);
  free(text);
  return error;
}

START_TEST(size_is_limited)
{
  ck_assert_int_eq(parse_padded(PROTO_MAX_REQUEST), PROTO_OK);
  ck_assert_int_eq(parse_padded(PROTO_MAX_REQUEST + 1), PROTO_ERR_TOO_LARGE);
  ck_assert_msg(strstr(words.text, "65536") != NULL, "%s", words.text);
}
END_TEST

START_TEST(sixty_four_kib_of_brackets_are_refused)
{
  char *text = malloc(PROTO_MAX_REQUEST);

  ck_assert_ptr_nonnull(text);
  memset(text, '[', PROTO_MAX_REQUEST);
  ck_assert_int_eq(proto_request_parse(text, PROTO_MAX_REQUEST, &request, &words), PROTO_ERR_BAD_JSON);
  ck_assert_msg(strstr(words.text, "maximum parsing depth") != NULL, "%s", words.text);
  free(text);
}
END_TEST

START_TEST(bytes_behind_the_end_are_not_read)
{
  static const char text[] = "{\"cmd\":\"ping\"}garbage";

  ck_assert_int_eq(proto_request_parse(text, 14, &request, &words), PROTO_OK);
}
END_TEST

static void nul_refused(const char *bytes, size_t size, const char *named)
{
  ck_assert_int_eq(proto_request_parse(bytes, size, &request, &words), PROTO_ERR_BAD_JSON);
  ck_assert_msg(strstr(words.text, named) != NULL, "%s", words.text);
}

START_TEST(a_nul_byte_is_named)
{
  static const char behind[] = "{\"cmd\":\"ping\"}", in_a_string[] = "{\"cmd\":\"pi\0ng\"}", between[] = "{\0\"cmd\":\"ping\"}";

  nul_refused(behind, sizeof behind, "byte 15 is NUL");
  nul_refused(in_a_string, sizeof in_a_string - 1, "byte 11 is NUL");
  nul_refused(between, sizeof between - 1, "byte 2 is NUL");
  nul_refused("", 1, "byte 1 is NUL");
}
END_TEST

static int allocations_left;

static void *scarce(size_t size)
{
  return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* Whichever allocation fails, the request is refused or read whole. */
START_TEST(missing_memory_does_no_harm)
{
  static const char text[] = "{\"id\":\"42\",\"cmd\":\"track\",\"stream\":\"cam0\",\"box\":[312,208.5,64,48],\"frame\":1834}";
  enum proto_error error = PROTO_ERR_INTERNAL;

  json_set_alloc_funcs(scarce, free);
  for (int allowed = 0; error; allowed++) {
    allocations_left = allowed;
    error = parse(text);
    ck_assert_msg(!error || *words.text, "after %d allocations: %s without a message", allowed, proto_error_name(error));
    if (allowed == 0)
      ck_assert_msg(error == PROTO_ERR_INTERNAL && strstr(words.text, "memory"), "%s (%s)", proto_error_name(error), words.text);
  }
  json_set_alloc_funcs(malloc, free);
  ck_assert_str_eq(request.stream, "cam0");
  ck_assert_uint_eq(request.start.frame, 1834);
}
END_TEST

START_TEST(a_refusal_carries_the_id)
{
  refused("{\"cmd\":\"fly\",\"id\":\"after\"}", "unknown-command", "fly");
  ck_assert(request.has_id);
  ck_assert_str_eq(request.id, "after");
  refused("{\"colour\":1,\"id\":\"\xc3\xa9\\\"\"}", "bad-request", "colour");
  ck_assert_str_eq(request.id, "\xc3\xa9\"");
  refused("{\"cmd\":\"ping\",\"id\":7}", "bad-value", "id");
  ck_assert(!request.has_id);
  refused("{\"id\":\"lost\",", "bad-json", "line 1");
  ck_assert(!request.has_id);
}
END_TEST

START_TEST(sixty_four_bytes_of_id_are_taken)
{
  taken("{\"id\":\"1234567890123456789012345678901234567890123456789012345678901234\",\"cmd\":\"ping\"}");
  ck_assert_uint_eq(strlen(request.id), PROTO_MAX_ID);
  taken("{\"id\":\"\",\"cmd\":\"ping\"}");
  ck_assert(request.has_id);
}
END_TEST

START_TEST(long_names_do_not_overflow_the_words)
{
  char text[4096] = "{\"cmd\":\"ping\",\"";

  memset(text + 15, 'x', 3000);
  strcpy(text + 3015, "\":1}");
  refused(text, "bad-request", "`xxxx");
  ck_assert_uint_lt(strlen(words.text), 100);
}
END_TEST

/* Prints, reads back, and compares what both structs mean by printing again. */
static void comes_back(const struct proto_request *r, const char *expected)
{
  char *text = proto_request_print(r), *again;

  ck_assert_str_eq(text, expected);
  taken(text);
  again = proto_request_print(&request);
  ck_assert_str_eq(again, expected);
  ck_assert_int_eq(request.command, r->command);
  free(text);
  free(again);
}

START_TEST(what_is_printed_is_read_back)
{
  comes_back(&(struct proto_request){.command = PROTO_PING}, "{\"cmd\":\"ping\"}");
  comes_back(&(struct proto_request){.has_id = true, .id = "a\"\\\n\xc3\xa9", .command = PROTO_STATUS, .stream = "cam-1_X"},
             "{\"id\":\"a\\\"\\\\\\u000a\xc3\xa9\",\"cmd\":\"status\",\"stream\":\"cam-1_X\"}");
  comes_back(&(struct proto_request){.command = PROTO_TRACK,
                                     .stream = "a",
                                     .start = {.box = {-0.5, 1.25, 3, 1e6}, .frame = INT64_MAX, .pts_ns = -1}},
             "{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[-0.500000,1.250000,3.000000,1000000.000000],\"frame\":9223372036854775807}");
  comes_back(&(struct proto_request){.command = PROTO_TRACK,
                                     .stream = "a",
                                     .start = {.units = ET_UNITS_NORM, .is_point = true, .box = {0.125, 0.5}, .radius_px = 8}},
             "{\"cmd\":\"track\",\"stream\":\"a\",\"point\":[0.125000,0.500000],\"radius_px\":8.000,\"units\":\"norm\",\"pts_ns\":0}");
  comes_back(&(struct proto_request){.command = PROTO_SET, .stream = "a", .values = 2, .value = {{"coast_s", 2.5}, {"rival_ratio", 1}}},
             "{\"cmd\":\"set\",\"stream\":\"a\",\"values\":{\"coast_s\":2.500000,\"rival_ratio\":1.000000}}");
}
END_TEST

START_TEST(no_locale_gets_in)
{
  /* without a locale that has a decimal comma, this repeats the test above */
  if (!setlocale(LC_ALL, "de_DE.UTF-8"))
    setlocale(LC_ALL, "C.UTF-8");
  taken("{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1.5,2.25,3,4]}");
  ck_assert_double_eq(request.start.box.x, 1.5);
  comes_back(&(struct proto_request){.command = PROTO_TRACK, .stream = "a", .start = {.box = {1.5, 2, 3, 4}, .pts_ns = -1}},
             "{\"cmd\":\"track\",\"stream\":\"a\",\"box\":[1.500000,2.000000,3.000000,4.000000]}");
}
END_TEST

START_TEST(stream_names)
{
  static const char *const good[] = {"a", "cam0", "A-b_9", "12345678901234567890123456789012"};
  static const char *const bad[] = {"", " ", "a b", "a.b", "a/b", "\xc3\xa9", "123456789012345678901234567890123", "a\n"};

  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    ck_assert_msg(proto_stream_name_valid(good[i]), "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(!proto_stream_name_valid(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(every_error_has_a_name_of_its_own)
{
  for (int a = PROTO_OK; a <= PROTO_ERR_INTERNAL; a++)
    for (int b = a + 1; b <= PROTO_ERR_INTERNAL; b++)
      ck_assert_str_ne(proto_error_name((enum proto_error)a), proto_error_name((enum proto_error)b));
  ck_assert_str_eq(proto_error_name(PROTO_ERR_FRAME_EXPIRED), "frame-expired");
  ck_assert_str_eq(proto_error_name((enum proto_error)1000), "internal");
  ck_assert_str_eq(proto_command_name((enum proto_command)1000), "unknown");
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("proto request");
  TCase *tests = tcase_create("request");

  tcase_add_test(tests, every_command_is_taken);
  tcase_add_test(tests, a_track_request_is_read_whole);
  tcase_add_test(tests, a_point_has_a_radius);
  tcase_add_test(tests, integers_are_exact);
  tcase_add_test(tests, whole_numbers_may_be_written_with_a_point);
  tcase_add_test(tests, the_smallest_numbers_are_zero);
  tcase_add_test(tests, escapes_are_read);
  tcase_add_test(tests, values_are_read);
  tcase_add_loop_test(tests, each_fault_has_its_code, 0, sizeof refusals / sizeof *refusals);
  tcase_add_test(tests, sixteen_levels_are_read_as_such);
  tcase_add_test(tests, size_is_limited);
  tcase_add_test(tests, sixty_four_kib_of_brackets_are_refused);
  tcase_add_test(tests, bytes_behind_the_end_are_not_read);
  tcase_add_test(tests, a_nul_byte_is_named);
  tcase_add_test(tests, missing_memory_does_no_harm);
  tcase_add_test(tests, a_refusal_carries_the_id);
  tcase_add_test(tests, sixty_four_bytes_of_id_are_taken);
  tcase_add_test(tests, long_names_do_not_overflow_the_words);
  tcase_add_test(tests, what_is_printed_is_read_back);
  tcase_add_test(tests, no_locale_gets_in);
  tcase_add_test(tests, stream_names);
  tcase_add_test(tests, every_error_has_a_name_of_its_own);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
