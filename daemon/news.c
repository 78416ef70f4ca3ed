/* SPDX-License-Identifier: MIT */
/* Handles the news of streams. */
#include "news.h"

#include "pending.h"
#include "service.h"

static void on_added(struct stream *stream, void *user)
{
  struct service *service = user;

  feeds_add(service->feeds, stream);
}

static void on_up(struct stream *stream, int width, int height, double rate_hz, void *user)
{
  struct service *service = user;

  feeds_up(service->feeds, stream, width, height, rate_hz);
}

static void on_down(struct stream *stream, const char *reason, void *user)
{
  struct service *service = user;

  feeds_down(service->feeds, stream, reason);
  pending_no_frames(service, stream, reason);
}

static void on_ended(struct stream *stream, void *user)
{
  struct service *service = user;

  feeds_ended(service->feeds, stream);
  pending_no_frames(service, stream, "the stream has ended");
}

static void on_transition(struct stream *stream, const struct et_record *record, void *user)
{
  struct service *service = user;

  feeds_transition(service->feeds, stream, record);
  if (record->result.event == ET_EVENT_STARTED)
    pending_started(service, stream, record);
}

static void on_refused(struct stream *stream, uint64_t target, enum et_refusal why, const char *words, void *user)
{
  struct service *service = user;

  feeds_refused(service->feeds, stream);
  pending_refused(service, stream, target, why, words);
}

static void on_removed(struct stream *stream, void *user)
{
  struct service *service = user;

  feeds_remove(service->feeds, stream);
  pending_removed(service, stream);
}

const struct stream_listener news_listener = {
  .added = on_added,
  .up = on_up,
  .down = on_down,
  .ended = on_ended,
  .transition = on_transition,
  .refused = on_refused,
  .removed = on_removed,
};
