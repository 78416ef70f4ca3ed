/* SPDX-License-Identifier: MIT */
/* Log events as data: a stable id, typed fields, a text with places for them, and a sink. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

/* The priorities of syslog. */
enum et_log_level {
  ET_LOG_ERROR = 3,
  ET_LOG_WARNING = 4,
  ET_LOG_NOTICE = 5,
  ET_LOG_INFO = 6,
};

/* What can be logged. Static storage; a program keeps all its events in one table. */
struct et_log_event {
  const char *id;         /* "stream-down": never changes its meaning */
  const char *message_id; /* 32 hex digits, the key in the journal's catalog; NULL: not in it */
  enum et_log_level level;
  /* "stream {stream} is down: {reason}"; a name in braces is replaced by the field of that name */
  const char *text;
};

enum et_log_type { ET_LOG_TYPE_STRING, ET_LOG_TYPE_INTEGER, ET_LOG_TYPE_REAL };

struct et_log_field {
  const char *name; /* [a-z0-9_]+ */
  enum et_log_type type;
  union {
    const char *string; /* NULL is written as "" */
    int64_t integer;
    double real;
  };
};

#define ET_LOG_STRING(key, value) ((struct et_log_field){.name = (key), .type = ET_LOG_TYPE_STRING, .string = (value)})
#define ET_LOG_INTEGER(key, value) ((struct et_log_field){.name = (key), .type = ET_LOG_TYPE_INTEGER, .integer = (value)})
#define ET_LOG_REAL(key, value) ((struct et_log_field){.name = (key), .type = ET_LOG_TYPE_REAL, .real = (value)})

/* Receives every event: its text on one line, with the fields put in, and the fields themselves.
 * Any thread that logs calls it, several at once. The arguments are valid during the call only. */
typedef void et_log_sink(const struct et_log_event *event, const char *text, const struct et_log_field *fields, size_t count, void *user);

/* Call it before a second thread runs. NULL = et_log_stderr(). */
void et_log_set_sink(et_log_sink *sink, void *user);

/* The default sink: writes one whole line "PROGRAM: text" to stderr. */
void et_log_stderr(const struct et_log_event *event, const char *text, const struct et_log_field *fields, size_t count, void *user);

/* Thread-safety: any thread. Not RT-safe (a sink may write). */
void et_log_write(const struct et_log_event *event, const struct et_log_field *fields, size_t count);

/* The value as text, as it appears in an event's text. Always terminated; cut if it does not fit.
 * Returns `buffer`. */
const char *et_log_field_text(const struct et_log_field *field, char *buffer, size_t size);

/* Writes an event with at least one field:
 * ET_LOG(&event, ET_LOG_STRING("stream", name), ET_LOG_INTEGER("pause_ms", 500)) */
#define ET_LOG(event, ...)                                                                                                                 \
  et_log_write((event), (struct et_log_field[]){__VA_ARGS__}, sizeof((struct et_log_field[]){__VA_ARGS__}) / sizeof(struct et_log_field))

#endif
