/* SPDX-License-Identifier: MIT */
/* The element `etrack`: its class, properties, signals and states. */
#include "gstetrack.h"

#include "base/clock.h"
#include "boxed.h"
#include "enums.h"
#include "frame/frame.h"
#include "model_cache.h"
#include "report.h"

static const gint64 drain_ns = 2 * ET_SECOND_NS;

#define CAPS                                                                                                                               \
  GST_VIDEO_CAPS_MAKE(FRAME_FORMATS)                                                                                                       \
  ";" GST_VIDEO_CAPS_MAKE_WITH_FEATURES(GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY "," ETRACK_OVERLAY, FRAME_FORMATS)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));

GST_DEBUG_CATEGORY(etrack_debug);
#define GST_CAT_DEFAULT etrack_debug

G_DEFINE_TYPE_WITH_CODE(GstETrack, gst_etrack, GST_TYPE_BASE_TRANSFORM,
                        GST_DEBUG_CATEGORY_INIT(etrack_debug, "etrack", 0, "visual tracking"))
GST_ELEMENT_REGISTER_DEFINE(etrack, "etrack", GST_RANK_NONE, GST_TYPE_ETRACK)

static gchar *dup_model_setting(GstETrack *self)
{
  gchar *model;

  GST_OBJECT_LOCK(self);
  model = g_strdup(self->settings.model);
  GST_OBJECT_UNLOCK(self);
  return model;
}

static gboolean open_model(GstETrack *self)
{
  gchar *wanted = dup_model_setting(self);
  char path[ET_MODEL_PATH];
  struct et_error_detail why;
  enum et_error error = et_model_find(wanted, path, &why);

  g_free(wanted);
  if (!error)
    error = model_cache_get(path, &self->model, &why);
  if (error)
    GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND, ("%s", why.text), ("property `model`: %s", et_error_name(error)));
  return error == ET_OK;
}

/* The thresholds were set one by one, so only now can it be said that they are out of order. */
static void check_settings(GstETrack *self, const struct etrack_settings *s, struct et_params *params)
{
  struct et_error_detail why;

  *params = s->params;
  if (et_params_check(params, &why) != ET_OK) {
    etrack_warn(self, "%s; the defaults are used instead", why.text);
    et_params_default(params);
  }
}

/* Only async mode needs the thread. If there is none, settle_mode() warns. */
static void prepare_worker(struct worker *worker, enum etrack_mode mode)
{
  if (mode != ETRACK_MODE_ASYNC)
    worker_warm_up(worker);
  (void)worker_start(worker);
}

static gboolean create_worker(GstETrack *self)
{
  struct etrack_settings settings; /* its strings may be freed meanwhile */
  struct et_error_detail why;
  struct et_params params;
  struct history *history;
  struct worker *worker = NULL;
  enum et_error error;

  GST_OBJECT_LOCK(self);
  settings = self->settings;
  GST_OBJECT_UNLOCK(self);
  check_settings(self, &settings, &params);
  history = history_create(settings.history_bytes);
  error = worker_create(self->model, &params, history, &etrack_observer, self, &worker, &why);
  if (error)
    GST_ELEMENT_ERROR(self, RESOURCE, FAILED, ("%s", why.text), (NULL));
  else
    prepare_worker(worker, settings.mode);
  GST_OBJECT_LOCK(self);
  self->history = history;
  self->worker = worker;
  GST_OBJECT_UNLOCK(self);
  return error == ET_OK;
}

/* Under the lock the worker is either whole or NULL. */
static gboolean gst_etrack_stop(GstBaseTransform *base)
{
  GstETrack *self = GST_ETRACK(base);
  struct history *history;
  struct worker *worker;

  if (self->worker) {
    worker_stop(self->worker);
    worker_end_target(self->worker, ET_REASON_STREAM_DOWN);
  }
  if (self->qos_suspended)
    gst_base_transform_set_qos_enabled(base, TRUE);
  self->qos_suspended = FALSE;
  GST_OBJECT_LOCK(self);
  worker = g_steal_pointer(&self->worker);
  history = g_steal_pointer(&self->history);
  self->started = FALSE;
  self->newest = (struct et_record){0};
  etrack_clear_fields(&self->fields);
  self->have_info = FALSE;
  self->frames = self->settings.first_frame;
  GST_OBJECT_UNLOCK(self);
  worker_destroy(&worker);
  history_destroy(&history);
  model_cache_put(self->model);
  self->model = NULL;
  return TRUE;
}

static gboolean gst_etrack_start(GstBaseTransform *base)
{
  GstETrack *self = GST_ETRACK(base);

  self->reported_latency = 0;
  self->interlaced_told = FALSE;
  GST_OBJECT_LOCK(self);
  self->mode_known = FALSE;
  self->frames = self->settings.first_frame;
  self->overlay_refused = FALSE;
  GST_OBJECT_UNLOCK(self);
  if (!open_model(self) || !create_worker(self)) {
    gst_etrack_stop(base);
    return FALSE;
  }
  etrack_say_unsaid(self);
  etrack_start_from_settings(self);
  return TRUE;
}

/* Tells it once per stream: the base class asks again with every event that is pushed. */
static gboolean refuse_interlaced(GstETrack *self)
{
  if (!self->interlaced_told)
    GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("interlaced video cannot be tracked; put `deinterlace` before etrack"), (NULL));
  self->interlaced_told = TRUE;
  return FALSE;
}

static gboolean gst_etrack_set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out)
{
  GstETrack *self = GST_ETRACK(base);
  GstVideoInfo info;

  if (!gst_video_info_from_caps(&info, in))
    return FALSE;
  if (GST_VIDEO_INFO_IS_INTERLACED(&info))
    return refuse_interlaced(self);
  if (self->have_info && (self->info.width != info.width || self->info.height != info.height))
    history_clear(self->history);
  self->overlay_known = FALSE;
  self->misfit_told = FALSE;
  self->interlaced_told = FALSE;
  GST_OBJECT_LOCK(self);
  self->info = info;
  self->have_info = TRUE;
  GST_OBJECT_UNLOCK(self);
  return TRUE;
}

static GstCaps *gst_etrack_transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstCaps *all = etrack_transform_caps(GST_ETRACK(base), direction, caps), *some;

  if (!filter)
    return all;
  some = gst_caps_intersect_full(filter, all, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref(all);
  return some;
}

static GstFlowReturn gst_etrack_prepare_output_buffer(GstBaseTransform *base, GstBuffer *in, GstBuffer **out)
{
  return etrack_prepare_output(GST_ETRACK(base), in, out);
}

/* Counts every frame, also one that the base class drops because it is late. */
static GstFlowReturn gst_etrack_submit_input_buffer(GstBaseTransform *base, gboolean discont, GstBuffer *buffer)
{
  GstETrack *self = GST_ETRACK(base);
  GstFlowReturn flow;

  GST_OBJECT_LOCK(self);
  self->frames++;
  GST_OBJECT_UNLOCK(self);
  flow = GST_BASE_TRANSFORM_CLASS(gst_etrack_parent_class)->submit_input_buffer(base, discont, buffer);
  if (flow == GST_BASE_TRANSFORM_FLOW_DROPPED)
    worker_count_dropped(self->worker, 1);
  return flow;
}

/* Takes the values that a controller has for this buffer's time. */
static void gst_etrack_before_transform(GstBaseTransform *base, GstBuffer *buffer)
{
  const GstClockTime time = gst_segment_to_stream_time(&base->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));

  if (GST_CLOCK_TIME_IS_VALID(time))
    gst_object_sync_values(GST_OBJECT(base), time);
}

static GstFlowReturn gst_etrack_transform_ip(GstBaseTransform *base, GstBuffer *buffer)
{
  return etrack_transform(GST_ETRACK(base), buffer);
}

static gboolean gst_etrack_sink_event(GstBaseTransform *base, GstEvent *event)
{
  GstETrack *self = GST_ETRACK(base);

  switch (GST_EVENT_TYPE(event)) {
  case GST_EVENT_STREAM_START:
    self->interlaced_told = FALSE;
    break;
  case GST_EVENT_EOS:
    if (self->worker)
      worker_drain(self->worker, drain_ns);
    break;
  case GST_EVENT_FLUSH_STOP:
    if (self->worker) {
      worker_flush(self->worker);
      history_clear(self->history);
    }
    break;
  default:
    break;
  }
  return GST_BASE_TRANSFORM_CLASS(gst_etrack_parent_class)->sink_event(base, event);
}

/* `etrack-target` comes from downstream, from somebody who sees the picture. */
static void handle_target_event(GstETrack *self, const GstStructure *s)
{
  struct et_start start = {.pts_ns = -1};
  struct et_box *box = &start.box;
  guint64 pts;

  if (!gst_structure_get(s, "x", G_TYPE_DOUBLE, &box->x, "y", G_TYPE_DOUBLE, &box->y, "w", G_TYPE_DOUBLE, &box->w, "h", G_TYPE_DOUBLE,
                         &box->h, NULL)) {
    etrack_warn(self, "the event etrack-target needs the doubles x, y, w and h");
    return;
  }
  if (g_strcmp0(gst_structure_get_string(s, "units"), "norm") == 0)
    start.units = ET_UNITS_NORM;
  gst_structure_get_uint64(s, "frame", &start.frame);
  if (gst_structure_get_uint64(s, "pts", &pts) && pts <= G_MAXINT64)
    start.pts_ns = (int64_t)pts;
  etrack_start_target(self, &start);
}

static gboolean gst_etrack_src_event(GstBaseTransform *base, GstEvent *event)
{
  if (GST_EVENT_TYPE(event) == GST_EVENT_CUSTOM_UPSTREAM && gst_event_has_name(event, "etrack-target")) {
    handle_target_event(GST_ETRACK(base), gst_event_get_structure(event));
    gst_event_unref(event);
    return TRUE;
  }
  return GST_BASE_TRANSFORM_CLASS(gst_etrack_parent_class)->src_event(base, event);
}

/* True if buffers wait for the tracker. Before the first frame `auto` goes by `live`. */
static gboolean waits(GstETrack *self, gboolean live)
{
  gboolean waits;

  GST_OBJECT_LOCK(self);
  if (self->mode_known)
    waits = !self->async;
  else
    waits = !etrack_wants_async(self, live);
  GST_OBJECT_UNLOCK(self);
  return waits;
}

static gboolean gst_etrack_query(GstBaseTransform *base, GstPadDirection direction, GstQuery *query)
{
  GstETrack *self = GST_ETRACK(base);
  GstClockTime min, max, own;
  gboolean live;

  if (!GST_BASE_TRANSFORM_CLASS(gst_etrack_parent_class)->query(base, direction, query))
    return FALSE;
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || direction != GST_PAD_SRC)
    return TRUE;
  gst_query_parse_latency(query, &live, &min, &max);
  if (!waits(self, live))
    return TRUE;
  own = etrack_latency(self);
  if (GST_CLOCK_TIME_IS_VALID(max))
    max += own;
  gst_query_set_latency(query, live, min + own, max);
  return TRUE;
}

static guint64 gst_etrack_track(GstETrack *self, gdouble x, gdouble y, gdouble w, gdouble h, guint64 frame)
{
  return etrack_start_target(self, &(struct et_start){.box = {x, y, w, h}, .frame = frame, .pts_ns = -1});
}

static guint64 gst_etrack_frame_at(GstETrack *self, guint64 pts)
{
  guint64 frame = 0;

  GST_OBJECT_LOCK(self);
  if (!self->history || !history_find_pts(self->history, pts, &frame))
    frame = 0;
  GST_OBJECT_UNLOCK(self);
  return frame;
}

static void gst_etrack_skip(GstETrack *self, guint64 count)
{
  GST_OBJECT_LOCK(self);
  self->frames += count;
  if (self->worker)
    worker_count_dropped(self->worker, count);
  GST_OBJECT_UNLOCK(self);
}

static void gst_etrack_stop_any(GstETrack *self)
{
  etrack_stop_target(self, 0, ET_REASON_REQUESTED);
}

static void gst_etrack_finalize(GObject *object)
{
  GstETrack *self = GST_ETRACK(object);

  etrack_free_settings(&self->settings);
  g_ptr_array_unref(self->unsaid);
  G_OBJECT_CLASS(gst_etrack_parent_class)->finalize(object);
}

static void gst_etrack_init(GstETrack *self)
{
  etrack_init_settings(&self->settings);
  self->unsaid = g_ptr_array_new_with_free_func(g_free);
  gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
  gst_base_transform_set_qos_enabled(GST_BASE_TRANSFORM(self), TRUE);
}

/* An action signal; emitting it calls `handler`. */
#define ACTION(name, handler, result, ...)                                                                                                 \
  g_signal_new_class_handler(name, GST_TYPE_ETRACK, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK(handler), NULL, NULL, NULL, result,    \
                             __VA_ARGS__)

static void install_actions(void)
{
  etrack_signals[SIGNAL_TRACK] =
    ACTION("track", gst_etrack_track, G_TYPE_UINT64, 5, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_UINT64);
  etrack_signals[SIGNAL_STOP] = ACTION("stop", gst_etrack_stop_any, G_TYPE_NONE, 0);
  etrack_signals[SIGNAL_START] = ACTION("start", etrack_start_target, G_TYPE_UINT64, 1, ETRACK_TYPE_START | G_SIGNAL_TYPE_STATIC_SCOPE);
  etrack_signals[SIGNAL_CANCEL] = ACTION("cancel", etrack_cancel_start, G_TYPE_BOOLEAN, 1, G_TYPE_UINT64);
  etrack_signals[SIGNAL_END] = ACTION("end", etrack_stop_target, G_TYPE_NONE, 2, G_TYPE_UINT64, ETRACK_TYPE_REASON);
  etrack_signals[SIGNAL_FRAME_AT] = ACTION("frame-at", gst_etrack_frame_at, G_TYPE_UINT64, 1, G_TYPE_UINT64);
  etrack_signals[SIGNAL_SKIP] = ACTION("skip", gst_etrack_skip, G_TYPE_NONE, 1, G_TYPE_UINT64);
  etrack_signals[SIGNAL_LOSE] = ACTION("lose", etrack_lose_target, G_TYPE_NONE, 1, ETRACK_TYPE_REASON);
}

/* Signals that tell records and refusals, on the thread where they arise. */
static void install_signals(void)
{
  etrack_signals[SIGNAL_RESULT] = g_signal_new("result", GST_TYPE_ETRACK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                               ETRACK_TYPE_RECORD | G_SIGNAL_TYPE_STATIC_SCOPE);
  etrack_signals[SIGNAL_REFUSED] = g_signal_new("refused", GST_TYPE_ETRACK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                                G_TYPE_UINT64, ETRACK_TYPE_REFUSAL, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void gst_etrack_class_init(GstETrackClass *c)
{
  GObjectClass *object = G_OBJECT_CLASS(c);
  GstElementClass *element = GST_ELEMENT_CLASS(c);
  GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(c);

  object->set_property = etrack_set_property;
  object->get_property = etrack_get_property;
  object->finalize = gst_etrack_finalize;
  etrack_install_properties(object);
  install_actions();
  install_signals();
  base->start = gst_etrack_start;
  base->stop = gst_etrack_stop;
  base->set_caps = gst_etrack_set_caps;
  base->transform_caps = gst_etrack_transform_caps;
  base->submit_input_buffer = gst_etrack_submit_input_buffer;
  base->prepare_output_buffer = gst_etrack_prepare_output_buffer;
  base->before_transform = gst_etrack_before_transform;
  base->transform_ip = gst_etrack_transform_ip;
  base->sink_event = gst_etrack_sink_event;
  base->src_event = gst_etrack_src_event;
  base->query = gst_etrack_query;
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Object tracker", "Analyzer/Video",
                                        "Follows one object through a video, says when it is lost and finds it again",
                                        "The etrackd authors");
}
