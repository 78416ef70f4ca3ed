/* SPDX-License-Identifier: MIT */
/* The tracker of one element.
 *
 * Design notes. In async mode the streaming thread and the tracker thread share the newest-frame slot alone. Frames travel in a handful of jobs made
 * at creation: one being filled, one in the slot, one being worked on, so that at least one is always free. Whoever displaces or finishes
 * a job gives it back. `busy` is up from before a frame is left until it is finished: drain waits for it to fall, which happens at EOS only. */
#include "worker.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/slot.h"

enum { JOBS = 4 };

struct worker {
  struct et_tracker *tracker;
  struct history *history;
  struct worker_observer observer;
  void *user;
  struct request_box requests;
  struct et_slot slot;
  struct job jobs[JOBS];
  struct job *_Atomic free[JOBS];
  pthread_t thread;
  bool running;
  _Atomic bool quit;
  _Atomic int busy;
  _Atomic uint64_t processed, dropped;
  struct et_histogram latency;
  /* the thread that tracks only: */
  uint64_t target; /* 0 = none */
  uint64_t dropped_told;
  int width, height; /* of the frame before */
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
    atomic_init(&w->free[i], &w->jobs[i]);
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

static void give_back(struct worker *w, struct job *job)
{
  gst_buffer_replace(&job->buffer, NULL);
  for (int i = 0; i < JOBS; i++) {
    struct job *none = NULL;

    if (atomic_compare_exchange_strong(&w->free[i], &none, job))
      break;
  }
  atomic_fetch_sub(&w->busy, 1);
}

static struct job *take_free(struct worker *w)
{
  for (int i = 0; i < JOBS; i++) {
    struct job *job = atomic_exchange(&w->free[i], NULL);

    if (job)
      return job;
  }
  g_assert_not_reached(); /* of four jobs, at most three are out */
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
    w->observer.refused(wish, error, why.text, w->user);
    return false;
  }
  end_target(w, "replaced");
  error = et_tracker_init(w->tracker, image, &box, job->time_ns, &result, &why);
  if (error) {
    w->observer.refused(wish, error, why.text, w->user);
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

/* Runs `act` on the pixels of a job. */
static bool with_pixels(struct worker *w, const struct job *job,
                        bool (*act)(struct worker *, const struct job *, const struct et_image *, void *), void *data)
{
  GstVideoInfo info = job->info;
  GstVideoFrame frame;
  struct et_image image;
  bool done;

  if (!gst_video_frame_map(&frame, &info, job->buffer, GST_MAP_READ | GST_VIDEO_FRAME_MAP_FLAG_NO_REF))
    return false;
  done = job_image(&frame, &image) && act(w, job, &image, data);
  gst_video_frame_unmap(&frame);
  return done;
}

static bool act_start(struct worker *w, const struct job *job, const struct et_image *image, void *wish)
{
  follow_size(w, job);
  return start_target(w, wish, job, image);
}

static bool act_track(struct worker *w, const struct job *job, const struct et_image *image, void *outcome)
{
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
    w->observer.refused(wish, ET_ERR_NO_TARGET, words, w->user);
    track_and_tell(w, present);
    return;
  }
  started = with_pixels(w, &past, act_start, (void *)wish);
  gst_buffer_unref(past.buffer);
  if (started)
    catch_up(w, wish->frame, present);
  track_and_tell(w, present);
}

static void fulfil(struct worker *w, struct requests *requests, const struct job *job)
{
  struct wish *wish = &requests->wish;

  if (requests->stop)
    end_target(w, "requested");
  if (wish->frame && wish->frame != job->frame)
    start_in_the_past(w, wish, job);
  else if (!with_pixels(w, job, act_start, wish))
    track_and_tell(w, job); /* the old target goes on */
}

void worker_process(struct worker *w, const struct job *job)
{
  struct requests requests = request_take(&w->requests);

  w->time_ns = job->time_ns;
  if (GST_CLOCK_TIME_IS_VALID(job->running_time))
    w->time_to_running = (GstClockTimeDiff)job->running_time - job->time_ns;
  if (requests.has_params && et_tracker_set_params(w->tracker, &requests.params, NULL) != ET_OK)
    g_warn_if_reached(); /* they were checked when they were set */
  if (requests.has_wish) {
    fulfil(w, &requests, job);
  } else {
    if (requests.stop)
      end_target(w, "requested");
    track_and_tell(w, job);
  }
  atomic_fetch_add_explicit(&w->processed, 1, memory_order_relaxed);
}

static void *run(void *data)
{
  struct worker *w = data;

  while (!atomic_load(&w->quit)) {
    struct job *job = et_slot_wait(&w->slot);

    if (!job)
      continue;
    worker_process(w, job);
    give_back(w, job);
  }
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

void worker_submit(struct worker *w, const struct job *job)
{
  struct job *own = take_free(w), *displaced;

  *own = *job;
  atomic_fetch_add(&w->busy, 1);
  displaced = et_slot_put(&w->slot, own);
  if (!displaced)
    return;
  atomic_fetch_add_explicit(&w->dropped, 1, memory_order_relaxed);
  give_back(w, displaced);
}

void worker_flush(struct worker *w)
{
  struct job *job = et_slot_clear(&w->slot);

  if (job)
    give_back(w, job);
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

const struct et_histogram *worker_latency(const struct worker *w)
{
  return &w->latency;
}
