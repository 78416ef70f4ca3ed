/* SPDX-License-Identifier: MIT */
/* The daemon's configuration: reads a key file and its drop-ins into one checked struct.
 * docs/configuration.md lists the keys. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"
#include "etrack/params.h"

#define CONFIG_ERROR config_error_quark()
GQuark config_error_quark(void);

enum config_error {
  CONFIG_ERROR_FILE,  /* cannot be read, or is not a key file */
  CONFIG_ERROR_KEY,   /* a bad section, or a section or key that appears twice */
  CONFIG_ERROR_VALUE, /* an unknown key or an invalid value */
};

enum config_mode { CONFIG_ASYNC, CONFIG_SYNC };

/* One [stream NAME]. Strings are NULL if the key is absent. */
struct config_stream {
  char *name;
  char *source;
  int64_t width, height; /* px; 0 = whatever the source gives */
  double rate_hz;        /* 0 = whatever the source gives */
  char *pixel_format;
  char *controls;
  enum et_deinterlace deinterlace;
  bool loop;
  char *output;
  bool output_draw;
  enum config_mode mode; /* default CONFIG_ASYNC */
  int64_t history_bytes;
  double hfov_deg;        /* 0 = unknown: no angles are reported */
  double frame_timeout_s; /* after so long without a frame the stream is down */
  struct et_params params;
};

/* The whole configuration. Strings are NULL if the key is absent. */
struct config {
  char *control, *events; /* ipc endpoints; NULL: sockets in the runtime folder */
  char *control_group, *events_group;
  /* tcp endpoints. It has been checked that they have CURVE, or are on loopback with
   * insecure_loopback. */
  char *tcp_control, *tcp_events;
  char *model;
  bool insecure_loopback;
  char *curve_secret_file, *curve_clients_file; /* both or neither */
  int64_t http_port;                            /* 0 = none, -1 = any free port */
  /* of struct config_stream, in the order of the file; at least one */
  GPtrArray *streams;
};

/* One key, for documentation and completion. */
struct config_key {
  const char *name;
  const char *range;    /* in words */
  const char *fallback; /* as written in the file; "" = none */
  const char *blurb;
};

/* Reads `path`, then the *.conf files of `path`.d in the order of their names. Later keys replace
 * earlier ones. The caller frees the result with config_free().
 * Errors: NULL, and `error` names the file, line, section and key, and the nearest key that exists.
 * Thread-safety: any thread. */
struct config *config_load(const char *path, GError **error) __attribute__((warn_unused_result));

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void config_free(struct config **config);

/* The stream with that name, or NULL. */
struct config_stream *config_find_stream(const struct config *config, const char *name);

/* The keys of [daemon] and of [stream NAME]; `*count` gets their number. The live parameters are
 * not included: et_param_table() has them. Static storage. */
const struct config_key *config_daemon_keys(size_t *count);
const struct config_key *config_stream_keys(size_t *count);

#endif
