/* SPDX-License-Identifier: MIT */
/* Turns results and news into published messages.
 *
 * Design notes. One thread. Results and news of a stream come by two ways. Each result carries a
 * count of the news before it, by which both are merged. So `started` is published before the first
 * box of the target, and no box after `stopped`. */
#include "feeds.h"

#include <string.h>

#include "base/clock.h"
#include "log_events.h"

struct feeds {
  struct transport *transport;
  char epoch[16];
  char model[64];
  GPtrArray *all;     /* of struct feed, gone ones too; one per name in any configuration so far */
  GPtrArray *present; /* those that have a stream */
};

static void free_feed(gpointer data)
{
  struct feed *feed = data;

  stream_unref(feed->stream);
  g_free(feed);
}

struct feeds *feeds_create(struct transport *transport, const char *epoch)
{
  struct feeds *feeds = g_new0(struct feeds, 1);

  feeds->transport = transport;
  g_strlcpy(feeds->epoch, epoch, sizeof feeds->epoch);
  feeds->all = g_ptr_array_new_with_free_func(free_feed);
  feeds->present = g_ptr_array_new();
  return feeds;
}

void feeds_destroy(struct feeds **feeds)
{
  if (!feeds || !*feeds)
    return;
  g_ptr_array_unref((*feeds)->present);
  g_ptr_array_unref((*feeds)->all);
  g_free(*feeds);
  *feeds = NULL;
}

static struct feed *find_in(GPtrArray *list, const char *name)
{
  for (guint i = 0; i < list->len; i++) {
    struct feed *feed = g_ptr_array_index(list, i);

    if (strcmp(feed->name, name) == 0)
      return feed;
  }
  return NULL;
}

struct feed *feeds_find(struct feeds *feeds, const char *name)
{
  return find_in(feeds->present, name);
}

struct feed **feeds_present(struct feeds *feeds, size_t *count)
{
  *count = feeds->present->len;
  return (struct feed **)feeds->present->pdata;
}

const char *feeds_model_name(const struct feeds *feeds)
{
  return feeds->model;
}

struct feed *feeds_of(struct feeds *feeds, const struct stream *stream)
{
  struct feed *feed = feeds_find(feeds, stream_name(stream));

  return feed && feed->stream == stream ? feed : NULL;
}

static void publish_track(struct feeds *feeds, struct feed *feed, const struct et_record *record)
{
  char message[PROTO_EVENT_SIZE];
  const struct proto_track track = {
    .epoch = feeds->epoch,
    .stream = feed->name,
    .seq = ++feed->track_seq,
    .record = *record,
    .hfov_deg = stream_hfov_deg(feed->stream),
    .age_ns = et_clock_ns() - record->capture_ns,
  };

  transport_publish(feeds->transport, message, proto_print_track(&track, message, sizeof message));
  et_histogram_add(&feed->latency, track.age_ns);
  feed->last = *record;
}

static void publish_waiting(struct feeds *feeds, struct feed *feed)
{
  struct et_record record;

  while (stream_next_result(feed->stream, feed->news_seen, &record))
    if (record.target == feed->last.target)
      publish_track(feeds, feed, &record);
}

void feeds_publish_results(struct feeds *feeds)
{
  for (guint i = 0; i < feeds->present->len; i++)
    publish_waiting(feeds, g_ptr_array_index(feeds->present, i));
}

static void publish(struct feeds *feeds, struct feed *feed, struct proto_event event)
{
  char message[PROTO_EVENT_SIZE];

  event.epoch = feeds->epoch;
  event.stream = feed->name;
  event.seq = ++feed->event_seq;
  transport_publish(feeds->transport, message, proto_print_event(&event, message, sizeof message));
}

static void publish_transition(struct feeds *feeds, struct feed *feed, const struct et_record *record)
{
  publish(feeds, feed,
          (struct proto_event){.event = et_event_name(record->result.event), .reason = et_reason_name(record->reason), .record = *record});
}

static const struct et_record no_record = {.pts_ns = -1};

static void publish_change(struct feeds *feeds, struct feed *feed, const char *event, const char *reason)
{
  publish(feeds, feed, (struct proto_event){.event = event, .reason = reason, .record = no_record});
}

/* The feed of the stream. Publishes first what came before these news. */
static struct feed *take_news(struct feeds *feeds, const struct stream *stream)
{
  struct feed *feed = feeds_of(feeds, stream);

  if (!feed)
    return NULL;
  publish_waiting(feeds, feed);
  feed->news_seen++;
  return feed;
}

void feeds_transition(struct feeds *feeds, const struct stream *stream, const struct et_record *record)
{
  struct feed *feed = take_news(feeds, stream);

  if (!feed)
    return;
  publish_transition(feeds, feed, record);
  ET_LOG(daemon_event(EVENT_TARGET), ET_LOG_STRING("stream", feed->name), ET_LOG_INTEGER("target", (int64_t)record->target),
         ET_LOG_STRING("change", et_event_name(record->result.event)), ET_LOG_STRING("reason", et_reason_name(record->reason)));
  feed->last = *record;
  if (record->result.event == ET_EVENT_STOPPED)
    feed->last = no_record;
}

void feeds_refused(struct feeds *feeds, const struct stream *stream)
{
  (void)take_news(feeds, stream);
}

void feeds_up(struct feeds *feeds, const struct stream *stream, int width, int height, double rate_hz)
{
  struct feed *feed = take_news(feeds, stream);
  struct et_record size = no_record;

  if (!feed)
    return;
  size.width = width;
  size.height = height;
  publish(feeds, feed, (struct proto_event){.event = "stream-up", .reason = "", .record = size, .rate_hz = rate_hz});
}

void feeds_down(struct feeds *feeds, const struct stream *stream, const char *reason)
{
  struct feed *feed = take_news(feeds, stream);

  if (feed)
    publish_change(feeds, feed, "stream-down", reason);
}

void feeds_ended(struct feeds *feeds, const struct stream *stream)
{
  struct feed *feed = take_news(feeds, stream);

  if (feed)
    publish_change(feeds, feed, "stream-ended", "");
}

/* A removed stream takes its target with it, which is published. */
void feeds_remove(struct feeds *feeds, const struct stream *stream)
{
  struct feed *feed = take_news(feeds, stream);

  if (!feed)
    return;
  if (feed->last.target) {
    feed->last.result.event = ET_EVENT_STOPPED;
    feed->last.result.gap_ns = 0;
    feed->last.reason = ET_REASON_STREAM_DOWN;
    publish_transition(feeds, feed, &feed->last);
  }
  publish_change(feeds, feed, "stream-down", "removed");
  feed->last = no_record;
  g_ptr_array_remove(feeds->present, feed);
  g_clear_pointer(&feed->stream, stream_unref);
}

void feeds_add(struct feeds *feeds, struct stream *stream)
{
  struct feed *feed = find_in(feeds->all, stream_name(stream));

  if (!feed) {
    feed = g_new0(struct feed, 1);
    feed->last = no_record;
    g_strlcpy(feed->name, stream_name(stream), sizeof feed->name);
    g_ptr_array_add(feeds->all, feed);
  }
  g_strlcpy(feeds->model, stream_model_name(stream), sizeof feeds->model);
  feed->stream = stream_ref(stream);
  feed->news_seen = 1;
  g_ptr_array_add(feeds->present, feed);
}

void feed_describe(struct feed *feed, struct stream_view *view, struct proto_stream *described)
{
  stream_view(feed->stream, view);
  *described = (struct proto_stream){
    .name = feed->name,
    .source = stream_source(feed->stream),
    .link = view->link,
    .reason = view->link == PROTO_LINK_DOWN ? view->reason : "",
    .width = view->width,
    .height = view->height,
    .rate_hz = view->rate_hz,
    .last = feed->last,
    .frame = view->frame,
    .frames = view->counters.frames,
    .processed = view->counters.processed,
    .dropped = view->counters.dropped,
    .lost_messages = view->lost_messages,
    .restarts = view->restarts,
    .has_params = true,
    .params = view->params,
    .latency =
      {
        .count = et_histogram_count(&feed->latency),
        .p50_ns = et_histogram_quantile_ns(&feed->latency, 0.5),
        .p95_ns = et_histogram_quantile_ns(&feed->latency, 0.95),
        .p99_ns = et_histogram_quantile_ns(&feed->latency, 0.99),
        .max_ns = et_histogram_maximum_ns(&feed->latency),
      },
  };
}
