/* SPDX-License-Identifier: MIT */
/* Runs the commands of the control socket.
 *
 * Design notes. One thread. A request that waits for its reply keeps its envelope. `track` waits in
 * pending.c, one per stream; a second one is `busy`. `snapshot` and `cameras` wait for an errand,
 * one in all. `reload` waits for the main thread, one in all. So the waiting is bounded, and the
 * requests of many clients interleave. */
#include "commands.h"

#include "answers.h"
#include "cameras.h"
#include "metrics.h"
#include "pending.h"
#include "proto/request.h"
#include "status.h"

enum {
  PICTURES_UNREAD = 32 << 20, /* bytes of unread snapshots, above which new ones are refused */
};

/* A request that is being answered. */
struct call {
  struct service *service;
  struct envelope *envelope; /* emptied if it is kept for later */
  const struct proto_request *request;
};

static void refuse_call(struct call *call, enum proto_error error, const char *words)
{
  answer_refusal(call->service, call->envelope, call->request, error, words);
}

static void accept_call(struct call *call, char *reply)
{
  answer_ok(call->service, call->envelope, reply, NULL);
}

/* Replies ok, or the error. */
static void answer_call(struct call *call, bool done, const GError *error)
{
  if (done)
    accept_call(call, proto_reply_ok(call->request, call->service->epoch));
  else
    answer_error(call->service, call->envelope, call->request, error);
}

/* The stream that the request names. NULL: there is none, and the request has been refused. */
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

/* Ends the target that clients know of, never a start that still waits: that is another
 * client's. */
static void do_stop(struct call *call)
{
  struct feed *feed = find_feed(call);
  g_autoptr(GError) error = NULL;
  bool done;

  if (!feed)
    return;
  done = !feed->last.target || stream_end_target(feed->stream, feed->last.target, &error);
  answer_call(call, done, error);
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
  g_autoptr(GError) error = NULL;
  bool done;

  if (!feed)
    return;
  done = stream_change_params(feed->stream, set_values, (void *)call->request, &error);
  answer_call(call, done, error);
}

static void do_track(struct call *call)
{
  struct feed *feed = find_feed(call);

  if (feed)
    pending_begin(call->service, feed, call->envelope, call->request);
}

/* --- work of other threads --- */

/* A request that another thread works on. */
struct later {
  struct service *service;
  struct envelope envelope;
  struct proto_request request;
  struct graph_picture *picture; /* of a snapshot */
  GBytes *jpeg;
  GError *error;
  GPtrArray *cameras;
};

static struct later *make_later(struct call *call)
{
  struct later *later = g_new0(struct later, 1);

  later->service = call->service;
  later->envelope = *call->envelope;
  later->request = *call->request;
  call->envelope->parts = 0;
  return later;
}

static void free_later(struct later *later)
{
  envelope_clear(&later->envelope);
  graph_picture_free(&later->picture);
  g_clear_error(&later->error);
  g_clear_pointer(&later->jpeg, g_bytes_unref);
  g_clear_pointer(&later->cameras, g_ptr_array_unref);
  g_free(later);
}

static void submit(struct later *later, void (*run)(void *), void (*done)(void *))
{
  if (errands_submit(later->service->errands, run, done, later))
    return;
  answer_refusal(later->service, &later->envelope, &later->request, PROTO_ERR_BUSY, "a snapshot or the list of cameras is under way");
  free_later(later);
}

static void run_snapshot(void *data)
{
  struct later *later = data;

  later->jpeg = graph_picture_encode(later->picture, &later->error);
}

static void end_snapshot(void *data)
{
  struct later *later = data;
  struct service *service = later->service;

  if (later->jpeg)
    answer_ok(service, &later->envelope,
              proto_reply_snapshot(&later->request, service->epoch, graph_picture_frame(later->picture), g_bytes_get_size(later->jpeg)),
              later->jpeg);
  else
    answer_error(service, &later->envelope, &later->request, later->error);
  free_later(later);
}

static void do_snapshot(struct call *call)
{
  struct feed *feed = find_feed(call);
  g_autoptr(GError) error = NULL;
  struct graph_picture *picture;
  struct later *later;

  if (!feed)
    return;
  if (transport_unread(call->service->transport) > PICTURES_UNREAD) {
    refuse_call(call, PROTO_ERR_BUSY, "too many snapshots are unread; read them first");
    return;
  }
  picture = stream_newest_picture(feed->stream, &error);
  if (!picture) {
    answer_call(call, false, error);
    return;
  }
  later = make_later(call);
  later->picture = picture;
  submit(later, run_snapshot, end_snapshot);
}

static void run_cameras(void *data)
{
  struct later *later = data;

  later->cameras = camera_list();
}

static void end_cameras(void *data)
{
  struct later *later = data;
  struct service *service = later->service;

  answer_ok(service, &later->envelope, cameras_reply(&later->request, service->epoch, later->cameras), NULL);
  free_later(later);
}

static void do_cameras(struct call *call)
{
  submit(make_later(call), run_cameras, end_cameras);
}

static void end_reload(void *data)
{
  struct later *later = data;
  struct service *service = later->service;

  service->reloading = false;
  if (later->error)
    answer_refusal(service, &later->envelope, &later->request, PROTO_ERR_BAD_VALUE, later->error->message);
  else
    answer_ok(service, &later->envelope, proto_reply_ok(&later->request, service->epoch), NULL);
  free_later(later);
}

static void do_reload(struct call *call)
{
  struct service *service = call->service;
  struct later *later;

  if (service->reloading) {
    refuse_call(call, PROTO_ERR_BUSY, "another reload is under way");
    return;
  }
  service->reloading = true;
  later = make_later(call);
  service->reload(&later->error, end_reload, later, service->user);
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

/* What is not a request has no id to echo. */
static void refuse_raw(struct service *service, const struct envelope *envelope, enum proto_error error, const char *words)
{
  const struct proto_request nothing = {.has_id = false};

  answer_refusal(service, envelope, &nothing, error, words);
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
    refuse_raw(service, &envelope, PROTO_ERR_TOO_LARGE, "a request has at most 65536 bytes");
    break;
  case TRANSPORT_MALFORMED:
    refuse_raw(service, &envelope, PROTO_ERR_BAD_REQUEST, "a request must be one part after the envelope");
    break;
  }
  envelope_clear(&envelope);
  g_clear_pointer(&body, g_bytes_unref);
  return true;
}
