/* SPDX-License-Identifier: MIT */
/* Defines the table of keys and reads their values. */
#include "keys.h"

#include <string.h>

#include "base/number.h"
#include "base/secrets.h"

#define CHECKED(object, field, check, range, blurb)                                                                                        \
  {                                                                                                                                        \
    {#field, range, "", blurb}, KEY_STRING, 0, 0, offsetof(struct object, field), check, NULL                                              \
  }
#define STRING(object, field, range, blurb) CHECKED(object, field, NULL, range, blurb)
#define BOOLEAN(object, field, fallback, blurb)                                                                                            \
  {                                                                                                                                        \
    {#field, "true or false", fallback, blurb}, KEY_BOOLEAN, 0, 0, offsetof(struct object, field), NULL, NULL                              \
  }
#define INTEGER(object, field, low, high, fallback, blurb)                                                                                 \
  {                                                                                                                                        \
    {#field, #low " to " #high, fallback, blurb}, KEY_INTEGER, low, high, offsetof(struct object, field), NULL, NULL                       \
  }
#define REAL(object, field, low, high, fallback, blurb)                                                                                    \
  {                                                                                                                                        \
    {#field, #low " to " #high, fallback, blurb}, KEY_REAL, low, high, offsetof(struct object, field), NULL, NULL                          \
  }
#define CHOICE(object, field, choices, range, fallback, blurb)                                                                             \
  {                                                                                                                                        \
    {#field, range, fallback, blurb}, KEY_CHOICE, 0, 0, offsetof(struct object, field), NULL, choices                                      \
  }
/* Frames per second. Many rates are not whole numbers: 29.97 is 30000/1001. */
#define RATE(object, field, low, high, fallback, blurb)                                                                                    \
  {                                                                                                                                        \
    {#field, #low " to " #high ", or a fraction such as 30000/1001", fallback, blurb}, KEY_RATE, low, high,                                \
      offsetof(struct object, field), NULL, NULL                                                                                           \
  }
#define END                                                                                                                                \
  {                                                                                                                                        \
    {NULL, NULL, NULL, NULL}, KEY_STRING, 0, 0, 0, NULL, NULL                                                                              \
  }

static const char *const mode_choices[] = {[CONFIG_ASYNC] = "async", [CONFIG_SYNC] = "sync", NULL};
static const char *const deinterlace_choices[] = {
  [ET_DEINTERLACE_AUTO] = "auto", [ET_DEINTERLACE_YES] = "yes", [ET_DEINTERLACE_NO] = "no", NULL};

const struct key daemon_keys[] = {
  CHECKED(config, control, check_ipc, "ipc:// and an absolute path",
          "where requests are taken; absent: the socket `control` in the runtime folder"),
  CHECKED(config, events, check_ipc, "ipc:// and an absolute path",
          "where events are published; absent: the socket `events` in the runtime folder"),
  STRING(config, control_group, "group name", "group that may use the control socket; absent: the daemon's own"),
  STRING(config, events_group, "group name", "group that may use the events socket; absent: the daemon's own"),
  CHECKED(config, tcp_control, check_tcp, "tcp://ADDRESS:PORT",
          "where requests are also taken by network; port *: any free port; absent: nowhere"),
  CHECKED(config, tcp_events, check_tcp, "tcp://ADDRESS:PORT",
          "where events are also published by network; port *: any free port; absent: nowhere"),
  STRING(config, model, "path", "model file; absent: $ETRACK_MODEL, otherwise the installed one"),
  BOOLEAN(config, insecure_loopback, "false", "allow tcp without CURVE, only on loopback addresses"),
  STRING(config, curve_secret_file, "path", "the server's CURVE secret key, for tcp"),
  STRING(config, curve_clients_file, "path", "the public keys of the clients that may connect by tcp, one per line"),
  INTEGER(config, http_port, -1, 65535, "0", "loopback port that serves the metrics to Prometheus; 0 = none, -1 = any free port"),
  END,
};

const struct key stream_keys[] = {
  CHECKED(config_stream, source, check_source, "URI", "what is watched: one of the sources below"),
  INTEGER(config_stream, width, 0, 32768, "0", "pixels to ask the source for; 0 = whatever it gives"),
  INTEGER(config_stream, height, 0, 32768, "0", "pixels to ask the source for; 0 = whatever it gives"),
  RATE(config_stream, rate_hz, 0, 1000, "0", "frames per second to ask the source for; 0 = whatever it gives (images: 25)"),
  STRING(config_stream, pixel_format, "GStreamer or V4L2 name", "pixel format to ask the source for; absent: any"),
  CHECKED(config_stream, controls, check_controls, "name=value,...", "camera controls to set; absent: they stay as they are"),
  CHOICE(config_stream, deinterlace, deinterlace_choices, "auto, yes or no", "auto",
         "v4l2, file, rtsp: deinterlace video that is marked as interlaced; yes: all video; no: none"),
  BOOLEAN(config_stream, loop, "false", "file, images, pipeline: start again at the end"),
  STRING(config_stream, output, "gst-launch fragment", "where the picture also goes: a window, RTSP, UDP, shared memory; absent: nowhere"),
  BOOLEAN(config_stream, output_draw, "false", "the output shows box and label"),
  CHOICE(config_stream, mode, mode_choices, "async or sync", "async",
         "async: the output waits for nothing and shows the newest box; sync: each picture waits for its own box"),
  INTEGER(config_stream, history_bytes, 0, 17179869184, "100663296",
          "memory for past frames that a target can be started on; 0 = none kept"),
  REAL(config_stream, hfov_deg, 0, 179, "0", "horizontal field of view, degrees: events then carry angles; 0 = unknown"),
  REAL(config_stream, frame_timeout_s, 0.1, 3600, "5", "seconds without a frame after which the stream is down"),
  END,
};

const struct key *key_find(const struct key *table, const char *name)
{
  for (const struct key *k = table; k->documented.name; k++)
    if (strcmp(k->documented.name, name) == 0)
      return k;
  return NULL;
}

/* Empty text unsets the key, so a drop-in can take a key back. */
static bool set_string(const struct key *key, void *field, const char *text, char **words)
{
  const char *wanted = *text && key->check ? key->check(text) : NULL;

  if (wanted) {
    g_autofree char *shown = g_malloc(ET_SECRETS_SIZE(strlen(text)));

    et_hide_secrets(text, shown);
    *words = g_strdup_printf("`%s` must be %s, not `%s`", key->documented.name, wanted, shown);
    return false;
  }
  g_free(*(char **)field);
  *(char **)field = *text ? g_strdup(text) : NULL;
  return true;
}

static bool set_boolean(const struct key *key, void *field, const char *text, char **words)
{
  const bool yes = strcmp(text, "true") == 0;

  if (!yes && strcmp(text, "false") != 0) {
    *words = g_strdup_printf("`%s` must be true or false, not `%s`", key->documented.name, text);
    return false;
  }
  *(bool *)field = yes;
  return true;
}

/* The field is an enum, which has the size of an int. */
static bool set_choice(const struct key *key, void *field, const char *text, char **words)
{
  for (int i = 0; key->choices[i]; i++)
    if (strcmp(key->choices[i], text) == 0) {
      *(int *)field = i;
      return true;
    }
  *words = g_strdup_printf("`%s` must be %s, not `%s`", key->documented.name, key->documented.range, text);
  return false;
}

static bool refuse_number(const struct key *key, const char *what, const char *text, char **words)
{
  *words = g_strdup_printf("`%s` must be %s from %s, not `%s`", key->documented.name, what, key->documented.range, text);
  return false;
}

static bool set_integer(const struct key *key, void *field, const char *text, char **words)
{
  return et_integer_parse(text, (int64_t)key->minimum, (int64_t)key->maximum, field) || refuse_number(key, "an integer", text, words);
}

static bool set_real(const struct key *key, void *field, const char *text, char **words)
{
  return et_number_parse(text, key->minimum, key->maximum, field) || refuse_number(key, "a number", text, words);
}

/* "30000/1001" */
static bool parse_fraction(const char *text, double *value)
{
  const char *slash = strchr(text, '/');
  g_autofree char *above = slash ? g_strndup(text, (gsize)(slash - text)) : NULL;
  int64_t numerator, denominator;

  if (!slash || !et_integer_parse(above, 0, INT32_MAX, &numerator) || !et_integer_parse(slash + 1, 1, INT32_MAX, &denominator))
    return false;
  *value = (double)numerator / (double)denominator;
  return true;
}

static bool set_rate(const struct key *key, void *field, const char *text, char **words)
{
  double value;

  if (!parse_fraction(text, &value))
    return set_real(key, field, text, words);
  if (value > key->maximum)
    return refuse_number(key, "a number", text, words);
  *(double *)field = value;
  return true;
}

bool key_set(const struct key *key, void *object, const char *text, char **words)
{
  void *field = (char *)object + key->offset;

  switch (key->type) {
  case KEY_BOOLEAN:
    return set_boolean(key, field, text, words);
  case KEY_INTEGER:
    return set_integer(key, field, text, words);
  case KEY_REAL:
    return set_real(key, field, text, words);
  case KEY_RATE:
    return set_rate(key, field, text, words);
  case KEY_CHOICE:
    return set_choice(key, field, text, words);
  default:
    return set_string(key, field, text, words);
  }
}

void key_set_defaults(const struct key *table, void *object)
{
  for (const struct key *k = table; k->documented.name; k++) {
    char *words = NULL;

    if (!key_set(k, object, k->documented.fallback, &words))
      g_error("%s", words); /* the table contradicts itself */
  }
}

void key_free_strings(const struct key *table, void *object)
{
  for (const struct key *k = table; k->documented.name; k++)
    if (k->type == KEY_STRING)
      g_free(*(char **)((char *)object + k->offset));
}

/* Levenshtein's distance, for names of up to 63 bytes. */
static int distance(const char *a, const char *b)
{
  int row[64];
  const int n = (int)MIN(strlen(b), 63);

  for (int j = 0; j <= n; j++)
    row[j] = j;
  for (int i = 1; *a; a++, i++) {
    int corner = row[0];

    row[0] = i;
    for (int j = 1; j <= n; j++) {
      const int replaced = corner + (*a != b[j - 1]);

      corner = row[j];
      row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
    }
  }
  return row[n];
}

static void consider(const char *candidate, const char *name, const char **nearest, int *best)
{
  const int d = distance(candidate, name);

  if (d >= *best)
    return;
  *best = d;
  *nearest = candidate;
}

const char *key_nearest(const struct key *table, bool params, const char *name)
{
  const char *nearest = table->documented.name;
  int best = G_MAXINT;
  size_t count;
  const struct et_param_info *info = et_param_table(&count);

  for (const struct key *k = table; k->documented.name; k++)
    consider(k->documented.name, name, &nearest, &best);
  for (size_t i = 0; params && i < count; i++)
    consider(info[i].name, name, &nearest, &best);
  return nearest;
}

static size_t documented(const struct key *table, struct config_key *list)
{
  size_t count = 0;

  for (const struct key *k = table; k->documented.name; k++)
    list[count++] = k->documented;
  return count;
}

const struct config_key *config_daemon_keys(size_t *count)
{
  static struct config_key list[G_N_ELEMENTS(daemon_keys)];

  *count = documented(daemon_keys, list);
  return list;
}

const struct config_key *config_stream_keys(size_t *count)
{
  static struct config_key list[G_N_ELEMENTS(stream_keys)];

  *count = documented(stream_keys, list);
  return list;
}
