/* SPDX-License-Identifier: MIT */
/* Reads streams, boxes, points and parameters. */
#include "arguments.h"

#include <string.h>

#include "base/number.h"

bool argument_stream(const char *name, struct proto_request *request)
{
  if (!proto_stream_name_valid(name)) {
    fail(EXIT_USAGE, "`%s` is not a stream name; a name has 1 to %d letters, digits, _ or -", name, PROTO_MAX_NAME);
    return false;
  }
  g_strlcpy(request->stream, name, sizeof request->stream);
  return true;
}

static bool set_box(const char *text, struct et_start *start)
{
  if (et_box_parse(text, &start->box))
    return true;
  fail(EXIT_USAGE, "`%s` is not a box; write X,Y,W,H, as in 312,208,64,48", text);
  return false;
}

static bool set_point(const char *text, double radius_px, struct et_start *start)
{
  double numbers[2];

  if (!et_numbers_parse(text, 2, numbers)) {
    fail(EXIT_USAGE, "`%s` is not a point; write X,Y, as in 312,208", text);
    return false;
  }
  start->is_point = true;
  start->box = (struct et_box){numbers[0], numbers[1], 0, 0};
  start->radius_px = radius_px;
  return true;
}

bool argument_target(const char *box, const struct options *options, struct proto_request *request)
{
  struct et_start *start = &request->start;

  start->units = options->norm ? ET_UNITS_NORM : ET_UNITS_PX;
  if (!box == !options->point) {
    fail(EXIT_USAGE, "%s; give a box X,Y,W,H or --point X,Y", box ? "both a box and --point are given" : "the target is missing");
    return false;
  }
  if (box && options->radius_px > 0) {
    fail(EXIT_USAGE, "--radius goes with --point, not with a box");
    return false;
  }
  return box ? set_box(box, start) : set_point(options->point, options->radius_px, start);
}

bool argument_moment(const struct options *options, struct proto_request *request)
{
  if (options->frame && options->has_pts) {
    fail(EXIT_USAGE, "give --frame or --pts, not both");
    return false;
  }
  request->start.frame = (uint64_t)options->frame;
  request->start.pts_ns = options->has_pts ? options->pts_ns : -1;
  return true;
}

/* `next` is the argument behind it, or NULL: "coast_s 5" is a slip for "coast_s=5". */
static bool read_value(const char *text, const char *next, struct proto_value *value)
{
  const size_t length = strcspn(text, "=");
  double slip;

  if (length == 0 || length >= sizeof value->name)
    fail(EXIT_USAGE, "`%s` is not a parameter; write NAME=NUMBER, as in weak_score=0.5", text);
  else if (!text[length] || !text[length + 1])
    fail(EXIT_USAGE, "the value of `%.*s` is missing; write %.*s=%s", (int)length, text, (int)length, text,
         next && !text[length] && et_number_parse(next, -G_MAXDOUBLE, G_MAXDOUBLE, &slip) ? next : "NUMBER");
  else if (!et_number_parse(text + length + 1, -G_MAXDOUBLE, G_MAXDOUBLE, &value->value))
    fail(EXIT_USAGE, "the value of `%.*s` must be a number, not `%s`", (int)length, text, text + length + 1);
  else {
    memcpy(value->name, text, length);
    value->name[length] = '\0';
    return true;
  }
  return false;
}

bool argument_values(char *const *texts, int count, struct proto_request *request)
{
  if (count > PROTO_MAX_VALUES) {
    fail(EXIT_USAGE, "%d parameters are too many; one command sets at most %d", count, PROTO_MAX_VALUES);
    return false;
  }
  for (int i = 0; i < count; i++)
    if (!read_value(texts[i], i + 1 < count ? texts[i + 1] : NULL, &request->value[request->values++]))
      return false;
  return true;
}

bool argument_file(const char *path)
{
  if (!*path)
    fail(EXIT_USAGE, "the name of the file is empty");
  return *path != '\0';
}
