/* SPDX-License-Identifier: MIT */
/* Reads and prints requests. */
#include "proto/request.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "etrack/params.h"
#include "writer.h"

/* A request that is being read. The first failure wins. */
struct parse {
  struct proto_request *request;
  struct proto_words *words;
  enum proto_error error;
  unsigned seen; /* fields, as bits by their place in the table */
};

__attribute__((format(printf, 3, 4))) static void refuse(struct parse *p, enum proto_error error, const char *format, ...)
{
  va_list args;

  if (p->error)
    return;
  p->error = error;
  va_start(args, format);
  vsnprintf(p->words->text, sizeof p->words->text, format, args);
  va_end(args);
}

static bool number_of(struct parse *p, const json_t *item, const char *field, double *value)
{
  if (!json_is_number(item)) {
    refuse(p, PROTO_ERR_BAD_VALUE, "`%s` must be a number", field);
    return false;
  }
  *value = json_number_value(item);
  return true;
}

/* Some clients have no integers and write 7.0. Above 2^53 such a number is no longer exact. */
static bool is_whole(const json_t *item)
{
  const double value = json_real_value(item);

  return json_is_integer(item) || (json_is_real(item) && value == floor(value) && fabs(value) <= 0x1p53);
}

static bool integer_of(struct parse *p, const json_t *item, const char *field, int64_t *value)
{
  if (!is_whole(item)) {
    refuse(p, PROTO_ERR_BAD_VALUE, "`%s` must be a whole number", field);
    return false;
  }
  *value = json_is_integer(item) ? json_integer_value(item) : (int64_t)json_real_value(item);
  return true;
}

static void numbers_of(struct parse *p, const json_t *item, const char *field, int count, double *values)
{
  if (json_array_size(item) != (size_t)count) {
    refuse(p, PROTO_ERR_BAD_VALUE, "`%s` must be a list of %d numbers", field, count);
    return;
  }
  for (int i = 0; i < count; i++)
    number_of(p, json_array_get(item, (size_t)i), field, &values[i]);
}

static void read_id(struct parse *p, json_t *item)
{
  const char *id = json_string_value(item);

  if (!id || strlen(id) > PROTO_MAX_ID) {
    refuse(p, PROTO_ERR_BAD_VALUE, "`id` must be a string of at most %d bytes", PROTO_MAX_ID);
    return;
  }
  p->request->has_id = true;
  snprintf(p->request->id, sizeof p->request->id, "%s", id);
}

static void read_command(struct parse *p, json_t *item)
{
  const char *name = json_string_value(item);

  if (!name) {
    refuse(p, PROTO_ERR_BAD_VALUE, "`cmd` must be a string");
    return;
  }
  for (int c = 0; c < PROTO_COMMANDS; c++)
    if (strcmp(name, proto_command_name((enum proto_command)c)) == 0) {
      p->request->command = (enum proto_command)c;
      return;
    }
  refuse(p, PROTO_ERR_UNKNOWN_COMMAND, "there is no command `%.64s`", name);
}

static void read_stream(struct parse *p, json_t *item)
{
  const char *name = json_string_value(item);

  if (!name || !proto_stream_name_valid(name)) {
    refuse(p, PROTO_ERR_BAD_VALUE, "`stream` must be a name of 1 to %d letters, digits, _ and -", PROTO_MAX_NAME);
    return;
  }
  snprintf(p->request->stream, sizeof p->request->stream, "%s", name);
}

static void read_box(struct parse *p, json_t *item)
{
  double numbers[4] = {0};

  numbers_of(p, item, "box", 4, numbers);
  p->request->start.box = (struct et_box){numbers[0], numbers[1], numbers[2], numbers[3]};
}

static void read_point(struct parse *p, json_t *item)
{
  double numbers[2] = {0};

  numbers_of(p, item, "point", 2, numbers);
  p->request->start.is_point = true;
  p->request->start.box = (struct et_box){numbers[0], numbers[1], 0, 0};
}

static void read_radius(struct parse *p, json_t *item)
{
  if (number_of(p, item, "radius_px", &p->request->start.radius_px) && p->request->start.radius_px <= 0)
    refuse(p, PROTO_ERR_BAD_VALUE, "`radius_px` must be greater than 0");
}

static void read_units(struct parse *p, json_t *item)
{
  const char *units = json_string_value(item);

  if (!units || (strcmp(units, "px") != 0 && strcmp(units, "norm") != 0))
    refuse(p, PROTO_ERR_BAD_VALUE, "`units` must be \"px\" or \"norm\"");
  else
    p->request->start.units = strcmp(units, "norm") == 0 ? ET_UNITS_NORM : ET_UNITS_PX;
}

static void read_frame(struct parse *p, json_t *item)
{
  int64_t frame;

  if (!integer_of(p, item, "frame", &frame))
    return;
  if (frame < 1)
    refuse(p, PROTO_ERR_BAD_VALUE, "`frame` must be at least 1");
  else
    p->request->start.frame = (uint64_t)frame;
}

static void read_pts(struct parse *p, json_t *item)
{
  int64_t pts;

  if (!integer_of(p, item, "pts_ns", &pts))
    return;
  if (pts < 0)
    refuse(p, PROTO_ERR_BAD_VALUE, "`pts_ns` must not be negative");
  else
    p->request->start.pts_ns = pts;
}

static void read_value(struct parse *p, const char *name, const json_t *item)
{
  const struct et_param_info *info = et_param_find(name);
  struct proto_value *to = &p->request->value[p->request->values];

  if (!info) {
    refuse(p, PROTO_ERR_BAD_VALUE, "there is no live parameter `%.64s`", name);
    return;
  }
  if (!number_of(p, item, name, &to->value))
    return;
  if (to->value < info->minimum || to->value > info->maximum) {
    refuse(p, PROTO_ERR_BAD_VALUE, "`%s` must lie in %g..%g", info->name, info->minimum, info->maximum);
    return;
  }
  snprintf(to->name, sizeof to->name, "%s", name);
  p->request->values++;
}

static void read_values(struct parse *p, json_t *item)
{
  const char *name;
  const json_t *value;

  if (json_object_size(item) == 0)
    refuse(p, PROTO_ERR_BAD_VALUE, "`values` must be an object of parameters");
  json_object_foreach(item, name, value)
  {
    if (p->error || p->request->values >= PROTO_MAX_VALUES)
      return;
    read_value(p, name, value);
  }
}

enum { ON_TRACK = 1 << PROTO_TRACK, ON_SET = 1 << PROTO_SET };

/* Every field, with the function that reads it and the commands that it may appear in. */
static const struct field {
  const char *name;
  void (*read)(struct parse *, json_t *);
  unsigned commands;
} fields[] = {
  {"id", read_id, ~0u},
  {"cmd", read_command, ~0u},
  {"stream", read_stream, ON_TRACK | ON_SET | 1 << PROTO_STOP | 1 << PROTO_STATUS | 1 << PROTO_SNAPSHOT},
  {"box", read_box, ON_TRACK},
  {"point", read_point, ON_TRACK},
  {"radius_px", read_radius, ON_TRACK},
  {"units", read_units, ON_TRACK},
  {"frame", read_frame, ON_TRACK},
  {"pts_ns", read_pts, ON_TRACK},
  {"values", read_values, ON_SET},
};

enum { FIELDS = sizeof fields / sizeof *fields };

static int field_called(const char *name)
{
  for (int f = 0; f < FIELDS; f++)
    if (strcmp(fields[f].name, name) == 0)
      return f;
  return -1;
}

static bool saw(const struct parse *p, const char *name)
{
  return p->seen & 1u << field_called(name);
}

/* Reads the id first, so that every later refusal can carry it. */
static void read_id_early(struct parse *p, const json_t *root)
{
  json_t *id = json_object_get(root, "id");
  struct parse quiet = {.request = p->request, .words = &(struct proto_words){""}};

  if (id)
    read_id(&quiet, id);
}

static void read_fields(struct parse *p, json_t *root)
{
  const char *name;
  json_t *item;

  json_object_foreach(root, name, item)
  {
    const int f = field_called(name);

    if (p->error)
      return;
    if (f < 0) {
      refuse(p, PROTO_ERR_BAD_REQUEST, "there is no field `%.64s`", name);
      return;
    }
    fields[f].read(p, item);
    p->seen |= 1u << f;
  }
}

/* Checks which fields go together. */
static void check_fields(struct parse *p)
{
  const enum proto_command command = p->request->command;

  if (!saw(p, "cmd"))
    refuse(p, PROTO_ERR_BAD_REQUEST, "`cmd` is missing");
  for (int f = 0; f < FIELDS; f++)
    if (p->seen & 1u << f && !(fields[f].commands & 1u << command))
      refuse(p, PROTO_ERR_BAD_REQUEST, "`%s` does not go with `%s`", fields[f].name, proto_command_name(command));
  if ((fields[field_called("stream")].commands & 1u << command) && command != PROTO_STATUS && !saw(p, "stream"))
    refuse(p, PROTO_ERR_BAD_REQUEST, "`stream` is missing");
  if (command == PROTO_TRACK && saw(p, "box") == saw(p, "point"))
    refuse(p, PROTO_ERR_BAD_REQUEST, "`track` needs either `box` or `point`");
  if (saw(p, "radius_px") && !saw(p, "point"))
    refuse(p, PROTO_ERR_BAD_REQUEST, "`radius_px` goes with `point` only");
  if (saw(p, "frame") && saw(p, "pts_ns"))
    refuse(p, PROTO_ERR_BAD_REQUEST, "give `frame` or `pts_ns`, not both");
  if (command == PROTO_SET && !saw(p, "values"))
    refuse(p, PROTO_ERR_BAD_REQUEST, "`values` is missing");
}

/* True if brackets are nested more than `levels` deep. */
static bool is_deeper(json_t *item, int levels)
{
  const char *key;
  json_t *inner;
  size_t i;

  if (levels == 0)
    return json_is_object(item) || json_is_array(item);
  json_array_foreach(item, i, inner)
  {
    if (is_deeper(inner, levels - 1))
      return true;
  }
  json_object_foreach(item, key, inner)
  {
    if (is_deeper(inner, levels - 1))
      return true;
  }
  return false;
}

/* Refuses with jansson's words and the place in the text. */
static void refuse_text(struct parse *p, const json_error_t *fault)
{
  enum proto_error error = PROTO_ERR_BAD_JSON;
  const char *what = fault->text;

  switch (json_error_code(fault)) {
  case json_error_unknown:
    refuse(p, PROTO_ERR_INTERNAL, "there is no memory to read the request");
    return;
  case json_error_duplicate_key:
    error = PROTO_ERR_BAD_REQUEST;
    break;
  case json_error_numeric_overflow:
    error = PROTO_ERR_BAD_VALUE;
    break;
  case json_error_null_character:
  case json_error_null_byte_in_key:
    what = "a string must not contain \\u0000";
    break;
  default:
    break;
  }
  refuse(p, error, "line %d, column %d: %s", fault->line, fault->column, what);
}

/* Finds two habits of other programs for which jansson has no clear message. */
static void check_bytes(struct parse *p, const char *bytes, size_t size)
{
  static const char bom[] = "\xef\xbb\xbf";
  const char *nul = memchr(bytes, '\0', size);

  if (size > PROTO_MAX_REQUEST)
    refuse(p, PROTO_ERR_TOO_LARGE, "a request has at most %d bytes; this one has %zu", PROTO_MAX_REQUEST, size);
  else if (nul)
    refuse(p, PROTO_ERR_BAD_JSON, "byte %td is NUL; send the text without the NUL that ends a C string", nul - bytes + 1);
  else if (size >= sizeof bom - 1 && memcmp(bytes, bom, sizeof bom - 1) == 0)
    refuse(p, PROTO_ERR_BAD_JSON, "the text begins with a byte order mark (BOM); send it without one");
}

static json_t *parse_text(struct parse *p, const char *bytes, size_t size)
{
  json_error_t fault = {0}; /* without memory jansson does not set the code */
  json_t *root;

  check_bytes(p, bytes, size);
  if (p->error)
    return NULL;
  root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
  if (!root)
    refuse_text(p, &fault);
  else if (is_deeper(root, PROTO_MAX_DEPTH))
    refuse(p, PROTO_ERR_BAD_JSON, "the request is nested deeper than %d levels", PROTO_MAX_DEPTH);
  else if (!json_is_object(root))
    refuse(p, PROTO_ERR_BAD_REQUEST, "a request must be a JSON object");
  if (!p->error)
    return root;
  json_decref(root);
  return NULL;
}

enum proto_error proto_request_parse(const char *bytes, size_t size, struct proto_request *request, struct proto_words *words)
{
  struct parse p = {.request = request, .words = words};
  json_t *root;

  *request = (struct proto_request){.start = {.radius_px = ET_RADIUS_DEFAULT_PX, .pts_ns = -1}};
  root = parse_text(&p, bytes, size);
  if (!root)
    return p.error;
  read_id_early(&p, root);
  read_fields(&p, root);
  if (!p.error)
    check_fields(&p);
  json_decref(root);
  return p.error;
}

static void print_start(struct writer *w, const struct et_start *start)
{
  const double numbers[] = {start->box.x, start->box.y, start->box.w, start->box.h};

  open_array(w, start->is_point ? "point" : "box");
  for (int i = 0; i < (start->is_point ? 2 : 4); i++)
    put_number(w, NULL, numbers[i], 6);
  close_array(w);
  if (start->is_point && start->radius_px > 0)
    put_number(w, "radius_px", start->radius_px, 3);
  if (start->units == ET_UNITS_NORM)
    put_string(w, "units", "norm");
  if (start->frame)
    put_unsigned(w, "frame", start->frame);
  if (start->pts_ns >= 0)
    put_integer(w, "pts_ns", start->pts_ns);
}

char *proto_request_print(const struct proto_request *r)
{
  struct writer w = writer_growing();

  open_object(&w, NULL);
  if (r->has_id)
    put_string(&w, "id", r->id);
  put_string(&w, "cmd", proto_command_name(r->command));
  if (*r->stream)
    put_string(&w, "stream", r->stream);
  if (r->command == PROTO_TRACK)
    print_start(&w, &r->start);
  if (r->command == PROTO_SET) {
    open_object(&w, "values");
    for (size_t i = 0; i < r->values; i++)
      put_number(&w, r->value[i].name, r->value[i].value, 6);
    close_object(&w);
  }
  close_object(&w);
  return writer_finish(&w);
}
