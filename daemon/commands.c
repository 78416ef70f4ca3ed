/* SPDX-License-Identifier: MIT */
/* The commands of the control socket.
 *
 * Design notes. One thread. A reply that has to wait keeps its envelope: `track` in its stream's feed, one a stream at most (a second one is `busy`), the
 * others in a job, one in all, and `reload` in the main thread, one in all. So what waits is bounded, and requests of any number of clients interleave. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cameras.h"
#include "metrics.h"
#include "proto/request.h"
#include "status.h"

enum {
  FRAME_WAIT_MS = 1000,
  PICTURES_UNREAD = 32 << 20, /* bytes of snapshots that clients have not read, above which there are no more */
};

/* A request that is being answered. */
struct call {
  struct service *service;
  struct envelope *envelope; /* emptied by who keeps it for later */
  const struct proto_request *request;
};

/* Sends and frees a reply. */
static void send_reply(struct service *service, const struct envelope *envelope, char *reply, GBytes *second)
{
  if (reply)
    transport_reply(service->transport, envelope, reply, strlen(reply), second);
  free(reply);
}

static void refuse(struct service *service, const struct envelope *envelope, const struct proto_request *request, enum proto_error error,
                   const char *words)
{
  service->refused++;
  send_reply(service, envelope, proto_reply_error(request, service->epoch, error, words), NULL);
}

static void refuse_call(struct call *call, enum proto_error error, const char *words)
{
  refuse(call->service, call->envelope, call->request, error, words);
}

static void accept_call(struct call *call, char *reply)
{
  call->service->requests++;
  send_reply(call->service, call->envelope, reply, NULL);
}

static enum proto_error error_of(enum stream_answer answer)
{
  static const enum proto_error errors[] = {
    [STREAM_OK] = PROTO_OK,
    [STREAM_IS_DOWN] = PROTO_ERR_STREAM_DOWN,
    [STREAM_NO_FRAME] = PROTO_ERR_NO_FRAME,
    [STREAM_BAD_BOX] = PROTO_ERR_BAD_BOX,
    [STREAM_EXPIRED] = PROTO_ERR_FRAME_EXPIRED,
    [STREAM_BAD_VALUE] = PROTO_ERR_BAD_VALUE,
    [STREAM_FAILED] = PROTO_ERR_INTERNAL,
  };

  return errors[answer];
}

/* The stream that the request names; NULL after refusing. */
static struct feed *find_feed(struct call *call)
{
  struct feed *feed = feeds_find(call->service->feeds, call->request->stream);
  char words[96];

  if (feed)
    return feed;
  g_snprintf(words, sizeof words, "there is no stream %s", call->request->stream);
  refuse_call(call, PROTO_ERR_UNKNOWN_STREAM, words);
  return NULL;
}

static void do_ping(struct call *call)
{
  accept_call(call, proto_reply_ok(call->request, call->service->epoch));
}

static void do_hello(struct call *call)
{
  struct service *service = call->service;
  size_t count;
  struct feed **feeds = feeds_present(service->feeds, &count);
  g_autofree const char **names = g_new0(const char *, count + 1);
  const struct proto_hello hello = {service->version, feeds_model_name(service->feeds), names, count, status_clocks()};

  for (size_t i = 0; i < count; i++)
    names[i] = feeds[i]->name;
  accept_call(call, proto_reply_hello(call->request, service->epoch, &hello));
}

static void do_streams(struct call *call)
{
  struct snapshot_of_all all;

  status_take(call->service, NULL, &all);
  accept_call(call, proto_reply_streams(call->request, call->service->epoch, all.streams, all.status.count));
  status_clear(&all);
}

static void do_status(struct call *call)
{
  struct feed *only = NULL;
  struct snapshot_of_all all;

  if (*call->request->stream) {
    only = find_feed(call);
    if (!only)
      return;
  }
  status_take(call->service, only, &all);
  accept_call(call, proto_reply_status(call->request, call->service->epoch, &all.status));
  status_clear(&all);
}

static void do_metrics(struct call *call)
{
  g_autofree char *text = metrics_print(call->service);

  accept_call(call, proto_reply_metrics(call->request, call->service->epoch, text));
}

static void do_stop(struct call *call)
{
  struct feed *feed = find_feed(call);
  struct stream_words words;
  enum stream_answer answer;

  if (!feed)
    return;
  answer = stream_stop_target(feed->stream, &words);
  if (answer == STREAM_OK)
    accept_call(call, proto_reply_ok(call->request, call->service->epoch));
  else
    refuse_call(call, error_of(answer), words.text);
}

static void set_values(struct et_params *params, void *user)
{
  const struct proto_request *request = user;

  for (size_t i = 0; i < request->values; i++) {
    const struct et_param_info *info = et_param_find(request->value[i].name);

    if (info)
      *et_param_value(params, info) = request->value[i].value;
  }
}

static void do_set(struct call *call)
{
  struct feed *feed = find_feed(call);
  struct stream_words words;
  enum stream_answer answer;

  if (!feed)
    return;
  answer = stream_change_params(feed->stream, set_values, (void *)call->request, &words);
  if (answer == STREAM_OK)
    accept_call(call, proto_reply_ok(call->request, call->service->epoch));
  else
    refuse_call(call, error_of(answer), words.text);
}

/* --- track --- */

/* Ends the wait with a refusal. */
static void refuse_pending(struct service *service, struct feed *feed, enum proto_error error, const char *words)
{
  struct pending_track *pending = &feed->pending;

  refuse(service, &pending->envelope, &pending->request, error, words);
  envelope_clear(&pending->envelope);
  pending->active = false;
}

/* The request's box in pixels; false while that needs a size that is not known yet. */
static bool box_in_pixels(const struct proto_request *request, const struct stream_view *view, double box[4])
{
  const double scale_x = request->normalised ? view->width : 1, scale_y = request->normalised ? view->height : 1;

  if (request->normalised && view->width == 0)
    return false;
  if (request->has_box) {
    for (int i = 0; i < 4; i++)
      box[i] = request->box[i] * (i % 2 ? scale_y : scale_x);
  } else {
    box[0] = request->point[0] * scale_x - request->radius_px;
    box[1] = request->point[1] * scale_y - request->radius_px;
    box[2] = box[3] = 2 * request->radius_px;
  }
  return true;
}

static enum stream_answer ask_stream(struct feed *feed, const double box[4], struct stream_words *words)
{
  struct pending_track *pending = &feed->pending;
  enum stream_answer answer = STREAM_OK;
  uint64_t frame = pending->request.frame;

  if (pending->request.has_pts)
    answer = stream_frame_at(feed->stream, pending->request.pts_ns, &frame, words);
  if (answer == STREAM_OK)
    answer = stream_track(feed->stream, box, frame, &pending->target, words);
  pending->asked = answer == STREAM_OK;
  return answer;
}

/* Hands the request to the stream, or leaves it until the stream knows its frame's size. */
static void try_track(struct service *service, struct feed *feed)
{
  struct stream_view view;
  struct stream_words words;
  enum stream_answer answer;
  double box[4];

  stream_view(feed->stream, &view);
  if (view.link != STREAM_DOWN && !box_in_pixels(&feed->pending.request, &view, box))
    return;
  answer = ask_stream(feed, box, &words);
  if (answer != STREAM_OK && answer != STREAM_NO_FRAME)
    refuse_pending(service, feed, error_of(answer), words.text);
}

static void do_track(struct call *call)
{
  struct feed *feed = find_feed(call);

  if (!feed)
    return;
  if (feed->pending.active) {
    refuse_call(call, PROTO_ERR_BUSY, "another track request waits for its frame");
    return;
  }
  feed->pending = (struct pending_track){
    .active = true,
    .envelope = *call->envelope,
    .request = *call->request,
    .deadline_ns = et_clock_ns() + FRAME_WAIT_MS * ET_MS_NS,
  };
  call->envelope->parts = 0;
  try_track(call->service, feed);
}

static void answer_started(struct service *service, struct feed *feed, const struct graph_result *result)
{
  struct pending_track *pending = &feed->pending;
  struct stream_words words;

  if (feed->unwanted == result->target)
    (void)stream_stop_target(feed->stream, &words);
  if (!pending->active || !pending->asked || pending->target != result->target)
    return;
  service->requests++;
  send_reply(service, &pending->envelope, proto_reply_track(&pending->request, service->epoch, result->target, result->frame), NULL);
  envelope_clear(&pending->envelope);
  pending->active = false;
}

static enum proto_error error_of_refusal(enum graph_refusal why)
{
  switch (why) {
  case GRAPH_REFUSED_BAD_BOX:
    return PROTO_ERR_BAD_BOX;
  case GRAPH_REFUSED_FRAME_EXPIRED:
    return PROTO_ERR_FRAME_EXPIRED;
  case GRAPH_REFUSED_REPLACED:
    return PROTO_ERR_NO_FRAME;
  default:
    return PROTO_ERR_INTERNAL;
  }
}

static void answer_refused(struct service *service, struct feed *feed, const struct mail *mail)
{
  if (feed->pending.active && feed->pending.asked && feed->pending.target == mail->result.target)
    refuse_pending(service, feed, error_of_refusal(mail->why), mail->words);
}

void commands_take_mail(struct service *service, struct feed *feed, const struct mail *mail)
{
  const bool waits = feed->pending.active;

  if (mail->kind == MAIL_TRANSITION && strcmp(mail->result.event, "started") == 0)
    answer_started(service, feed, &mail->result);
  else if (mail->kind == MAIL_REFUSED)
    answer_refused(service, feed, mail);
  else if (mail->kind == MAIL_UP && waits && !feed->pending.asked)
    try_track(service, feed);
  else if (mail->kind == MAIL_DOWN && waits)
    refuse_pending(service, feed, PROTO_ERR_STREAM_DOWN, mail->words);
  else if ((mail->kind == MAIL_ENDED || mail->kind == MAIL_REMOVED) && waits)
    refuse_pending(service, feed, PROTO_ERR_STREAM_DOWN, "the stream has ended");
}

int64_t commands_check_deadlines(struct service *service)
{
  const int64_t now_ns = et_clock_ns();
  int64_t next_ns = INT64_MAX;
  size_t count;
  struct feed **feeds = feeds_present(service->feeds, &count);

  for (size_t i = 0; i < count; i++) {
    struct pending_track *pending = &feeds[i]->pending;

    if (!pending->active)
      continue;
    if (now_ns < pending->deadline_ns) {
      next_ns = MIN(next_ns, pending->deadline_ns);
      continue;
    }
    feeds[i]->unwanted = pending->asked ? pending->target : 0;
    refuse_pending(service, feeds[i], PROTO_ERR_NO_FRAME, "no frame came within a second");
  }
  return next_ns;
}

/* --- what another thread does --- */

/* A request whose answer is worked out elsewhere. */
struct errand {
  struct service *service;
  struct envelope envelope;
  struct proto_request request;
  struct stream *stream; /* of a snapshot */
  enum stream_answer answer;
  struct stream_words words;
  GBytes *jpeg;
  uint64_t frame;
  GPtrArray *cameras;
  char *reason; /* of a refused reload */
};

static struct errand *make_errand(struct call *call)
{
  struct errand *errand = g_new0(struct errand, 1);

  errand->service = call->service;
  errand->envelope = *call->envelope;
  errand->request = *call->request;
  call->envelope->parts = 0;
  return errand;
}

static void free_errand(struct errand *errand)
{
  envelope_clear(&errand->envelope);
  stream_unref(errand->stream);
  g_clear_pointer(&errand->jpeg, g_bytes_unref);
  g_clear_pointer(&errand->cameras, g_ptr_array_unref);
  g_free(errand->reason);
  g_free(errand);
}

static void submit(struct errand *errand, void (*run)(void *), void (*done)(void *))
{
  if (jobs_submit(errand->service->jobs, run, done, errand))
    return;
  refuse(errand->service, &errand->envelope, &errand->request, PROTO_ERR_BUSY, "a snapshot or the list of cameras is under way");
  free_errand(errand);
}

static void run_snapshot(void *data)
{
  struct errand *errand = data;

  errand->answer = stream_snapshot(errand->stream, &errand->jpeg, &errand->frame, &errand->words);
}

static void end_snapshot(void *data)
{
  struct errand *errand = data;
  struct service *service = errand->service;

  if (errand->answer == STREAM_OK) {
    service->requests++;
    send_reply(service, &errand->envelope,
               proto_reply_snapshot(&errand->request, service->epoch, errand->frame, g_bytes_get_size(errand->jpeg)), errand->jpeg);
  } else {
    refuse(service, &errand->envelope, &errand->request, error_of(errand->answer), errand->words.text);
  }
  free_errand(errand);
}

static void do_snapshot(struct call *call)
{
  struct feed *feed = find_feed(call);
  struct errand *errand;

  if (!feed)
    return;
  if (transport_unread(call->service->transport) > PICTURES_UNREAD) {
    refuse_call(call, PROTO_ERR_BUSY, "too many snapshots that were asked for have not been read");
    return;
  }
  errand = make_errand(call);
  errand->stream = stream_ref(feed->stream);
  submit(errand, run_snapshot, end_snapshot);
}

static void run_cameras(void *data)
{
  struct errand *errand = data;

  errand->cameras = camera_list();
}

static void end_cameras(void *data)
{
  struct errand *errand = data;
  struct service *service = errand->service;

  service->requests++;
  send_reply(service, &errand->envelope, cameras_reply(&errand->request, service->epoch, errand->cameras), NULL);
  free_errand(errand);
}

static void do_cameras(struct call *call)
{
  submit(make_errand(call), run_cameras, end_cameras);
}

static void end_reload(void *data)
{
  struct errand *errand = data;
  struct service *service = errand->service;

  service->reloading = false;
  if (errand->reason) {
    refuse(service, &errand->envelope, &errand->request, PROTO_ERR_BAD_VALUE, errand->reason);
  } else {
    service->requests++;
    send_reply(service, &errand->envelope, proto_reply_ok(&errand->request, service->epoch), NULL);
  }
  free_errand(errand);
}

static void do_reload(struct call *call)
{
  struct service *service = call->service;
  struct errand *errand;

  if (service->reloading) {
    refuse_call(call, PROTO_ERR_BUSY, "another reload is under way");
    return;
  }
  service->reloading = true;
  errand = make_errand(call);
  service->reload(&errand->reason, end_reload, errand, service->user);
}

/* --- dispatch --- */

static void (*const commands[PROTO_COMMANDS])(struct call *) = {
  [PROTO_HELLO] = do_hello,     [PROTO_STREAMS] = do_streams, [PROTO_TRACK] = do_track,       [PROTO_STOP] = do_stop,
  [PROTO_STATUS] = do_status,   [PROTO_SET] = do_set,         [PROTO_SNAPSHOT] = do_snapshot, [PROTO_CAMERAS] = do_cameras,
  [PROTO_METRICS] = do_metrics, [PROTO_RELOAD] = do_reload,   [PROTO_PING] = do_ping,
};

static void serve_request(struct service *service, struct envelope *envelope, GBytes *body)
{
  struct proto_request request;
  struct proto_words words;
  gsize size;
  const char *bytes = g_bytes_get_data(body, &size);
  const enum proto_error error = proto_request_parse(bytes ? bytes : "", size, &request, &words);
  struct call call = {service, envelope, &request};

  if (error)
    refuse_call(&call, error, words.text);
  else
    commands[request.command](&call);
}

/* What never became a request has no id to echo. */
static void refuse_raw(struct service *service, const struct envelope *envelope, enum proto_error error, const char *words)
{
  const struct proto_request nothing = {.has_id = false};

  refuse(service, envelope, &nothing, error, words);
}

bool commands_serve(struct service *service)
{
  struct envelope envelope;
  GBytes *body = NULL;

  switch (transport_receive(service->transport, &envelope, &body)) {
  case TRANSPORT_NONE:
    return false;
  case TRANSPORT_REQUEST:
    serve_request(service, &envelope, body);
    break;
  case TRANSPORT_TOO_LARGE:
    refuse_raw(service, &envelope, PROTO_ERR_TOO_LARGE, "a request may have 65536 bytes");
    break;
  case TRANSPORT_MALFORMED:
    refuse_raw(service, &envelope, PROTO_ERR_BAD_REQUEST, "a request is one part behind the envelope");
    break;
  }
  envelope_clear(&envelope);
  g_clear_pointer(&body, g_bytes_unref);
  return true;
}
