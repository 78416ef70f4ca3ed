/* SPDX-License-Identifier: MIT */
/* Keeps `track` requests until their result is known.
 *
 * Design notes. An error changes nothing. If no frames come, a start is refused only after the
 * tracker has given it back. If the tracker does not give it back, its frame has had its turn, and
 * the answer is on its way. So a refused request never starts a target. */
#include "pending.h"

#include "answers.h"
#include "base/clock.h"

enum { FRAME_WAIT_MS = 1000 };

struct wait {
  struct stream *stream; /* a reference */
  struct envelope envelope;
  struct proto_request request;
  uint64_t target;
  int64_t deadline_ns; /* INT64_MAX once its frame has had its turn */
};

struct pending {
  GPtrArray *waits;
};

static void free_wait(gpointer data)
{
  struct wait *wait = data;

  envelope_clear(&wait->envelope);
  stream_unref(wait->stream);
  g_free(wait);
}

struct pending *pending_create(void)
{
  struct pending *pending = g_new(struct pending, 1);

  pending->waits = g_ptr_array_new_with_free_func(free_wait);
  return pending;
}

void pending_destroy(struct pending **pending)
{
  if (!pending || !*pending)
    return;
  g_ptr_array_unref((*pending)->waits);
  g_free(*pending);
  *pending = NULL;
}

static struct wait *find_wait(struct service *service, const struct stream *stream)
{
  GPtrArray *waits = service->pending->waits;

  for (guint i = 0; i < waits->len; i++) {
    struct wait *wait = g_ptr_array_index(waits, i);

    if (wait->stream == stream)
      return wait;
  }
  return NULL;
}

static void end_wait(struct service *service, struct wait *wait)
{
  g_ptr_array_remove(service->pending->waits, wait);
}

static void refuse(struct service *service, struct wait *wait, enum proto_error code, const char *words)
{
  answer_refusal(service, &wait->envelope, &wait->request, code, words);
  end_wait(service, wait);
}

void pending_begin(struct service *service, struct feed *feed, struct envelope *envelope, const struct proto_request *request)
{
  g_autoptr(GError) error = NULL;
  struct wait *wait;
  uint64_t target;

  if (find_wait(service, feed->stream)) {
    answer_refusal(service, envelope, request, PROTO_ERR_BUSY, "another track request waits for its frame");
    return;
  }
  target = stream_track(feed->stream, &request->start, &error);
  if (!target) {
    answer_error(service, envelope, request, error);
    return;
  }
  wait = g_new(struct wait, 1);
  *wait = (struct wait){stream_ref(feed->stream), *envelope, *request, target, et_clock_ns() + FRAME_WAIT_MS * ET_MS_NS};
  envelope->parts = 0;
  g_ptr_array_add(service->pending->waits, wait);
}

void pending_started(struct service *service, const struct stream *stream, const struct et_record *record)
{
  struct wait *wait = find_wait(service, stream);

  if (!wait || wait->target != record->target)
    return;
  answer_ok(service, &wait->envelope, proto_reply_track(&wait->request, service->epoch, record->target, record->frame), NULL);
  end_wait(service, wait);
}

void pending_refused(struct service *service, const struct stream *stream, uint64_t target, enum et_refusal why, const char *words)
{
  static const enum proto_error codes[] = {
    [ET_REFUSAL_BAD_BOX] = PROTO_ERR_BAD_BOX,
    [ET_REFUSAL_FRAME_EXPIRED] = PROTO_ERR_FRAME_EXPIRED,
    [ET_REFUSAL_REPLACED] = PROTO_ERR_NO_FRAME,
    [ET_REFUSAL_INTERNAL] = PROTO_ERR_INTERNAL,
  };
  struct wait *wait = find_wait(service, stream);

  if (wait && wait->target == target)
    refuse(service, wait, codes[why], words);
}

void pending_no_frames(struct service *service, const struct stream *stream, const char *words)
{
  struct wait *wait = find_wait(service, stream);

  if (wait && stream_cancel(wait->stream, wait->target))
    refuse(service, wait, PROTO_ERR_STREAM_DOWN, words);
}

void pending_removed(struct service *service, const struct stream *stream)
{
  struct wait *wait = find_wait(service, stream);

  if (wait)
    refuse(service, wait, PROTO_ERR_STREAM_DOWN, "the stream has been removed");
}

static void time_out(struct service *service, struct wait *wait)
{
  if (stream_cancel(wait->stream, wait->target))
    refuse(service, wait, PROTO_ERR_NO_FRAME, "no frame came within a second");
  else
    wait->deadline_ns = INT64_MAX;
}

int64_t pending_check_deadlines(struct service *service)
{
  GPtrArray *waits = service->pending->waits;
  const int64_t now_ns = et_clock_ns();
  int64_t next_ns = INT64_MAX;

  for (guint i = waits->len; i-- > 0;) {
    struct wait *wait = g_ptr_array_index(waits, i);

    if (now_ns >= wait->deadline_ns)
      time_out(service, wait);
    else
      next_ns = MIN(next_ns, wait->deadline_ns);
  }
  return next_ns;
}
