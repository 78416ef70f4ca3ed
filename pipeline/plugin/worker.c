/* SPDX-License-Identifier: MIT */
/* The tracker of one element.
 *
 * Design notes. In async mode the streaming thread leaves frames in two places. `slot` has the newest one, and what was not taken in time is displaced.
 * `asked` has the frame that arrived next after a request, with the requests: nothing but a frame with newer requests displaces it, and that
 * one inherits what still counts. Frames travel in a handful of jobs made at creation: one being filled, one in each place, one being worked on, so
 * that one is always free. Whoever displaces or finishes a job gives it back. `busy` counts the jobs that are out: drain waits for it to
 * fall, which happens at EOS only. */
#include "worker.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/slot.h"

enum { JOBS = 5, WARM_UPS = 6, ENOUGH = 50 };

/* A job with what was requested before its frame arrived. */
struct order {
  struct job job;
  struct requests requests;
};

struct worker {
  struct et_tracker *tracker;
  struct history *history;
  struct worker_observer observer;
  void *user;
  struct request_box requests;
  struct et_slot slot;
  struct order *_Atomic asked;
  struct order orders[JOBS];
  struct order *_Atomic free[JOBS];
  pthread_t thread;
  bool running;
  _Atomic bool quit;
  _Atomic int busy;
  _Atomic bool tracking; /* a target, or a frame that may start one */
  int64_t warm_up_ns;
  _Atomic uint64_t processed, dropped;
  struct et_histogram latency;
  /* the thread that tracks only: */
  uint64_t target; /* 0 = none */
  uint64_t dropped_told;
  uint64_t newest_frame; /* the newest that was looked at */
  int width, height;     /* of the frame before */
  GstClockTimeDiff time_to_running;
  int64_t time_ns; /* of the newest frame */
  struct outcome last;
};

enum et_error worker_create(const struct et_model *model, const struct et_params *params, struct history *history,
                            const struct worker_observer *observer, void *user, struct worker **worker, struct et_error_detail *detail)
{
  struct et_tracker_options options;
  struct worker *w = g_new0(struct worker, 1);
  enum et_error error;

  et_tracker_options_default(&options);
  options.params = *params;
  error = et_tracker_create(model, &options, &w->tracker, detail);
  if (!error && !et_slot_init(&w->slot)) {
    et_tracker_destroy(&w->tracker);
    error = et_fail(detail, ET_ERR_NO_MEMORY, "the system has no semaphore left");
  }
  if (error) {
    g_free(w);
    return error;
  }
  request_box_init(&w->requests);
  w->history = history;
  w->observer = *observer;
  w->user = user;
  for (int i = 0; i < JOBS; i++)
    atomic_init(&w->free[i], &w->orders[i]);
  *worker = w;
  return ET_OK;
}

void worker_destroy(struct worker **worker)
{
  struct worker *w = worker ? *worker : NULL;

  if (!w)
    return;
  worker_stop(w);
  worker_flush(w);
  et_slot_fini(&w->slot);
  request_box_fini(&w->requests);
  et_tracker_destroy(&w->tracker);
  g_free(w);
  *worker = NULL;
}

static void give_back(struct worker *w, struct order *order)
{
  gst_buffer_replace(&order->job.buffer, NULL);
  for (int i = 0; i < JOBS; i++) {
    struct order *none = NULL;

    if (atomic_compare_exchange_strong(&w->free[i], &none, order))
      break;
  }
  atomic_fetch_sub(&w->busy, 1);
}

static struct order *take_free(struct worker *w)
{
  for (int i = 0; i < JOBS; i++) {
    struct order *order = atomic_exchange(&w->free[i], NULL);

    if (order)
      return order;
  }
  g_assert_not_reached(); /* of five, at most four are out */
}

void worker_warm_up(struct worker *w)
{
  enum { SIDE = 256 };
  uint8_t *grey = g_malloc(SIDE * SIDE);
  const struct et_image image = {ET_FORMAT_GRAY8, SIDE, SIDE, {grey}, {SIDE}, ET_MATRIX_BT601, ET_RANGE_FULL, ET_SITING_CENTRE};
  const struct et_box box = {96, 96, 64, 64};
  struct et_result result;

  memset(grey, 128, SIDE * SIDE);
  if (et_tracker_init(w->tracker, &image, &box, 0, &result, NULL) == ET_OK)
    for (int i = 0; i < WARM_UPS; i++) {
      const int64_t begin_ns = et_clock_ns();

      if (et_tracker_track(w->tracker, &image, i * ET_MS_NS, &result, NULL) == ET_OK)
        w->warm_up_ns = MAX(w->warm_up_ns, et_clock_ns() - begin_ns);
    }
  et_tracker_stop(w->tracker);
  g_free(grey);
}

static GstClockTime running_time_of(const struct worker *w, int64_t time_ns)
{
  const GstClockTimeDiff t = time_ns + w->time_to_running;

  return t >= 0 ? (GstClockTime)t : GST_CLOCK_TIME_NONE;
}

static struct outcome outcome_of(const struct worker *w, const struct job *job, const struct et_result *result)
{
  return (struct outcome){
    .target = w->target,
    .frame = job->frame,
    .pts = job->pts,
    .capture_ns = job->capture_ns,
    .arrival_ns = job->arrival_ns,
    .capture_by_driver = job->capture_by_driver,
    .width = job->info.width,
    .height = job->info.height,
    .result = *result,
    .reason = result->event == ET_EVENT_STOPPED ? "search-timeout" : "",
    .first_seen = running_time_of(w, result->first_seen_ns),
    .last_seen = running_time_of(w, result->last_seen_ns),
  };
}

static void tell(struct worker *w, const struct outcome *outcome)
{
  w->last = *outcome;
  w->observer.outcome(outcome, w->user);
}

/* The target ends with what was last known of it. */
static void end_target(struct worker *w, const char *reason)
{
  struct outcome o = w->last;

  if (!w->target)
    return;
  o.result.state = ET_STATE_IDLE;
  o.result.event = ET_EVENT_STOPPED;
  o.result.has_box = false;
  o.reason = reason;
  et_tracker_stop(w->tracker);
  tell(w, &o);
  w->target = 0;
}

void worker_end_target(struct worker *w, const char *reason)
{
  end_target(w, reason);
}

void worker_lose(struct worker *w)
{
  struct outcome o;

  worker_flush(w);
  worker_drain(w, ET_SECOND_NS);
  o = w->last;
  if (!w->target || o.result.state == ET_STATE_LOST)
    return;
  et_tracker_lose(w->tracker, w->time_ns);
  o.result.state = ET_STATE_LOST;
  o.result.event = ET_EVENT_LOST;
  o.result.has_box = false;
  o.reason = "stream-down";
  tell(w, &o);
}

/* Another size: the target goes along; only the first frame of all has nothing to scale. */
static void follow_size(struct worker *w, const struct job *job)
{
  const int width = job->info.width, height = job->info.height;

  if (w->width && (w->width != width || w->height != height))
    et_tracker_rescale(w->tracker, (double)width / w->width, (double)height / w->height);
  w->width = width;
  w->height = height;
}

static struct et_box in_pixels(const struct wish *wish, const struct job *job)
{
  const double sx = wish->normalised ? job->info.width : 1, sy = wish->normalised ? job->info.height : 1;

  return (struct et_box){wish->box.x * sx, wish->box.y * sy, wish->box.w * sx, wish->box.h * sy};
}

static void finish_timing(struct worker *w, struct outcome *o, const struct job *job, int64_t begin_ns)
{
  const int64_t end_ns = et_clock_ns();
  const uint64_t dropped = atomic_load_explicit(&w->dropped, memory_order_relaxed);

  o->queue_ns = begin_ns - job->arrival_ns;
  o->infer_ns = end_ns - begin_ns;
  o->dropped = dropped - w->dropped_told;
  w->dropped_told = dropped;
  et_histogram_add(&w->latency, o->infer_ns);
}

/* Starts the wished target on the frame; the old one goes only when the new one has been taken. */
static bool start_target(struct worker *w, const struct wish *wish, const struct job *job, const struct et_image *image)
{
  const int64_t begin_ns = et_clock_ns();
  const struct et_box box = in_pixels(wish, job);
  struct et_error_detail why;
  struct et_result result;
  struct outcome o;
  enum et_error error = et_box_check(&box, image->width, image->height, &why);

  if (error) {
    w->observer.refused(wish, "bad-box", why.text, w->user);
    return false;
  }
  end_target(w, "replaced");
  error = et_tracker_init(w->tracker, image, &box, job->time_ns, &result, &why);
  if (error) {
    w->observer.refused(wish, "internal", why.text, w->user);
    return false;
  }
  w->target = wish->target;
  o = outcome_of(w, job, &result);
  finish_timing(w, &o, job, begin_ns);
  tell(w, &o);
  return true;
}

static bool track_image(struct worker *w, const struct job *job, const struct et_image *image, struct outcome *o)
{
  const int64_t begin_ns = et_clock_ns();
  struct et_result result;

  if (et_tracker_track(w->tracker, image, job->time_ns, &result, NULL) != ET_OK)
    return false;
  *o = outcome_of(w, job, &result);
  finish_timing(w, o, job, begin_ns);
  return true;
}

/* Runs `act` on the pixels of a job; without an image where its memory cannot be read. */
static bool with_pixels(struct worker *w, const struct job *job,
                        bool (*act)(struct worker *, const struct job *, const struct et_image *, void *), void *data)
{
  GstVideoFrame frame;
  struct et_image image;
  bool done;

  if (!job_map(&frame, &job->info, job->buffer, GST_MAP_READ | GST_VIDEO_FRAME_MAP_FLAG_NO_REF))
    return act(w, job, NULL, data);
  done = job_image(&frame, &image) && act(w, job, &image, data);
  gst_video_frame_unmap(&frame);
  return done;
}

static bool act_start(struct worker *w, const struct job *job, const struct et_image *image, void *wish)
{
  if (!image) {
    w->observer.refused(wish, "internal", "the frame's memory cannot be read", w->user);
    return false;
  }
  follow_size(w, job);
  return start_target(w, wish, job, image);
}

static bool act_track(struct worker *w, const struct job *job, const struct et_image *image, void *outcome)
{
  if (!image)
    return false;
  follow_size(w, job);
  return track_image(w, job, image, outcome);
}

static void track_and_tell(struct worker *w, const struct job *job)
{
  struct outcome o;

  if (!w->target || !with_pixels(w, job, act_track, &o))
    return;
  tell(w, &o);
  if (o.result.event == ET_EVENT_STOPPED)
    w->target = 0;
}

/* From the frame that the target was taken from to the present one, through every k-th kept frame, so that it takes no longer than a few frames'
 * time; nothing is told on the way. */
static void catch_up(struct worker *w, uint64_t from, const struct job *present)
{
  const guint most = 8, kept = history_count_after(w->history, from);
  const uint64_t step = MAX(1, kept / most);
  struct outcome o;
  struct job job;

  while (history_after(w->history, from + step - 1, &job)) {
    from = job.frame;
    if (from < present->frame)
      with_pixels(w, &job, act_track, &o);
    gst_buffer_unref(job.buffer);
    if (from >= present->frame)
      break;
  }
}

static void start_in_the_past(struct worker *w, const struct wish *wish, const struct job *present)
{
  struct job past;
  bool started;

  if (!history_get(w->history, wish->frame, &past)) {
    char words[128];

    g_snprintf(words, sizeof words, "frame %" G_GUINT64_FORMAT " is not kept (any more)", wish->frame);
    w->observer.refused(wish, "frame-expired", words, w->user);
    track_and_tell(w, present);
    return;
  }
  started = with_pixels(w, &past, act_start, (void *)wish);
  gst_buffer_unref(past.buffer);
  if (started)
    catch_up(w, wish->frame, present);
  track_and_tell(w, present);
}

static void fulfil(struct worker *w, struct wish *wish, const struct job *job)
{
  if (wish->frame && wish->frame != job->frame)
    start_in_the_past(w, wish, job);
  else if (!with_pixels(w, job, act_start, wish))
    track_and_tell(w, job); /* the old target goes on */
}

/* Requests that bring no frame of their own to start on. */
static void obey(struct worker *w, const struct requests *requests)
{
  if (requests->has_params && et_tracker_set_params(w->tracker, &requests->params, NULL) != ET_OK)
    g_warn_if_reached(); /* they were checked when they were set */
  if (requests->stop)
    end_target(w, "requested");
}

static void process(struct worker *w, const struct job *job, struct requests *requests)
{
  w->time_ns = job->time_ns;
  if (GST_CLOCK_TIME_IS_VALID(job->running_time))
    w->time_to_running = (GstClockTimeDiff)job->running_time - job->time_ns;
  obey(w, requests);
  if (!requests->has_wish && !w->target)
    return;
  if (requests->has_wish)
    fulfil(w, &requests->wish, job);
  else
    track_and_tell(w, job);
  w->newest_frame = job->frame;
  atomic_fetch_add_explicit(&w->processed, 1, memory_order_relaxed);
}

void worker_process(struct worker *w, const struct job *job)
{
  struct requests requests = request_take(&w->requests);

  process(w, job, &requests);
}

static void drop(struct worker *w, struct order *order)
{
  atomic_fetch_add_explicit(&w->dropped, 1, memory_order_relaxed);
  give_back(w, order);
}

/* The frame with requests first: it is older than the one in the slot, if both are there. */
static void work(struct worker *w, struct order *newest)
{
  struct order *asked = atomic_exchange(&w->asked, NULL);

  if (asked) {
    process(w, &asked->job, &asked->requests);
    give_back(w, asked);
  }
  if (newest && newest->job.frame > w->newest_frame) {
    process(w, &newest->job, &newest->requests);
    give_back(w, newest);
  } else if (newest) {
    drop(w, newest);
  }
  /* A frame with a wish that comes at this moment has posted the semaphore, so that this is put right in the next round. */
  atomic_store(&w->tracking, w->target != 0 || atomic_load(&w->asked) != NULL);
}

/* A batch thread does not push the streaming thread off its processor when it is woken: a buffer must not wait for the tracker that way either. */
static void be_a_batch_thread(void)
{
  const struct sched_param none = {0};

  pthread_setschedparam(pthread_self(), SCHED_BATCH, &none); /* not vital: where it is refused the thread stays as it is */
}

static void *run(void *data)
{
  struct worker *w = data;

  be_a_batch_thread();
  while (!atomic_load(&w->quit))
    work(w, et_slot_wait(&w->slot));
  return NULL;
}

bool worker_start(struct worker *w)
{
  if (w->running)
    return true;
  atomic_store(&w->quit, false);
  w->running = pthread_create(&w->thread, NULL, run, w) == 0;
  if (w->running)
    pthread_setname_np(w->thread, "etrack");
  return w->running;
}

void worker_stop(struct worker *w)
{
  if (!w->running)
    return;
  atomic_store(&w->quit, true);
  et_slot_wake(&w->slot);
  pthread_join(w->thread, NULL);
  w->running = false;
}

static void refuse_replaced(struct worker *w, const struct wish *wish)
{
  if (wish->target)
    w->observer.refused(wish, "replaced", "another request came before this one's frame had its turn", w->user);
}

static bool is_empty(const struct requests *requests)
{
  return !requests->stop && !requests->has_wish && !requests->has_params;
}

/* The frame that an earlier request waits for stays; what comes after it is a frame like others. */
static void submit_asked(struct worker *w, struct order *order)
{
  struct order *older = atomic_exchange(&w->asked, NULL);
  struct wish replaced = {0};

  if (older) {
    request_inherit(&order->requests, &older->requests, &replaced);
    drop(w, older);
  }
  atomic_store(&w->asked, order);
  atomic_store(&w->tracking, true);
  et_slot_wake(&w->slot);
  refuse_replaced(w, &replaced);
}

void worker_submit(struct worker *w, const struct job *job)
{
  struct requests requests = request_take(&w->requests);
  struct order *order, *displaced;

  if (is_empty(&requests) && !atomic_load(&w->tracking))
    return;
  order = take_free(w);
  *order = (struct order){*job, requests};
  gst_buffer_ref(job->buffer);
  atomic_fetch_add(&w->busy, 1);
  if (!is_empty(&requests)) {
    submit_asked(w, order);
    return;
  }
  displaced = et_slot_put(&w->slot, order);
  if (displaced)
    drop(w, displaced);
}

void worker_flush(struct worker *w)
{
  struct order *newest = et_slot_clear(&w->slot), *asked = atomic_exchange(&w->asked, NULL);
  struct wish replaced;

  if (newest)
    give_back(w, newest);
  if (asked) {
    request_return(&w->requests, &asked->requests, &replaced);
    give_back(w, asked);
    refuse_replaced(w, &replaced);
  }
}

void worker_drain(struct worker *w, int64_t timeout_ns)
{
  const int64_t until_ns = et_clock_ns() + timeout_ns;

  while (w->running && atomic_load(&w->busy) > 0 && et_clock_ns() < until_ns)
    g_usleep(500);
}

struct request_box *worker_requests(struct worker *w)
{
  return &w->requests;
}

void worker_get_counters(const struct worker *w, struct worker_counters *counters)
{
  counters->processed = atomic_load_explicit(&w->processed, memory_order_relaxed);
  counters->dropped = atomic_load_explicit(&w->dropped, memory_order_relaxed);
}

int64_t worker_expected_ns(const struct worker *w)
{
  return et_histogram_count(&w->latency) < ENOUGH ? w->warm_up_ns : et_histogram_quantile_ns(&w->latency, 0.99);
}

const struct et_histogram *worker_latency(const struct worker *w)
{
  return &w->latency;
}
