/* SPDX-License-Identifier: MIT */
/* Results and mail to published messages.
 *
 * Design notes. One thread. Results and mails of a stream come by two ways and are merged by the mail numbers that the results carry, so that `started`
 * is published before the target's first box and no box after `stopped`. */
#include "feeds.h"

#include <string.h>

#include "base/clock.h"
#include "log_events.h"

struct feeds {
  struct transport *transport;
  char epoch[16];
  char model[64];
  GPtrArray *all;     /* of struct feed, gone ones included: bounded by the names that configurations have had */
  GPtrArray *present; /* those that have a stream */
};

static void free_feed(gpointer data)
{
  struct feed *feed = data;

  if (feed->pending.active)
    envelope_clear(&feed->pending.envelope);
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

static void publish_track(struct feeds *feeds, struct feed *feed, const struct graph_result *r)
{
  char message[PROTO_EVENT_SIZE];
  const int64_t age_ns = et_clock_ns() - r->capture_ns;
  const struct proto_track track = {
    .epoch = feeds->epoch,
    .stream = feed->name,
    .seq = ++feed->track_seq,
    .frame = r->frame,
    .target = r->target,
    .pts_ns = r->pts_ns,
    .capture_ns = r->capture_ns,
    .capture_by_driver = r->capture_by_driver,
    .state = r->state,
    .has_box = r->has_box,
    .x = r->x,
    .y = r->y,
    .w = r->w,
    .h = r->h,
    .width = r->width,
    .height = r->height,
    .hfov_deg = stream_hfov_deg(feed->stream),
    .score = r->score,
    .rival = r->rival,
    .velocity_x_px_s = r->velocity_x_px_s,
    .velocity_y_px_s = r->velocity_y_px_s,
    .dropped = r->dropped,
    .queue_ns = r->queue_ns,
    .infer_ns = r->infer_ns,
    .age_ns = age_ns,
  };

  transport_publish(feeds->transport, message, proto_print_track(&track, message, sizeof message));
  et_histogram_add(&feed->latency, age_ns);
  feed->last = *r;
}

/* Those that fewer than `before` mails came before. */
static void publish_results(struct feeds *feeds, struct feed *feed, uint64_t before)
{
  struct graph_result result;

  while (stream_next_result(feed->stream, before, &result))
    if (result.target == feed->target)
      publish_track(feeds, feed, &result);
}

void feeds_publish_results(struct feeds *feeds)
{
  for (guint i = 0; i < feeds->present->len; i++) {
    struct feed *feed = g_ptr_array_index(feeds->present, i);

    publish_results(feeds, feed, feed->mails_seen + 1);
  }
}

static void publish_event(struct feeds *feeds, struct feed *feed, const char *event, const char *reason, const struct graph_result *r,
                          double rate_hz)
{
  char message[PROTO_EVENT_SIZE];
  const struct proto_event printed = {
    .epoch = feeds->epoch,
    .stream = feed->name,
    .seq = ++feed->event_seq,
    .event = event,
    .reason = reason,
    .target = r->target,
    .frame = r->frame,
    .pts_ns = r->pts_ns,
    .capture_ns = r->capture_ns,
    .gap_ns = r->gap_ns,
    .width = r->width,
    .height = r->height,
    .rate_hz = rate_hz,
    .score = r->score,
  };

  transport_publish(feeds->transport, message, proto_print_event(&printed, message, sizeof message));
}

static const struct graph_result no_result = {.pts_ns = -1};

static void take_transition(struct feeds *feeds, struct feed *feed, const struct graph_result *r)
{
  const bool ends = strcmp(r->event, "stopped") == 0;

  if (r->target == feed->unwanted) { /* nobody was told of it, so nobody hears of it */
    feed->target = 0;
    feed->unwanted = ends ? 0 : feed->unwanted;
    return;
  }
  publish_event(feeds, feed, r->event, r->reason, r, 0);
  ET_LOG(daemon_event(EVENT_TARGET), ET_LOG_STRING("stream", feed->name), ET_LOG_INTEGER("target", (int64_t)r->target),
         ET_LOG_STRING("change", r->event), ET_LOG_STRING("reason", r->reason));
  feed->last = *r;
  feed->target = ends ? 0 : r->target;
}

static void take_up(struct feeds *feeds, struct feed *feed, const struct mail *mail)
{
  struct graph_result size = no_result;
  struct stream_view view;

  stream_view(feed->stream, &view);
  size.width = mail->result.width;
  size.height = mail->result.height;
  publish_event(feeds, feed, "stream-up", "", &size, view.rate_hz);
}

static void take_ended(struct feeds *feeds, struct feed *feed)
{
  publish_event(feeds, feed, "stream-ended", "", &no_result, 0);
}

/* A stream that goes for good takes its target with it, and says so. */
static void take_removed(struct feeds *feeds, struct feed *feed)
{
  struct graph_result gone = feed->last;

  if (feed->target) {
    gone.target = feed->target;
    publish_event(feeds, feed, "stopped", "stream-down", &gone, 0);
  }
  publish_event(feeds, feed, "stream-down", "removed", &no_result, 0);
  feed->target = 0;
  g_ptr_array_remove(feeds->present, feed);
  g_clear_pointer(&feed->stream, stream_unref);
}

static struct feed *take_added(struct feeds *feeds, const struct mail *mail)
{
  struct feed *feed = find_in(feeds->all, stream_name(mail->stream));

  if (!feed) {
    feed = g_new0(struct feed, 1);
    g_strlcpy(feed->name, stream_name(mail->stream), sizeof feed->name);
    g_ptr_array_add(feeds->all, feed);
  }
  g_strlcpy(feeds->model, stream_model_name(mail->stream), sizeof feeds->model);
  feed->stream = stream_ref(mail->stream);
  feed->mails_seen = mail->number;
  g_ptr_array_add(feeds->present, feed);
  return feed;
}

static void take(struct feeds *feeds, struct feed *feed, const struct mail *mail)
{
  switch (mail->kind) {
  case MAIL_TRANSITION:
    take_transition(feeds, feed, &mail->result);
    break;
  case MAIL_UP:
    take_up(feeds, feed, mail);
    break;
  case MAIL_DOWN:
    publish_event(feeds, feed, "stream-down", mail->words, &no_result, 0);
    break;
  case MAIL_ENDED:
    take_ended(feeds, feed);
    break;
  case MAIL_REMOVED:
    take_removed(feeds, feed);
    break;
  default:
    break;
  }
}

struct feed *feeds_take_mail(struct feeds *feeds, const struct mail *mail)
{
  struct feed *feed;

  if (mail->kind == MAIL_ADDED)
    return take_added(feeds, mail);
  feed = feeds_find(feeds, stream_name(mail->stream));
  if (!feed || feed->stream != mail->stream)
    return NULL;
  publish_results(feeds, feed, mail->number);
  feed->mails_seen = mail->number;
  take(feeds, feed, mail);
  return feed;
}

static void describe_target(const struct feed *feed, struct proto_stream *d)
{
  const struct graph_result *r = &feed->last;

  d->target = feed->target;
  d->state = r->state;
  d->score = r->score;
  d->has_box = r->has_box;
  d->x = r->x;
  d->y = r->y;
  d->w = r->w;
  d->h = r->h;
  d->box_frame = r->frame;
}

void feed_describe(struct feed *feed, struct stream_view *view, struct proto_stream *described)
{
  static const char *const links[] = {[STREAM_STARTING] = "starting", [STREAM_UP] = "up", [STREAM_DOWN] = "down", [STREAM_ENDED] = "ended"};

  stream_view(feed->stream, view);
  *described = (struct proto_stream){
    .name = feed->name,
    .source = stream_source(feed->stream),
    .state = "idle",
    .link = links[view->link],
    .reason = view->link == STREAM_DOWN ? view->reason : "",
    .width = view->width,
    .height = view->height,
    .rate_hz = view->rate_hz,
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
  if (feed->target)
    describe_target(feed, described);
}
