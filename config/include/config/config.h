/* SPDX-License-Identifier: MIT */
/* The daemon's configuration: a key file (and drop-ins beside it) to one checked struct. docs/configuration.md lists the keys. */
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
  CONFIG_ERROR_KEY,   /* a section or key that there is not */
  CONFIG_ERROR_VALUE, /* a value that cannot be */
};

/* One [stream NAME]. Strings are NULL where the key is absent. */
enum config_mode { CONFIG_ASYNC, CONFIG_SYNC };

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
  double frame_timeout_s; /* no frame for so long: the stream is down */
  struct et_params params;
};

/* All of it. Strings are NULL where the key is absent. */
struct config {
  char *control, *events; /* ipc endpoints; NULL: sockets in the runtime folder */
  char *control_group, *events_group;
  char *tcp_control, *tcp_events; /* tcp endpoints, besides; with CURVE, or on loopback with insecure_loopback: that has been checked */
  char *model;
  int64_t threads;
  bool insecure_loopback;
  char *curve_secret_file, *curve_clients_file; /* both or none */
  int64_t http_port;                            /* 0 = none, -1 = any that is free */
  GPtrArray *streams;                           /* of struct config_stream, in the order of the file; at least one */
};

/* One key, for whoever documents or completes them. */
struct config_key {
  const char *name;
  const char *range;    /* in words */
  const char *fallback; /* as it would stand in the file; "" = none */
  const char *blurb;
};

/* Reads `path`, then the *.conf files of `path`.d in the order of their names, later keys over earlier ones.
 * Ownership: the caller's, for config_free(). NULL with `error`: file, line, section, key, and the nearest key there is.
 * Thread-safety: any thread. */
struct config *config_load(const char *path, GError **error) __attribute__((warn_unused_result));

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void config_free(struct config **config);

/* The stream of that name, or NULL. */
const struct config_stream *config_find_stream(const struct config *config, const char *name);

/* The keys of [daemon] and of [stream NAME], the live parameters left out (et_param_table() has them); `*count` of them. Static storage. */
const struct config_key *config_daemon_keys(size_t *count);
const struct config_key *config_stream_keys(size_t *count);

#endif
