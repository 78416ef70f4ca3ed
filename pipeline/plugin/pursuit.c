/* SPDX-License-Identifier: MIT */
/* The tracker of one element with its target.
 *
 * Design notes. A frame's buffer goes back as soon as its pixels have been read (let_go()), before
 * the network runs, because cameras have few. A target that is started on a kept frame is followed
 * through kept frames to the newest one, in a bounded number of looks. Nothing is told meanwhile,
 * except the end of the target before. */
#include "pursuit.h"

#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "frame/frame.h"

enum { WARM_UPS = 6, ENOUGH = 50, MOST_LOOKS = 8 };

/* The longest time that the way from a kept frame to the present may take. */
static const int64_t catch_up_ns = 400 * ET_MS_NS;

struct pursuit {
  struct et_tracker *tracker;
  struct history *history;
  struct worker_observer observer;
  void *user;
  int64_t warm_up_ns;
  _Atomic uint64_t processed, dropped;
  struct et_histogram latency;
  uint64_t target; /* 0 = none */
  uint64_t newest_frame;
  int width, height; /* of the frame before */
  GstClockTimeDiff time_to_running;
  int64_t time_ns; /* of the newest frame */
  struct et_record last;
  struct job *held; /* the job whose pixels `frame` maps; NULL = none */
  GstVideoFrame frame;
};

/* Gives the buffer back: the pixels have been read. */
static void let_go(void *user)
{
  struct pursuit *p = user;

  if (!p->held)
    return;
  gst_video_frame_unmap(&p->frame);
  gst_buffer_replace(&p->held->buffer, NULL);
  p->held = NULL;
}

enum et_error pursuit_create(const struct et_model *model, const struct et_params *params, struct history *history,
                             const struct worker_observer *observer, void *user, struct pursuit **pursuit, struct et_error_detail *detail)
{
  struct pursuit *p = g_new0(struct pursuit, 1);
  struct et_tracker_options options;
  enum et_error error;

  et_tracker_options_default(&options);
  options.params = *params;
  options.image_done = let_go;
  options.user = p;
  error = et_tracker_create(model, &options, &p->tracker, detail);
  if (error) {
    g_free(p);
    return error;
  }
  p->history = history;
  p->observer = *observer;
  p->user = user;
  *pursuit = p;
  return ET_OK;
}

void pursuit_destroy(struct pursuit **pursuit)
{
  if (!pursuit || !*pursuit)
    return;
  et_tracker_destroy(&(*pursuit)->tracker);
  g_free(*pursuit);
  *pursuit = NULL;
}

void pursuit_warm_up(struct pursuit *p)
{
  enum { SIDE = 256 };
  uint8_t *grey = g_malloc(SIDE * SIDE);
  const struct et_image image = {ET_FORMAT_GRAY8, SIDE, SIDE, {grey}, {SIDE}, ET_MATRIX_BT601, ET_RANGE_FULL, ET_SITING_CENTRE};
  const struct et_box box = {96, 96, 64, 64};
  struct et_result result;

  memset(grey, 128, SIDE * SIDE);
  if (et_tracker_init(p->tracker, &image, &box, 0, &result, NULL) == ET_OK)
    for (int i = 0; i < WARM_UPS; i++) {
      const int64_t begin_ns = et_clock_ns();

      if (et_tracker_track(p->tracker, &image, i * ET_MS_NS, &result, NULL) == ET_OK)
        p->warm_up_ns = MAX(p->warm_up_ns, et_clock_ns() - begin_ns);
    }
  et_tracker_stop(p->tracker);
  g_free(grey);
}

static int64_t running_time_of(const struct pursuit *p, int64_t time_ns)
{
  return MAX(time_ns + p->time_to_running, 0); /* a seek may have set it back meanwhile */
}

static struct et_result in_running_time(const struct pursuit *p, const struct et_result *result)
{
  struct et_result r = *result;

  r.time_ns = running_time_of(p, r.time_ns);
  r.first_seen_ns = running_time_of(p, r.first_seen_ns);
  r.last_seen_ns = running_time_of(p, r.last_seen_ns);
  return r;
}

static double pixel_aspect(const GstVideoInfo *info)
{
  return info->par_n > 0 && info->par_d > 0 ? (double)info->par_n / info->par_d : 1;
}

static struct et_record record_of(const struct pursuit *p, const struct job *job, const struct et_result *result)
{
  return (struct et_record){
    .target = p->target,
    .of_frame = true,
    .frame = job->frame,
    .pts_ns = GST_CLOCK_TIME_IS_VALID(job->pts) ? (int64_t)job->pts : -1,
    .capture_ns = job->capture_ns,
    .capture_by_driver = job->capture_by_driver,
    .width = job->info.width,
    .height = job->info.height,
    .pixel_aspect = pixel_aspect(&job->info),
    .result = in_running_time(p, result),
    .reason = result->event == ET_EVENT_STOPPED ? ET_REASON_SEARCH_TIMEOUT : ET_REASON_NONE,
  };
}

static void tell(struct pursuit *p, const struct et_record *record)
{
  p->last = *record;
  p->observer.record(record, p->user);
}

/* Tells a frame's result, and how many frames were left out since the last one told. */
static void tell_frame(struct pursuit *p, struct et_record *o)
{
  const bool goes_on = p->last.target == o->target && p->last.frame < o->frame;

  o->dropped = goes_on ? o->frame - p->last.frame - 1 : 0;
  tell(p, o);
  if (o->result.event == ET_EVENT_STOPPED)
    p->target = 0;
}

/* Tells a transition without a frame: the last record of the target, in another state. */
static void tell_transition(struct pursuit *p, enum et_state state, enum et_event event, enum et_reason reason)
{
  struct et_record o = p->last;

  o.of_frame = false;
  o.result.state = state;
  o.result.event = event;
  o.result.has_box = false;
  o.reason = reason;
  o.dropped = 0;
  tell(p, &o);
}

void pursuit_end_target(struct pursuit *p, enum et_reason reason)
{
  if (!p->target)
    return;
  et_tracker_stop(p->tracker);
  tell_transition(p, ET_STATE_IDLE, ET_EVENT_STOPPED, reason);
  p->target = 0;
}

static void lose_target(struct pursuit *p, enum et_reason reason)
{
  if (!p->target || p->last.result.state == ET_STATE_LOST)
    return;
  et_tracker_lose(p->tracker, p->time_ns);
  tell_transition(p, ET_STATE_LOST, ET_EVENT_LOST, reason);
}

/* Scales the target if the frame has another size than the one before. */
static void follow_size(struct pursuit *p, const struct job *job)
{
  const int width = job->info.width, height = job->info.height;

  if (p->width && (p->width != width || p->height != height))
    et_tracker_rescale(p->tracker, (double)width / p->width, (double)height / p->height);
  p->width = width;
  p->height = height;
}

static void finish_timing(struct pursuit *p, struct et_record *o, const struct job *job, int64_t begin_ns)
{
  const int64_t end_ns = et_clock_ns();

  o->queue_ns = begin_ns - job->arrival_ns;
  o->infer_ns = end_ns - begin_ns;
  et_histogram_add(&p->latency, o->infer_ns);
  atomic_fetch_add_explicit(&p->processed, 1, memory_order_relaxed);
}

/* Starts the wished target on the frame. The old one ends only if the box can be used. */
static bool start_on(struct pursuit *p, const struct wish *wish, const struct job *job, const struct et_image *image, struct et_record *o)
{
  const int64_t begin_ns = et_clock_ns();
  struct et_error_detail why;
  struct et_result result;
  struct et_box box;
  enum et_error error = et_start_resolve(&wish->start, image->width, image->height, &box, &why);

  if (error) {
    p->observer.refused(wish, ET_REFUSAL_BAD_BOX, why.text, p->user);
    return false;
  }
  pursuit_end_target(p, ET_REASON_REPLACED);
  error = et_tracker_init(p->tracker, image, &box, job->time_ns, &result, &why);
  if (error) {
    p->observer.refused(wish, ET_REFUSAL_INTERNAL, why.text, p->user);
    return false;
  }
  p->target = wish->target;
  *o = record_of(p, job, &result);
  finish_timing(p, o, job, begin_ns);
  return true;
}

static bool track_on(struct pursuit *p, const struct job *job, const struct et_image *image, struct et_record *o)
{
  const int64_t begin_ns = et_clock_ns();
  struct et_result result;

  if (et_tracker_track(p->tracker, image, job->time_ns, &result, NULL) != ET_OK)
    return false;
  *o = record_of(p, job, &result);
  finish_timing(p, o, job, begin_ns);
  return true;
}

/* Starts the wished target on the job's frame, or tracks the present one in it if `wish` is NULL.
 * The buffer goes back once its pixels have been read; otherwise it stays. */
static bool look(struct pursuit *p, struct job *job, const struct wish *wish, struct et_record *o)
{
  struct et_image image;
  bool done = false;

  if (!job_map(&p->frame, &job->info, job->buffer, GST_MAP_READ | GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
    if (wish)
      p->observer.refused(wish, ET_REFUSAL_INTERNAL, "the frame's memory cannot be read", p->user);
    return false;
  }
  p->held = job;
  if (frame_image(&p->frame, &image)) {
    follow_size(p, job);
    done = wish ? start_on(p, wish, job, &image, o) : track_on(p, job, &image, o);
  }
  if (p->held)
    gst_video_frame_unmap(&p->frame);
  p->held = NULL;
  return done;
}

static void track_and_tell(struct pursuit *p, struct job *job)
{
  struct et_record o;

  if (p->target && look(p, job, NULL, &o))
    tell_frame(p, &o);
}

static void start_and_tell(struct pursuit *p, const struct wish *wish, struct job *job)
{
  struct et_record o;

  if (look(p, job, wish, &o))
    tell_frame(p, &o);
  else
    track_and_tell(p, job); /* the old target goes on */
}

/* As many as fit into the time, by the median time per frame. */
static int looks_to_catch_up(const struct pursuit *p)
{
  const int64_t each_ns = MAX(et_histogram_quantile_ns(&p->latency, 0.5), 1);

  return (int)CLAMP(catch_up_ns / each_ns, 1, MOST_LOOKS);
}

/* From a kept frame to the present one, through kept frames in even steps. The step is computed
 * anew each time, so that the last look is at the newest frame, however many came meanwhile. `now`
 * is the last look's result. False if no look had one. */
static bool catch_up(struct pursuit *p, uint64_t from, struct job *present, struct et_record *now)
{
  bool followed = false;
  struct job job;

  for (int looks = looks_to_catch_up(p); looks > 0 && history_next(p->history, from, looks, &job); looks--) {
    if (history_newest(p->history) >= present->frame)
      gst_buffer_replace(&present->buffer, NULL); /* its copy will do */
    from = job.frame;
    followed = look(p, &job, NULL, now) || followed;
    gst_buffer_replace(&job.buffer, NULL);
    if (followed && now->result.event == ET_EVENT_STOPPED)
      return true;
  }
  if (present->buffer && present->frame > from)
    followed = look(p, present, NULL, now) || followed;
  p->newest_frame = MAX(from, present->frame);
  return followed;
}

/* The event for a state that a target reached while nothing was told of it. */
static enum et_event event_into(enum et_state state)
{
  static const enum et_event events[] = {
    [ET_STATE_IDLE] = ET_EVENT_STOPPED,      [ET_STATE_TRACKING] = ET_EVENT_NONE, [ET_STATE_UNCERTAIN] = ET_EVENT_UNCERTAIN,
    [ET_STATE_COASTING] = ET_EVENT_COASTING, [ET_STATE_LOST] = ET_EVENT_LOST,
  };

  return events[state];
}

/* Tells nothing until the present has been reached: then the frame that the target was started on,
 * and the newest one. */
static void start_in_the_past(struct pursuit *p, const struct wish *wish, struct job *past, struct job *present)
{
  const uint64_t from = past->frame;
  struct et_record start, now;

  if (!look(p, past, wish, &start)) {
    track_and_tell(p, present);
    return;
  }
  if (!catch_up(p, from, present, &now)) {
    tell_frame(p, &start);
    return;
  }
  tell(p, &start);
  now.result.event = event_into(now.result.state);
  now.result.gap_ns = 0;
  tell_frame(p, &now);
}

/* The kept frame that the request names. If it is not kept, false, and `words` name it. */
static bool find_kept(const struct pursuit *p, const struct et_start *start, struct job *past, char words[128])
{
  uint64_t frame = start->frame;

  if (frame) {
    g_snprintf(words, 128, "frame %" G_GUINT64_FORMAT " is not kept", start->frame);
    return history_get(p->history, frame, past);
  }
  g_snprintf(words, 128, "no frame with a PTS near %" G_GINT64_FORMAT " ns is kept", start->pts_ns);
  return history_find_pts(p->history, (GstClockTime)start->pts_ns, &frame) && history_get(p->history, frame, past);
}

static bool names_a_past_frame(const struct et_start *start, const struct job *present)
{
  return start->frame ? start->frame != present->frame : start->pts_ns >= 0;
}

static void fulfil(struct pursuit *p, const struct wish *wish, struct job *job)
{
  char words[128];
  struct job past;

  if (!names_a_past_frame(&wish->start, job)) {
    start_and_tell(p, wish, job);
  } else if (find_kept(p, &wish->start, &past, words)) {
    start_in_the_past(p, wish, &past, job);
    gst_buffer_replace(&past.buffer, NULL);
  } else {
    p->observer.refused(wish, ET_REFUSAL_FRAME_EXPIRED, words, p->user);
    track_and_tell(p, job);
  }
}

void pursuit_obey(struct pursuit *p, const struct requests *requests)
{
  if (requests->has_params && et_tracker_set_params(p->tracker, &requests->params, NULL) != ET_OK)
    g_warn_if_reached(); /* they were checked when they were set */
  if (requests->lose != ET_REASON_NONE)
    lose_target(p, requests->lose);
  if (requests->stop && (requests->stop_target == 0 || requests->stop_target == p->target))
    pursuit_end_target(p, requests->stop_reason);
}

void pursuit_process(struct pursuit *p, struct job *job, const struct requests *requests)
{
  p->time_ns = job->time_ns;
  p->newest_frame = job->frame;
  p->time_to_running = (GstClockTimeDiff)job->running_time - job->time_ns;
  pursuit_obey(p, requests);
  if (requests->has_wish)
    fulfil(p, &requests->wish, job);
  else
    track_and_tell(p, job);
  gst_buffer_replace(&job->buffer, NULL);
}

bool pursuit_has_target(const struct pursuit *p)
{
  return p->target != 0;
}

uint64_t pursuit_newest_frame(const struct pursuit *p)
{
  return p->newest_frame;
}

void pursuit_count_dropped(struct pursuit *p, uint64_t count)
{
  atomic_fetch_add_explicit(&p->dropped, count, memory_order_relaxed);
}

void pursuit_get_counters(const struct pursuit *p, struct worker_counters *counters)
{
  counters->processed = atomic_load_explicit(&p->processed, memory_order_relaxed);
  counters->dropped = atomic_load_explicit(&p->dropped, memory_order_relaxed);
}

int64_t pursuit_expected_ns(const struct pursuit *p)
{
  return et_histogram_count(&p->latency) < ENOUGH ? p->warm_up_ns : et_histogram_quantile_ns(&p->latency, 0.99);
}

const struct et_histogram *pursuit_latency(const struct pursuit *p)
{
  return &p->latency;
}
