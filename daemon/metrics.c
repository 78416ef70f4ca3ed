/* SPDX-License-Identifier: MIT */
/* Prints the counters in Prometheus' text format 0.0.4: those of each stream from a table, and a
 * few of the process. */
#include "metrics.h"

#include <inttypes.h>

#include "base/clock.h"
#include "status.h"

static double up(const struct proto_stream *s)
{
  return s->link == PROTO_LINK_UP;
}

static double frames(const struct proto_stream *s)
{
  return (double)s->frames;
}

static double processed(const struct proto_stream *s)
{
  return (double)s->processed;
}

static double dropped(const struct proto_stream *s)
{
  return (double)s->dropped;
}

static double lost_messages(const struct proto_stream *s)
{
  return (double)s->lost_messages;
}

static double restarts(const struct proto_stream *s)
{
  return (double)s->restarts;
}

static double target(const struct proto_stream *s)
{
  return s->last.target != 0;
}

static double score(const struct proto_stream *s)
{
  return s->last.result.score;
}

/* The numbers of a stream, as `status` shows them. */
static const struct row {
  const char *name, *type, *help;
  double (*value)(const struct proto_stream *stream);
} rows[] = {
  {"etrackd_stream_up", "gauge", "1 while frames come", up},
  {"etrackd_frames_total", "counter", "frames that arrived", frames},
  {"etrackd_frames_processed_total", "counter", "frames that went through the tracker", processed},
  {"etrackd_frames_dropped_total", "counter", "frames displaced by a newer one", dropped},
  {"etrackd_messages_lost_total", "counter", "results that were overwritten before they were published", lost_messages},
  {"etrackd_restarts_total", "counter", "attempts to build the pipeline again", restarts},
  {"etrackd_target", "gauge", "1 while there is a target", target},
  {"etrackd_score", "gauge", "score of the target, 0 to 1", score},
};

static void print_head(GString *text, const char *name, const char *type, const char *help)
{
  g_string_append_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_value(GString *text, const char *name, const char *labels, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf(text, "%s%s %s\n", name, labels, g_ascii_dtostr(number, sizeof number, value));
}

static void print_row(GString *text, const struct row *row, const struct proto_status *status)
{
  char labels[80];

  print_head(text, row->name, row->type, row->help);
  for (size_t i = 0; i < status->count; i++) {
    g_snprintf(labels, sizeof labels, "{stream=\"%s\"}", status->streams[i].name);
    print_value(text, row->name, labels, row->value(&status->streams[i]));
  }
}

static void print_latency(GString *text, struct feed *feed)
{
  static const double shares[] = {0.5, 0.95, 0.99};
  static const char name[] = "etrackd_latency_seconds";
  char labels[96];

  for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
    g_snprintf(labels, sizeof labels, "{stream=\"%s\",quantile=\"%.2f\"}", feed->name, shares[i]);
    print_value(text, name, labels, (double)et_histogram_quantile_ns(&feed->latency, shares[i]) / 1e9);
  }
  g_snprintf(labels, sizeof labels, "_sum{stream=\"%s\"}", feed->name);
  print_value(text, name, labels, (double)et_histogram_sum_ns(&feed->latency) / 1e9);
  g_snprintf(labels, sizeof labels, "_count{stream=\"%s\"}", feed->name);
  print_value(text, name, labels, (double)et_histogram_count(&feed->latency));
}

static void print_process(GString *text, const struct service *service, const struct proto_status *status)
{
  print_head(text, "etrackd_uptime_seconds", "gauge", "seconds since the daemon started");
  print_value(text, "etrackd_uptime_seconds", "", (double)status->uptime_ns / 1e9);
  print_head(text, "etrackd_resident_memory_bytes", "gauge", "resident memory of the daemon");
  print_value(text, "etrackd_resident_memory_bytes", "", (double)status->memory_bytes);
  print_head(text, "etrackd_endpoints_down", "gauge", "tcp endpoints that cannot be bound again after a change of keys");
  print_value(text, "etrackd_endpoints_down", "", transport_down(service->transport));
  print_head(text, "etrackd_requests_total", "counter", "requests that were answered");
  print_value(text, "etrackd_requests_total", "{result=\"ok\"}", (double)service->requests);
  print_value(text, "etrackd_requests_total", "{result=\"error\"}", (double)service->refused);
}

char *metrics_print(struct service *service)
{
  GString *text = g_string_new(NULL);
  struct snapshot_of_all all;
  size_t count;
  struct feed **feeds = feeds_present(service->feeds, &count);

  status_take(service, NULL, &all);
  print_process(text, service, &all.status);
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
    print_row(text, &rows[i], &all.status);
  print_head(text, "etrackd_latency_seconds", "summary", "seconds from capture to publishing");
  for (size_t i = 0; i < count; i++)
    print_latency(text, feeds[i]);
  status_clear(&all);
  return g_string_free(text, FALSE);
}
