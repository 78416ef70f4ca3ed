/* SPDX-License-Identifier: MIT */
/* The life of a stream in the main thread: built, started, down, built again, ended. Passes what
 * its graph tells to the control thread. */
#include <string.h>

#include "base/clock.h"
#include "exit.h"
#include "log_events.h"
#include "stream_parts.h"

enum {
  RESULTS_KEPT = 64,    /* about two seconds of 30 frames per second */
  PAUSE_FIRST_MS = 500, /* before the first attempt to build a failed stream again */
  PAUSE_LONGEST_MS = 10000,
  STEADY_S = 20, /* after so long up, the pauses begin with the first one again */
};

/* --- news --- */

/* A closure's payload: what a function of the listener takes. */
struct news {
  struct stream *stream; /* a reference */
  struct et_record record;
  enum et_refusal why;
  double rate_hz;
  char words[400];
};

static void post(struct stream *stream, mailbox_function *run, struct news *news);

static void drop(void *payload)
{
  struct news *news = payload;

  stream_unref(news->stream);
}

#define LISTENER(news) ((news)->stream->audience.listener)
#define USER(news) ((news)->stream->audience.user)

/* The control thread forgets the stream that this one replaces at the same time. So nobody who asks
 * for the name is told that there is no such stream. */
static void run_added(void *payload)
{
  struct news *n = payload;
  struct stream *replaced = n->stream->replaces;

  if (replaced) {
    LISTENER(n)->removed(replaced, USER(n));
    n->stream->replaces = NULL;
    stream_unref(replaced);
  }
  LISTENER(n)->added(n->stream, USER(n));
  drop(n);
}

static void run_up(void *payload)
{
  struct news *n = payload;

  LISTENER(n)->up(n->stream, n->record.width, n->record.height, n->rate_hz, USER(n));
  drop(n);
}

static void run_down(void *payload)
{
  struct news *n = payload;

  LISTENER(n)->down(n->stream, n->words, USER(n));
  drop(n);
}

static void run_ended(void *payload)
{
  struct news *n = payload;

  LISTENER(n)->ended(n->stream, USER(n));
  drop(n);
}

static void run_transition(void *payload)
{
  struct news *n = payload;

  LISTENER(n)->transition(n->stream, &n->record, USER(n));
  drop(n);
}

static void run_refused(void *payload)
{
  struct news *n = payload;

  LISTENER(n)->refused(n->stream, n->record.target, n->why, n->words, USER(n));
  drop(n);
}

static void run_removed(void *payload)
{
  struct news *n = payload;

  LISTENER(n)->removed(n->stream, USER(n));
  drop(n);
}

static void post(struct stream *stream, mailbox_function *run, struct news *news)
{
  _Static_assert(sizeof *news <= MAILBOX_PAYLOAD, "news do not fit into a closure");
  news->stream = stream_ref(stream);
  mailbox_post(stream->audience.mailbox, run, drop, news, sizeof *news, &stream->news);
}

static void post_plain(struct stream *stream, mailbox_function *run)
{
  struct news news = {.why = 0};

  post(stream, run, &news);
}

/* --- what the graph tells --- */

static void on_result(const struct et_record *record, void *user)
{
  struct stream *stream = user;
  const struct stream_result result = {.news_before = atomic_load(&stream->news), .record = *record};

  et_ring_push(stream->results, &result);
  mailbox_wake(stream->audience.mailbox);
}

static void on_transition(const struct et_record *record, void *user)
{
  struct stream *stream = user;
  struct news news = {.record = *record};

  atomic_store(&stream->has_target, record->result.state != ET_STATE_IDLE);
  post(stream, run_transition, &news);
}

static void on_refused(uint64_t target, enum et_refusal why, const char *words, void *user)
{
  struct news news = {.record.target = target, .why = why};

  g_strlcpy(news.words, words, sizeof news.words);
  post(user, run_refused, &news);
}

static void on_up(int width, int height, double rate_hz, void *user)
{
  struct stream *stream = user;
  struct news news = {.record = {.width = width, .height = height}, .rate_hz = rate_hz};
  bool was_up;

  g_mutex_lock(&stream->lock);
  was_up = stream->known.link == PROTO_LINK_UP;
  stream->known.link = PROTO_LINK_UP;
  stream->known.width = width;
  stream->known.height = height;
  stream->known.rate_hz = rate_hz;
  stream->known.reason[0] = '\0';
  g_mutex_unlock(&stream->lock);
  if (!was_up)
    ET_LOG(daemon_event(EVENT_STREAM_UP), ET_LOG_STRING("stream", stream_name(stream)), ET_LOG_INTEGER("width", width),
           ET_LOG_INTEGER("height", height), ET_LOG_REAL("rate_hz", rate_hz));
  post(stream, run_up, &news);
}

static enum proto_link link_of(struct stream *stream)
{
  enum proto_link link;

  g_mutex_lock(&stream->lock);
  link = stream->known.link;
  g_mutex_unlock(&stream->lock);
  return link;
}

/* Ends the search for the target: without frames the tracker does not run, so it cannot end it. */
static gboolean on_give_up(gpointer user)
{
  struct stream *stream = user;

  stream->give_up = 0;
  if (link_of(stream) != PROTO_LINK_UP)
    graph_end_target(stream->graph, 0, ET_REASON_SEARCH_TIMEOUT);
  return G_SOURCE_REMOVE;
}

/* No frames come, so the target is lost. It is given up after its `search_s`. */
static void plan_give_up(struct stream *stream)
{
  struct et_params params;

  graph_get_params(stream->graph, &params);
  g_clear_handle_id(&stream->give_up, g_source_remove);
  if (params.search_s > 0)
    stream->give_up = g_timeout_add((guint)(params.search_s * 1000), on_give_up, stream);
}

static gboolean on_retry(gpointer user);

static void plan_retry(struct stream *stream)
{
  stream->retry = g_timeout_add(stream->pause_ms, on_retry, stream);
  stream->pause_ms = MIN(stream->pause_ms * 2, PAUSE_LONGEST_MS);
}

/* Returns the link that was known before, so that a change is told only once. */
static enum proto_link note_down(struct stream *stream, const char *reason)
{
  enum proto_link before;

  g_mutex_lock(&stream->lock);
  before = stream->known.link;
  stream->known.link = PROTO_LINK_DOWN;
  g_strlcpy(stream->known.reason, reason, sizeof stream->known.reason);
  g_mutex_unlock(&stream->lock);
  return before;
}

static void tell_down(struct stream *stream, const char *reason)
{
  struct news news = {.why = 0};

  g_strlcpy(news.words, reason, sizeof news.words);
  ET_LOG(daemon_event(EVENT_STREAM_DOWN), ET_LOG_STRING("stream", stream_name(stream)), ET_LOG_STRING("reason", reason),
         ET_LOG_INTEGER("pause_ms", stream->pause_ms));
  post(stream, run_down, &news);
  plan_give_up(stream);
}

/* Tells once that the stream is down, and plans the next attempt. Later errors of the failed
 * pipeline follow from the first and are ignored. */
static void go_down(struct stream *stream, const char *reason)
{
  if (stream->retry)
    return;
  graph_halt(stream->graph);
  if (stream->up_ns && et_clock_ns() - stream->up_ns > STEADY_S * ET_SECOND_NS)
    stream->pause_ms = PAUSE_FIRST_MS;
  stream->up_ns = 0;
  if (note_down(stream, reason) != PROTO_LINK_DOWN)
    tell_down(stream, reason);
  plan_retry(stream);
}

static void on_down(const char *reason, void *user)
{
  go_down(user, reason);
}

static void on_ended(void *user)
{
  struct stream *stream = user;

  g_mutex_lock(&stream->lock);
  stream->known.link = PROTO_LINK_ENDED;
  g_mutex_unlock(&stream->lock);
  ET_LOG(daemon_event(EVENT_STREAM_ENDED), ET_LOG_STRING("stream", stream_name(stream)));
  post_plain(stream, run_ended);
  plan_give_up(stream);
}

static void on_warned(const char *words, void *user)
{
  ET_LOG(daemon_event(EVENT_STREAM_WARNING), ET_LOG_STRING("stream", stream_name(user)), ET_LOG_STRING("words", words));
}

static const struct graph_observer observer = {
  .result = on_result,
  .transition = on_transition,
  .refused = on_refused,
  .up = on_up,
  .down = on_down,
  .ended = on_ended,
  .warned = on_warned,
};

/* --- from its beginning to its end --- */

static gboolean on_retry(gpointer user)
{
  struct stream *stream = user;
  g_autoptr(GError) error = NULL;

  stream->retry = 0;
  stream->seen_ns = et_clock_ns();
  g_mutex_lock(&stream->lock);
  stream->known.restarts++;
  g_mutex_unlock(&stream->lock);
  if (!graph_restart(stream->graph, &error))
    go_down(stream, error->message);
  return G_SOURCE_REMOVE;
}

static bool make_graph(struct stream *stream, GError **error)
{
  g_autoptr(GError) why = NULL;
  g_autofree char *model = NULL;

  stream->graph = graph_create(&stream->config.graph, &observer, stream, &why);
  if (!stream->graph) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "stream %s: %s", stream_name(stream), why->message);
    return false;
  }
  model = graph_model_name(stream->graph);
  g_strlcpy(stream->model, model, sizeof stream->model);
  stream->open = true;
  return true;
}

struct stream *stream_make(const struct stream_audience *audience, const struct stream_config *config, GError **error)
{
  struct stream *stream = g_new0(struct stream, 1);

  atomic_init(&stream->references, 1);
  g_mutex_init(&stream->lock);
  g_cond_init(&stream->released);
  stream_config_copy(&stream->config, config);
  stream->known.params = config->graph.params;
  stream->shown_source = graph_public_source(config->graph.source);
  stream->audience = *audience;
  stream->first_frame = 1;
  stream->pause_ms = PAUSE_FIRST_MS;
  stream->results = et_ring_create(RESULTS_KEPT, sizeof(struct stream_result));
  if (stream->results && make_graph(stream, error))
    return stream;
  if (!stream->results)
    g_set_error(error, DAEMON_ERROR, EXIT_INTERNAL, "out of memory");
  stream_discard(stream);
  return NULL;
}

void stream_discard(struct stream *stream)
{
  graph_destroy(&stream->graph, 0);
  stream_unref(stream);
}

void stream_start(struct stream *stream, uint64_t first_frame)
{
  g_autoptr(GError) error = NULL;

  stream->seen_ns = et_clock_ns();
  g_mutex_lock(&stream->lock);
  stream->first_frame = first_frame;
  g_mutex_unlock(&stream->lock);
  post_plain(stream, run_added);
  if (!graph_start(stream->graph, first_frame, &error))
    go_down(stream, error->message);
}

void stream_halt(struct stream *stream)
{
  g_clear_handle_id(&stream->retry, g_source_remove);
  g_clear_handle_id(&stream->give_up, g_source_remove);
  graph_halt(stream->graph);
}

/* Waits until no other thread uses the graph, and lets none begin. */
static void close_to_others(struct stream *stream)
{
  g_mutex_lock(&stream->lock);
  stream->open = false;
  while (stream->users > 0)
    g_cond_wait(&stream->released, &stream->lock);
  g_mutex_unlock(&stream->lock);
}

uint64_t stream_end(struct stream *stream, int64_t until_ns, struct stream *heir)
{
  struct stream_view view;

  graph_wait_halted(stream->graph, until_ns); /* after that the count is final */
  stream_view(stream, &view);
  close_to_others(stream);
  graph_destroy(&stream->graph, until_ns);
  if (heir) {
    heir->replaces = stream;
  } else {
    post_plain(stream, run_removed);
    stream_unref(stream);
  }
  return view.frame;
}

void stream_use_params(struct stream *stream, const struct et_params *params)
{
  g_autoptr(GError) error = NULL;

  stream->config.graph.params = *params;
  if (!graph_set_params(stream->graph, params, &error))
    ET_LOG(daemon_event(EVENT_FAILED), ET_LOG_STRING("words", error->message));
}

/* Takes the stream down if no frame came for too long, which the pipeline does not notice. */
void stream_check_silence(struct stream *stream, int64_t now_ns)
{
  struct stream_view view;
  char reason[64];

  stream_view(stream, &view);
  if (view.counters.frames != stream->seen_frames) {
    stream->seen_frames = view.counters.frames;
    stream->seen_ns = now_ns;
  }
  if (view.link == PROTO_LINK_UP && stream->up_ns == 0)
    stream->up_ns = now_ns;
  if (view.link == PROTO_LINK_ENDED || stream->retry || stream->config.stall_s <= 0 ||
      (double)(now_ns - stream->seen_ns) < stream->config.stall_s * (double)ET_SECOND_NS)
    return;
  g_snprintf(reason, sizeof reason, "no frame for %g s", stream->config.stall_s);
  go_down(stream, reason);
}

/* Frames that came before the last call must have been processed or displaced by now. If some were
 * displaced and none processed, the tracker stands still. */
bool stream_makes_progress(struct stream *stream)
{
  const struct graph_counters before = stream->progress;
  struct stream_view view;

  stream_view(stream, &view);
  stream->progress = view.counters;
  return !atomic_load(&stream->has_target) || view.counters.dropped - before.dropped < 2 || view.counters.processed != before.processed;
}
