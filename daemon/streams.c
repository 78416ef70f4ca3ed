/* SPDX-License-Identifier: MIT */
/* The streams' lives, in the main thread, and what other threads may ask of them.
 *
 * Design notes. A graph is made, restarted and destroyed by the main thread alone. Others use it between hold() and release(), which only count; the
 * main thread takes it away (withdraw) before a restart, and waits for the count to fall to zero. So no lock is held across GStreamer's work,
 * and the control thread never waits for a restart: it finds the stream closed and says so.
 *
 * Results go through a ring that may lose the oldest; mails are never lost. A result carries how many mails of its stream were posted before it; both are
 * posted by the tracker thread, so the reader can merge them into the order in which they came about. */
#include "streams.h"

#include <malloc.h>
#include <string.h>

#include "base/clock.h"
#include "base/ring.h"
#include "events.h"
#include "exit.h"

enum {
  RESULTS_KEPT = 64,    /* about two seconds of 30 frames a second */
  PAUSE_FIRST_MS = 500, /* before the first attempt to build a failed stream again */
  PAUSE_LONGEST_MS = 10000,
  STEADY_S = 20, /* up for so long, and the pauses start from the first one again */
};

/* What goes through the ring. */
struct entry {
  uint64_t mails_before;
  struct graph_result result;
};

struct stream {
  atomic_uint references;
  struct stream_config config; /* owns its strings */
  char model[64];              /* set before others know the stream */
  char *shown_source;          /* as clients may read it */
  struct mailbox *mailbox;
  _Atomic uint64_t mails;
  struct et_ring *results;

  /* the control thread's: a result that was popped too early */
  struct entry held;
  bool has_held;

  GMutex lock; /* guards what follows, up to the next comment */
  GCond released;
  bool open; /* others may use the graph */
  unsigned users;
  struct stream_view known; /* the counters are the newest that could be read */

  /* the main thread's */
  struct graph *graph;
  uint64_t first_frame;
  guint retry; /* GSource of the next attempt; 0 = none */
  unsigned pause_ms;
  int64_t up_ns;        /* when it came up; 0 = it is not */
  uint64_t seen_frames; /* by streams_check(), to find silence */
  int64_t seen_ns;

  atomic_bool has_target;         /* written by the tracker thread */
  struct graph_counters progress; /* by streams_progress(); main thread */
};

struct streams {
  struct mailbox *mailbox;
  GPtrArray *list; /* of struct stream, one reference each */
};

static void copy_config(struct stream_config *to, const struct stream_config *from)
{
  *to = *from;
  to->graph.name = g_strdup(from->graph.name);
  to->graph.source = g_strdup(from->graph.source);
  to->graph.pixel_format = g_strdup(from->graph.pixel_format);
  to->graph.controls = g_strdup(from->graph.controls);
  to->graph.output = g_strdup(from->graph.output);
  to->graph.model = g_strdup(from->graph.model);
}

static void free_config(struct stream_config *config)
{
  g_free((char *)config->graph.name);
  g_free((char *)config->graph.source);
  g_free((char *)config->graph.pixel_format);
  g_free((char *)config->graph.controls);
  g_free((char *)config->graph.output);
  g_free((char *)config->graph.model);
}

struct stream *stream_ref(struct stream *stream)
{
  atomic_fetch_add(&stream->references, 1);
  return stream;
}

void stream_unref(struct stream *stream)
{
  if (!stream || atomic_fetch_sub(&stream->references, 1) > 1)
    return;
  et_ring_destroy(&stream->results);
  g_mutex_clear(&stream->lock);
  g_cond_clear(&stream->released);
  free_config(&stream->config);
  g_free(stream->shown_source);
  g_free(stream);
}

const char *stream_name(const struct stream *stream)
{
  return stream->config.graph.name;
}

const char *stream_source(const struct stream *stream)
{
  return stream->shown_source;
}

double stream_hfov_deg(const struct stream *stream)
{
  return stream->config.hfov_deg;
}

/* --- what other threads ask --- */

static bool hold(struct stream *stream)
{
  bool open;

  g_mutex_lock(&stream->lock);
  open = stream->open;
  stream->users += open;
  g_mutex_unlock(&stream->lock);
  return open;
}

static void release(struct stream *stream)
{
  g_mutex_lock(&stream->lock);
  if (--stream->users == 0)
    g_cond_signal(&stream->released);
  g_mutex_unlock(&stream->lock);
}

const char *stream_model_name(const struct stream *stream)
{
  return stream->model;
}

void stream_view(struct stream *stream, struct stream_view *view)
{
  struct graph_counters counters;
  struct et_params params;
  const bool held = hold(stream);

  if (held) {
    graph_get_counters(stream->graph, &counters);
    graph_get_params(stream->graph, &params);
    release(stream);
  }
  g_mutex_lock(&stream->lock);
  if (held) {
    stream->known.counters = counters;
    stream->known.params = params;
  }
  *view = stream->known;
  g_mutex_unlock(&stream->lock);
  view->frame = stream->first_frame - 1 + view->counters.frames;
  view->lost_messages = et_ring_dropped(stream->results);
}

bool stream_next_result(struct stream *stream, uint64_t before, struct graph_result *result)
{
  if (!stream->has_held)
    stream->has_held = et_ring_pop(stream->results, &stream->held);
  if (!stream->has_held || stream->held.mails_before >= before)
    return false;
  *result = stream->held.result;
  stream->has_held = false;
  return true;
}

static enum stream_answer answer(enum stream_answer code, const struct stream *stream, struct stream_words *words, const char *text)
{
  g_snprintf(words->text, sizeof words->text, "stream %s: %s", stream_name(stream), text);
  return code;
}

static enum stream_answer answer_error(const struct stream *stream, struct stream_words *words, GError *error)
{
  enum stream_answer code = STREAM_FAILED;

  if (g_error_matches(error, GRAPH_ERROR, GRAPH_ERROR_BOX))
    code = STREAM_BAD_BOX;
  else if (g_error_matches(error, GRAPH_ERROR, GRAPH_ERROR_VALUE))
    code = STREAM_BAD_VALUE;
  else if (g_error_matches(error, GRAPH_ERROR, GRAPH_ERROR_NO_FRAME))
    code = STREAM_NO_FRAME;
  else if (g_error_matches(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE))
    code = STREAM_IS_DOWN;
  g_strlcpy(words->text, error->message, sizeof words->text);
  g_error_free(error);
  return code;
}

/* STREAM_OK with the graph held, if frames are to be expected from it. */
static enum stream_answer enter(struct stream *stream, struct stream_words *words)
{
  char text[240] = "it is being built again";
  enum stream_link link;

  g_mutex_lock(&stream->lock);
  link = stream->known.link;
  if (link == STREAM_DOWN)
    g_snprintf(text, sizeof text, "it is down: %s", stream->known.reason);
  else if (link == STREAM_ENDED)
    g_strlcpy(text, "it was played once and has ended", sizeof text);
  g_mutex_unlock(&stream->lock);
  if (link == STREAM_DOWN || link == STREAM_ENDED || !hold(stream))
    return answer(STREAM_IS_DOWN, stream, words, text);
  return STREAM_OK;
}

enum stream_answer stream_track(struct stream *stream, const double box[4], uint64_t frame, uint64_t *target, struct stream_words *words)
{
  enum stream_answer code = enter(stream, words);
  GError *error = NULL;
  uint64_t number;

  if (code != STREAM_OK)
    return code;
  number = graph_track(stream->graph, box[0], box[1], box[2], box[3], frame, &error);
  release(stream);
  if (number == 0)
    return answer_error(stream, words, error);
  *target = number;
  return STREAM_OK;
}

enum stream_answer stream_frame_at(struct stream *stream, int64_t pts_ns, uint64_t *frame, struct stream_words *words)
{
  enum stream_answer code = enter(stream, words);
  bool kept;

  if (code != STREAM_OK)
    return code;
  kept = graph_frame_at(stream->graph, pts_ns, frame);
  release(stream);
  return kept ? STREAM_OK : answer(STREAM_EXPIRED, stream, words, "no frame of that time is kept");
}

/* Also where it is down or ended: its target may be waiting for frames. */
enum stream_answer stream_stop_target(struct stream *stream, struct stream_words *words)
{
  if (!hold(stream))
    return answer(STREAM_IS_DOWN, stream, words, "it is being built again");
  graph_stop_target(stream->graph);
  release(stream);
  return STREAM_OK;
}

enum stream_answer stream_change_params(struct stream *stream, stream_params_change *change, void *user, struct stream_words *words)
{
  struct et_params params;
  GError *error = NULL;
  bool set;

  if (!hold(stream))
    return answer(STREAM_IS_DOWN, stream, words, "it is being built again");
  graph_get_params(stream->graph, &params);
  change(&params, user);
  set = graph_set_params(stream->graph, &params, &error);
  release(stream);
  return set ? STREAM_OK : answer_error(stream, words, error);
}

enum stream_answer stream_snapshot(struct stream *stream, GBytes **jpeg, uint64_t *frame, struct stream_words *words)
{
  GError *error = NULL;

  if (!hold(stream))
    return answer(STREAM_IS_DOWN, stream, words, "it is being built again");
  *jpeg = graph_snapshot(stream->graph, frame, &error);
  release(stream);
  return *jpeg ? STREAM_OK : answer_error(stream, words, error);
}

/* --- what the graph tells --- */

static void post(struct stream *stream, struct mail *mail)
{
  mail->stream = stream_ref(stream);
  mailbox_post(stream->mailbox, mail, &stream->mails);
}

static void post_words(struct stream *stream, enum mail_kind kind, const char *words)
{
  struct mail mail = {.kind = kind};

  g_strlcpy(mail.words, words, sizeof mail.words);
  post(stream, &mail);
}

static void on_result(const struct graph_result *result, void *user)
{
  struct stream *stream = user;
  const struct entry entry = {.mails_before = atomic_load(&stream->mails), .result = *result};

  et_ring_push(stream->results, &entry);
  mailbox_wake(stream->mailbox);
}

static void on_transition(const struct graph_result *result, void *user)
{
  struct stream *stream = user;
  struct mail mail = {.kind = MAIL_TRANSITION, .result = *result};

  atomic_store(&stream->has_target, strcmp(result->state, "idle") != 0);
  post(stream, &mail);
}

static void on_refused(uint64_t target, enum graph_refusal why, const char *message, void *user)
{
  struct stream *stream = user;
  struct mail mail = {.kind = MAIL_REFUSED, .why = why, .result.target = target};

  g_strlcpy(mail.words, message ? message : "", sizeof mail.words);
  post(stream, &mail);
}

static void on_up(int width, int height, double rate_hz, void *user)
{
  struct stream *stream = user;
  struct mail mail = {.kind = MAIL_UP, .result.width = width, .result.height = height};
  bool was_up;

  g_mutex_lock(&stream->lock);
  was_up = stream->known.link == STREAM_UP;
  stream->known.link = STREAM_UP;
  stream->known.width = width;
  stream->known.height = height;
  stream->known.rate_hz = rate_hz;
  stream->known.reason[0] = '\0';
  g_mutex_unlock(&stream->lock);
  if (!was_up)
    ET_LOG(daemon_event(EVENT_STREAM_UP), ET_LOG_STRING("stream", stream_name(stream)), ET_LOG_INTEGER("width", width),
           ET_LOG_INTEGER("height", height), ET_LOG_REAL("rate_hz", rate_hz));
  post(stream, &mail);
}

static gboolean on_retry(void *user);

static void plan_retry(struct stream *stream)
{
  stream->retry = g_timeout_add(stream->pause_ms, on_retry, stream);
  stream->pause_ms = MIN(stream->pause_ms * 2, PAUSE_LONGEST_MS);
}

/* Says that it is down, once, and plans the next attempt. What a failed pipeline says after its first error is a consequence and left out. */
static void go_down(struct stream *stream, const char *reason)
{
  bool was_down;

  if (stream->retry)
    return;
  if (stream->graph)
    graph_halt(stream->graph);
  if (stream->up_ns && et_clock_ns() - stream->up_ns > STEADY_S * ET_SECOND_NS)
    stream->pause_ms = PAUSE_FIRST_MS;
  stream->up_ns = 0;
  g_mutex_lock(&stream->lock);
  was_down = stream->known.link == STREAM_DOWN;
  stream->known.link = STREAM_DOWN;
  g_strlcpy(stream->known.reason, reason, sizeof stream->known.reason);
  g_mutex_unlock(&stream->lock);
  if (!was_down) {
    ET_LOG(daemon_event(EVENT_STREAM_DOWN), ET_LOG_STRING("stream", stream_name(stream)), ET_LOG_STRING("reason", reason),
           ET_LOG_INTEGER("pause_ms", stream->pause_ms));
    post_words(stream, MAIL_DOWN, reason);
  }
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
  stream->known.link = STREAM_ENDED;
  g_mutex_unlock(&stream->lock);
  ET_LOG(daemon_event(EVENT_STREAM_ENDED), ET_LOG_STRING("stream", stream_name(stream)));
  post_words(stream, MAIL_ENDED, "");
}

static const struct graph_observer observer = {
  .result = on_result,
  .transition = on_transition,
  .refused = on_refused,
  .up = on_up,
  .down = on_down,
  .ended = on_ended,
};

/* --- a stream's life, main thread --- */

static void open_graph(struct stream *stream)
{
  g_mutex_lock(&stream->lock);
  stream->open = true;
  g_mutex_unlock(&stream->lock);
}

/* Afterwards nobody else uses the graph until open_graph(). */
static void withdraw(struct stream *stream)
{
  g_mutex_lock(&stream->lock);
  stream->open = false;
  while (stream->users > 0)
    g_cond_wait(&stream->released, &stream->lock);
  g_mutex_unlock(&stream->lock);
}

static void set_starting(struct stream *stream)
{
  stream->seen_ns = et_clock_ns();
  g_mutex_lock(&stream->lock);
  stream->known.restarts++;
  g_mutex_unlock(&stream->lock);
}

/* Builds the graph where there is none (its first attempt failed); else restarts the one there is. */
static bool build_again(struct stream *stream, GError **error)
{
  bool done;

  withdraw(stream);
  if (stream->graph) {
    done = graph_restart(stream->graph, error);
  } else {
    stream->graph = graph_create(&stream->config.graph, stream->first_frame, &observer, stream, error);
    done = stream->graph && graph_start(stream->graph, error);
  }
  if (stream->graph)
    open_graph(stream);
  return done;
}

static gboolean on_retry(void *user)
{
  struct stream *stream = user;
  g_autoptr(GError) error = NULL;

  stream->retry = 0;
  set_starting(stream);
  if (!build_again(stream, &error))
    go_down(stream, error->message);
  return G_SOURCE_REMOVE;
}

static void note_model(struct stream *stream)
{
  g_autofree char *name = graph_model_name(stream->graph);

  g_strlcpy(stream->model, name, sizeof stream->model);
}

/* A fault of the configuration is an error here; a source that does not work now is left for later. */
static bool make_graph(struct stream *stream, GError **error)
{
  g_autoptr(GError) why = NULL;

  stream->graph = graph_create(&stream->config.graph, stream->first_frame, &observer, stream, &why);
  if (stream->graph) {
    note_model(stream);
    open_graph(stream);
    return true;
  }
  if (g_error_matches(why, GRAPH_ERROR, GRAPH_ERROR_SOURCE))
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "stream %s: %s", stream_name(stream), why->message);
  return false;
}

static void discard_stream(struct stream *stream)
{
  g_clear_handle_id(&stream->retry, g_source_remove);
  withdraw(stream);
  graph_destroy(&stream->graph);
  stream_unref(stream);
}

/* A stream that is built but does not run; NULL with `error` set. `before` (NULL = none): the one whose place it takes, for the numbers to go on. */
static struct stream *make_stream(struct mailbox *mailbox, const struct stream_config *config, struct stream *before, GError **error)
{
  struct stream *stream = g_new0(struct stream, 1);
  struct stream_view view = {.frame = 0};

  if (before)
    stream_view(before, &view);
  atomic_init(&stream->references, 1);
  g_mutex_init(&stream->lock);
  g_cond_init(&stream->released);
  copy_config(&stream->config, config);
  stream->known.params = config->graph.params;
  stream->shown_source = graph_public_source(config->graph.source);
  stream->mailbox = mailbox;
  stream->first_frame = view.frame + 1;
  stream->pause_ms = PAUSE_FIRST_MS;
  stream->results = et_ring_create(RESULTS_KEPT, sizeof(struct entry));
  if (stream->results && make_graph(stream, error))
    return stream;
  if (!stream->results)
    g_set_error(error, DAEMON_ERROR, EXIT_INTERNAL, "out of memory");
  discard_stream(stream);
  return NULL;
}

static void start_stream(struct stream *stream)
{
  g_autoptr(GError) error = NULL;

  stream->seen_ns = et_clock_ns();
  post_words(stream, MAIL_ADDED, "");
  if (!stream->graph)
    go_down(stream, "its source cannot be opened");
  else if (!graph_start(stream->graph, &error))
    go_down(stream, error->message);
}

static void end_stream(struct stream *stream)
{
  g_clear_handle_id(&stream->retry, g_source_remove);
  withdraw(stream);
  graph_destroy(&stream->graph);
  post_words(stream, MAIL_REMOVED, "");
  stream_unref(stream);
}

/* --- the table --- */

struct streams *streams_create(struct mailbox *mailbox)
{
  struct streams *streams = g_new0(struct streams, 1);

  streams->mailbox = mailbox;
  streams->list = g_ptr_array_new();
  return streams;
}

void streams_destroy(struct streams **streams)
{
  if (!streams || !*streams)
    return;
  for (guint i = 0; i < (*streams)->list->len; i++)
    end_stream(g_ptr_array_index((*streams)->list, i));
  g_ptr_array_unref((*streams)->list);
  g_free(*streams);
  *streams = NULL;
}

static struct stream *find_stream(struct streams *streams, const char *name)
{
  for (guint i = 0; i < streams->list->len; i++) {
    struct stream *stream = g_ptr_array_index(streams->list, i);

    if (strcmp(stream_name(stream), name) == 0)
      return stream;
  }
  return NULL;
}

/* Whether a running stream can go on with the new configuration, its live parameters apart. */
static bool same_structure(const struct stream_config *a, const struct stream_config *b)
{
  const struct graph_config *g = &a->graph, *h = &b->graph;

  return g_strcmp0(g->source, h->source) == 0 && g->width == h->width && g->height == h->height && g->rate_hz == h->rate_hz &&
         g_strcmp0(g->pixel_format, h->pixel_format) == 0 && g_strcmp0(g->controls, h->controls) == 0 && g->deinterlace == h->deinterlace &&
         g->loop == h->loop && g_strcmp0(g->output, h->output) == 0 && g->output_draw == h->output_draw &&
         g_strcmp0(g->model, h->model) == 0 && g->threads == h->threads && g->history_bytes == h->history_bytes &&
         a->hfov_deg == b->hfov_deg && a->stall_s == b->stall_s;
}

static void use_params(struct stream *stream, const struct et_params *params)
{
  g_autoptr(GError) error = NULL;

  stream->config.graph.params = *params;
  g_mutex_lock(&stream->lock);
  stream->known.params = *params;
  g_mutex_unlock(&stream->lock);
  if (stream->graph && !graph_set_params(stream->graph, params, &error))
    ET_LOG(daemon_event(EVENT_FAILED), ET_LOG_STRING("words", error->message));
}

static void discard_plan(const struct streams *streams, GPtrArray *plan)
{
  for (guint i = 0; i < plan->len; i++)
    if (!g_ptr_array_find(streams->list, g_ptr_array_index(plan, i), NULL))
      discard_stream(g_ptr_array_index(plan, i));
  g_ptr_array_unref(plan);
}

/* The new table: streams that stay are taken over, the others are made; NULL with `error` set, and nothing made is left. */
static GPtrArray *plan_streams(struct streams *streams, const struct stream_config *configs, size_t count, GError **error)
{
  GPtrArray *plan = g_ptr_array_new();

  for (size_t i = 0; i < count; i++) {
    struct stream *present = find_stream(streams, configs[i].graph.name);
    struct stream *stream = present && same_structure(&present->config, &configs[i]) ? present : NULL;

    if (!stream)
      stream = make_stream(streams->mailbox, &configs[i], present, error);
    if (!stream)
      break;
    g_ptr_array_add(plan, stream);
  }
  if (plan->len == count)
    return plan;
  discard_plan(streams, plan);
  return NULL;
}

bool streams_try(struct streams *streams, const struct stream_config *configs, size_t count, GError **error)
{
  GPtrArray *plan = plan_streams(streams, configs, count, error);

  if (plan)
    discard_plan(streams, plan);
  return plan != NULL;
}

/* What the streams that ended held lies scattered between what the others hold: glibc keeps such pages unless it is asked. */
static void give_memory_back(void)
{
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

bool streams_replace(struct streams *streams, const struct stream_config *configs, size_t count, GError **error)
{
  GPtrArray *before = streams->list, *plan = plan_streams(streams, configs, count, error);

  if (!plan)
    return false;
  for (guint i = 0; i < before->len; i++)
    if (!g_ptr_array_find(plan, g_ptr_array_index(before, i), NULL))
      end_stream(g_ptr_array_index(before, i));
  streams->list = plan;
  for (guint i = 0; i < plan->len; i++) {
    struct stream *stream = g_ptr_array_index(plan, i);

    if (g_ptr_array_find(before, stream, NULL))
      use_params(stream, &configs[i].graph.params);
    else
      start_stream(stream);
  }
  g_ptr_array_unref(before);
  give_memory_back();
  return true;
}

/* Ends a silence that the pipeline itself does not notice. */
static void check_silence(struct stream *stream, int64_t now_ns)
{
  struct stream_view view;
  char reason[64];

  stream_view(stream, &view);
  if (view.counters.frames != stream->seen_frames) {
    stream->seen_frames = view.counters.frames;
    stream->seen_ns = now_ns;
  }
  if (view.link == STREAM_UP && stream->up_ns == 0)
    stream->up_ns = now_ns;
  if (view.link == STREAM_ENDED || stream->retry || stream->config.stall_s <= 0 ||
      (double)(now_ns - stream->seen_ns) < stream->config.stall_s * (double)ET_SECOND_NS)
    return;
  g_snprintf(reason, sizeof reason, "no frame for %g s", stream->config.stall_s);
  go_down(stream, reason);
}

void streams_check(struct streams *streams)
{
  const int64_t now_ns = et_clock_ns();

  for (guint i = 0; i < streams->list->len; i++)
    check_silence(g_ptr_array_index(streams->list, i), now_ns);
}

/* Frames that came before the last look must have been processed or displaced by now; none processed while some were displaced is a standstill. */
static bool stream_progress(struct stream *stream)
{
  const struct graph_counters before = stream->progress;
  struct stream_view view;

  stream_view(stream, &view);
  stream->progress = view.counters;
  return !atomic_load(&stream->has_target) || view.counters.dropped - before.dropped < 2 || view.counters.processed != before.processed;
}

bool streams_progress(struct streams *streams)
{
  bool all = true;

  for (guint i = 0; i < streams->list->len; i++) {
    struct stream *stream = g_ptr_array_index(streams->list, i);

    if (stream_progress(stream))
      continue;
    ET_LOG(daemon_event(EVENT_STUCK), ET_LOG_STRING("what", stream_name(stream)));
    all = false;
  }
  return all;
}

const char *streams_model_name(const struct streams *streams)
{
  for (guint i = 0; i < streams->list->len; i++) {
    const char *name = stream_model_name(g_ptr_array_index(streams->list, i));

    if (*name)
      return name;
  }
  return "";
}

void streams_count(struct streams *streams, unsigned *count, unsigned *up)
{
  *count = streams->list->len;
  *up = 0;
  for (guint i = 0; i < streams->list->len; i++) {
    struct stream_view view;

    stream_view(g_ptr_array_index(streams->list, i), &view);
    *up += view.link == STREAM_UP;
  }
}
