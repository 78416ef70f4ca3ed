/* SPDX-License-Identifier: MIT */
/* Puts fields into an event's text and hands both to the sink.
 *
 * Design notes. The sink is set once, before a second thread runs. A text is built on the caller's
 * stack, so threads that log share nothing. The stderr sink writes a line with one write(), which
 * keeps the lines of several threads whole. Line breaks in a field become spaces: an event is one
 * line, whatever a library put into its message. */
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_SIZE = 1024, VALUE_SIZE = 512 };

static et_log_sink *the_sink = et_log_stderr;
static void *the_user;

void et_log_set_sink(et_log_sink *sink, void *user)
{
  the_sink = sink ? sink : et_log_stderr;
  the_user = user;
}

const char *et_log_field_text(const struct et_log_field *field, char *buffer, size_t size)
{
  switch (field->type) {
  case ET_LOG_TYPE_STRING:
    snprintf(buffer, size, "%s", field->string ? field->string : "");
    break;
  case ET_LOG_TYPE_INTEGER:
    snprintf(buffer, size, "%" PRId64, field->integer);
    break;
  case ET_LOG_TYPE_REAL:
    snprintf(buffer, size, "%g", field->real);
    break;
  }
  return buffer;
}

/* A text under construction. */
struct line {
  char text[TEXT_SIZE];
  size_t used;
};

static void append(struct line *line, const char *from, size_t length)
{
  for (size_t i = 0; i < length && line->used + 1 < sizeof line->text; i++) {
    unsigned char c = (unsigned char)from[i];

    line->text[line->used++] = c < ' ' || c == 127 ? ' ' : (char)c;
  }
  line->text[line->used] = '\0';
}

static const struct et_log_field *field_called(const char *name, size_t length, const struct et_log_field *fields, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (strlen(fields[i].name) == length && strncmp(fields[i].name, name, length) == 0)
      return &fields[i];
  return NULL;
}

/* Appends the value of the field that is named between the braces at `open`. Returns where the text
 * goes on. A name without a field stays as it is, so that the mistake shows. */
static const char *append_place(struct line *line, const char *open, const struct et_log_field *fields, size_t count)
{
  const char *close = strchr(open, '}');
  const struct et_log_field *field = close ? field_called(open + 1, (size_t)(close - open - 1), fields, count) : NULL;
  char value[VALUE_SIZE];

  if (!field) {
    append(line, open, 1);
    return open + 1;
  }
  et_log_field_text(field, value, sizeof value);
  append(line, value, strlen(value));
  return close + 1;
}

/* Removes blanks at the end: the last field may be empty. */
static void trim(struct line *line)
{
  while (line->used > 0 && line->text[line->used - 1] == ' ')
    line->text[--line->used] = '\0';
}

static void build_text(struct line *line, const char *text, const struct et_log_field *fields, size_t count)
{
  while (*text) {
    size_t plain = strcspn(text, "{");

    append(line, text, plain);
    text += plain;
    if (*text)
      text = append_place(line, text, fields, count);
  }
  trim(line);
}

void et_log_write(const struct et_log_event *event, const struct et_log_field *fields, size_t count)
{
  struct line line = {.used = 0};

  build_text(&line, event->text, fields, count);
  the_sink(event, line.text, fields, count, the_user);
}

void et_log_stderr(const struct et_log_event *event, const char *text, const struct et_log_field *fields, size_t count, void *user)
{
  char line[TEXT_SIZE + 64];
  int length = snprintf(line, sizeof line, "%s: %s\n", program_invocation_short_name, text);
  ssize_t written = write(STDERR_FILENO, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);

  (void)written; /* there is no other place to say that stderr is gone */
}
