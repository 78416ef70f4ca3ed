/* SPDX-License-Identifier: MIT */
/* Reads replies and events for a client. */
#include "proto/client.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "writer.h"

static uint64_t number(const cJSON *object, const char *key)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

  return cJSON_IsNumber(item) && item->valuedouble > 0 ? (uint64_t)item->valuedouble : 0;
}

static double real(const cJSON *object, const char *key)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

  return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static const char *string(const cJSON *object, const char *key)
{
  const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

  return s ? s : "";
}

static double element(const cJSON *object, const char *key, int index)
{
  const cJSON *item = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(object, key), index);

  return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

bool proto_reply_read(const char *bytes, size_t size, struct proto_reply *reply)
{
  cJSON *root = cJSON_ParseWithLength(bytes, size);
  const cJSON *ok = cJSON_GetObjectItemCaseSensitive(root, "ok"), *error = cJSON_GetObjectItemCaseSensitive(root, "error");
  const bool sound = cJSON_IsBool(ok);

  if (sound) {
    *reply = (struct proto_reply){
      .ok = cJSON_IsTrue(ok), .target = number(root, "target"), .frame = number(root, "frame"), .size_bytes = number(root, "size_bytes")};
    snprintf(reply->code, sizeof reply->code, "%s", string(error, "code"));
    snprintf(reply->message, sizeof reply->message, "%s", string(error, "message"));
  }
  cJSON_Delete(root);
  return sound;
}

char *proto_reply_string(const char *bytes, size_t size, const char *field)
{
  cJSON *root = cJSON_ParseWithLength(bytes, size);
  const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, field));
  char *copy = value ? strdup(value) : NULL;

  cJSON_Delete(root);
  return copy;
}

char *proto_pretty(const char *bytes, size_t size)
{
  cJSON *root = cJSON_ParseWithLength(bytes, size);
  char *text = root ? cJSON_Print(root) : NULL;

  cJSON_Delete(root);
  return text;
}

static void track_line(const cJSON *e, char *line, size_t size)
{
  char box[64] = "no box";

  if (cJSON_GetObjectItemCaseSensitive(e, "box"))
    snprintf(box, sizeof box, "%.0f,%.0f %.0fx%.0f", element(e, "box", 0), element(e, "box", 1), element(e, "box", 2),
             element(e, "box", 3));
  snprintf(line, size, "%s frame %.0f target %.0f %s %s score %.2f age %.1f ms dropped %.0f", string(e, "stream"), real(e, "frame"),
           real(e, "target"), string(e, "state"), box, real(e, "score"), real(e, "age_us") / 1000, real(e, "dropped"));
}

static void event_line(const cJSON *e, char *line, size_t size)
{
  const char *reason = string(e, "reason");

  snprintf(line, size, "%s frame %.0f target %.0f: %s%s%s", string(e, "stream"), real(e, "frame"), real(e, "target"), string(e, "event"),
           *reason ? ", " : "", reason);
}

bool proto_event_line(const char *message, size_t size, char *line, size_t line_size)
{
  const char *space = memchr(message, ' ', size);
  cJSON *root = space ? cJSON_ParseWithLength(space + 1, size - (size_t)(space + 1 - message)) : NULL;
  const char *type = string(root, "type");
  bool known = true;

  if (strcmp(type, "track") == 0)
    track_line(root, line, line_size);
  else if (strcmp(type, "event") == 0)
    event_line(root, line, line_size);
  else
    known = false;
  cJSON_Delete(root);
  return known;
}

static void table_row(struct writer *w, const cJSON *s)
{
  char row[512], size[32] = "-";

  if (cJSON_GetObjectItemCaseSensitive(s, "size"))
    snprintf(size, sizeof size, "%.0fx%.0f", element(s, "size", 0), element(s, "size", 1));
  snprintf(row, sizeof row, "%-16s %-9s %-10s %-11s %7.2f  %s\n", string(s, "stream"), string(s, "link"), string(s, "state"), size,
           real(s, "rate_hz"), string(s, "source"));
  put_raw(w, row);
}

char *proto_stream_table(const char *bytes, size_t size)
{
  cJSON *root = cJSON_ParseWithLength(bytes, size);
  const cJSON *streams = cJSON_GetObjectItemCaseSensitive(root, "streams"), *s;
  struct writer w = writer_growing();
  char *text = NULL;

  if (cJSON_IsArray(streams)) {
    put_raw(&w, "STREAM           LINK      TARGET     SIZE           RATE  SOURCE\n");
    cJSON_ArrayForEach(s, streams) table_row(&w, s);
    text = writer_finish(&w);
  }
  cJSON_Delete(root);
  return text;
}
