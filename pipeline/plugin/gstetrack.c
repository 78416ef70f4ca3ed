/* SPDX-License-Identifier: MIT */
/* The element `etrack`: its class, properties, signals and states. */
#include "gstetrack.h"

#include <string.h>

#include "base/clock.h"
#include "enums.h"
#include "model_cache.h"
#include "report.h"

#define FORMATS "{ I420, NV12, YUY2, UYVY, GRAY8, RGB, BGR, RGBA, BGRA, BGRx }"

static const guint64 default_history_bytes = 0;
static const gint64 drain_ns = 2 * ET_SECOND_NS;

enum {
  PROP_0,
  PROP_MODEL,
  PROP_TARGET,
  PROP_TARGET_UNITS,
  PROP_MODE,
  PROP_DRAW,
  PROP_THREADS,
  PROP_HISTORY_BYTES,
  PROP_FIRST_FRAME,
  PROP_REPORT_COASTING,
  PROP_ROI_TYPE,
  PROP_MESSAGES,
  PROP_STATE,
  PROP_SCORE,
  PROP_BOX,
  PROP_FRAMES,
  PROP_PROCESSED,
  PROP_DROPPED,
  PROP_LATENCY_P50,
  PROP_LATENCY_P95,
  PROP_LATENCY_P99,
  PROP_INITIAL_X,
  PROP_INITIAL_Y,
  PROP_INITIAL_WIDTH,
  PROP_INITIAL_HEIGHT,
  PROP_DRAW_RECT,
  PROP_ALGORITHM,
  PROP_PARAMS, /* the table of parameters follows */
};

static GstStaticPadTemplate sink_template =
  GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(FORMATS)));
static GstStaticPadTemplate src_template =
  GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(FORMATS)));

GST_DEBUG_CATEGORY(etrack_debug);
#define GST_CAT_DEFAULT etrack_debug

G_DEFINE_TYPE_WITH_CODE(GstETrack, gst_etrack, GST_TYPE_BASE_TRANSFORM,
                        GST_DEBUG_CATEGORY_INIT(etrack_debug, "etrack", 0, "visual tracking"))
GST_ELEMENT_REGISTER_DEFINE(etrack, "etrack", GST_RANK_NONE, GST_TYPE_ETRACK)

static double *param_field(struct et_params *params, guint property)
{
  size_t count;

  return (double *)((char *)params + et_param_table(&count)[property - PROP_PARAMS].offset);
}

static void warn(GstETrack *self, const gchar *words, const gchar *value)
{
  GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s: `%s`", words, value), (NULL));
}

/* "" and NULL take the property away and stop the target; what cannot be read is refused and changes nothing. */
static void set_target(GstETrack *self, const gchar *text)
{
  enum etrack_units units;
  struct et_box box;
  gboolean some = text && *text;

  if (some && !etrack_parse_box(text, &box)) {
    warn(self, "target must be \"x,y,w,h\"", text);
    return;
  }
  GST_OBJECT_LOCK(self);
  g_free(self->settings.target);
  self->settings.target = some ? g_strdup(text) : NULL;
  units = self->settings.target_units;
  GST_OBJECT_UNLOCK(self);
  if (!self->worker)
    return;
  if (some)
    etrack_start_target(self, &box, units, 0);
  else
    etrack_stop_target(self);
}

/* The thresholds must be in order as a whole. They are set one by one, so only a running element can say that they are not; what it runs with
 * then stays as it was. */
static void set_param(GstETrack *self, guint property, double value)
{
  struct et_error_detail why;
  struct et_params params;

  GST_OBJECT_LOCK(self);
  *param_field(&self->settings.params, property) = value;
  params = self->settings.params;
  GST_OBJECT_UNLOCK(self);
  if (!self->worker)
    return;
  if (et_params_check(&params, &why) != ET_OK)
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s", why.text), (NULL));
  else
    request_params(worker_requests(self->worker), &params);
}

static void set_string(GstETrack *self, gchar **field, const GValue *value)
{
  GST_OBJECT_LOCK(self);
  g_free(*field);
  *field = g_value_dup_string(value);
  GST_OBJECT_UNLOCK(self);
}

/* Plain fields, under the lock. */
static gboolean set_plain(struct etrack_settings *s, guint property, const GValue *value)
{
  switch (property) {
  case PROP_TARGET_UNITS:
    s->target_units = (enum etrack_units)g_value_get_enum(value);
    return TRUE;
  case PROP_MODE:
    s->mode = (enum etrack_mode)g_value_get_enum(value);
    return TRUE;
  case PROP_DRAW:
    s->draw = (enum etrack_draw)g_value_get_enum(value);
    return TRUE;
  case PROP_THREADS:
    s->threads = g_value_get_uint(value);
    return TRUE;
  case PROP_HISTORY_BYTES:
    s->history_bytes = g_value_get_uint64(value);
    return TRUE;
  case PROP_FIRST_FRAME:
    s->first_frame = g_value_get_uint64(value);
    return TRUE;
  case PROP_REPORT_COASTING:
    s->report_coasting = g_value_get_boolean(value);
    return TRUE;
  case PROP_MESSAGES:
    s->messages = (enum etrack_messages)g_value_get_enum(value);
    return TRUE;
  case PROP_DRAW_RECT:
    s->draw = g_value_get_boolean(value) ? ETRACK_DRAW_BOX : ETRACK_DRAW_NONE;
    return TRUE;
  case PROP_INITIAL_X:
  case PROP_INITIAL_Y:
  case PROP_INITIAL_WIDTH:
  case PROP_INITIAL_HEIGHT:
    s->initial[property - PROP_INITIAL_X] = g_value_get_uint(value);
    s->initial_set = TRUE;
    return TRUE;
  default:
    return FALSE;
  }
}

static void gst_etrack_set_property(GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  GstETrack *self = GST_ETRACK(object);
  gboolean done;

  if (property >= PROP_PARAMS) {
    set_param(self, property, g_value_get_double(value));
    return;
  }
  switch (property) {
  case PROP_MODEL:
    set_string(self, &self->settings.model, value);
    return;
  case PROP_ROI_TYPE:
    set_string(self, &self->settings.roi_type, value);
    return;
  case PROP_TARGET:
    set_target(self, g_value_get_string(value));
    return;
  case PROP_ALGORITHM:
    warn(self, "`algorithm` is cvtracker's; etrack has one and ignores", g_value_get_string(value));
    return;
  default:
    break;
  }
  GST_OBJECT_LOCK(self);
  done = set_plain(&self->settings, property, value);
  GST_OBJECT_UNLOCK(self);
  if (!done)
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, property, pspec);
}

static gchar *box_text(const struct outcome *o)
{
  gchar number[4][G_ASCII_DTOSTR_BUF_SIZE];
  const gdouble value[4] = {o->result.box.x, o->result.box.y, o->result.box.w, o->result.box.h};

  if (!o->target || !o->result.has_box)
    return g_strdup("");
  for (int i = 0; i < 4; i++)
    g_ascii_formatd(number[i], sizeof number[i], "%.3f", value[i]);
  return g_strdup_printf("%s,%s,%s,%s", number[0], number[1], number[2], number[3]);
}

static guint64 latency(GstETrack *self, gdouble share)
{
  return self->worker ? (guint64)et_histogram_quantile_ns(worker_latency(self->worker), share) : 0;
}

static gboolean get_measured(GstETrack *self, guint property, GValue *value)
{
  struct worker_counters counters = {0};

  switch (property) {
  case PROP_STATE:
    g_value_set_string(value, et_state_name(self->newest.target ? self->newest.result.state : ET_STATE_IDLE));
    return TRUE;
  case PROP_SCORE:
    g_value_set_double(value, self->newest.target ? self->newest.result.score : 0);
    return TRUE;
  case PROP_BOX:
    g_value_take_string(value, box_text(&self->newest));
    return TRUE;
  case PROP_FRAMES:
    g_value_set_uint64(value, self->frames - MIN(self->frames, self->settings.first_frame));
    return TRUE;
  case PROP_PROCESSED:
  case PROP_DROPPED:
    if (self->worker)
      worker_get_counters(self->worker, &counters);
    g_value_set_uint64(value, property == PROP_DROPPED ? counters.dropped : counters.processed);
    return TRUE;
  case PROP_LATENCY_P50:
    g_value_set_uint64(value, latency(self, 0.5));
    return TRUE;
  case PROP_LATENCY_P95:
    g_value_set_uint64(value, latency(self, 0.95));
    return TRUE;
  case PROP_LATENCY_P99:
    g_value_set_uint64(value, latency(self, 0.99));
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean get_setting(struct etrack_settings *s, guint property, GValue *value)
{
  switch (property) {
  case PROP_MODEL:
    g_value_set_string(value, s->model);
    return TRUE;
  case PROP_TARGET:
    g_value_set_string(value, s->target);
    return TRUE;
  case PROP_TARGET_UNITS:
    g_value_set_enum(value, s->target_units);
    return TRUE;
  case PROP_MODE:
    g_value_set_enum(value, s->mode);
    return TRUE;
  case PROP_DRAW:
    g_value_set_enum(value, s->draw);
    return TRUE;
  case PROP_THREADS:
    g_value_set_uint(value, s->threads);
    return TRUE;
  case PROP_HISTORY_BYTES:
    g_value_set_uint64(value, s->history_bytes);
    return TRUE;
  case PROP_FIRST_FRAME:
    g_value_set_uint64(value, s->first_frame);
    return TRUE;
  case PROP_REPORT_COASTING:
    g_value_set_boolean(value, s->report_coasting);
    return TRUE;
  case PROP_ROI_TYPE:
    g_value_set_string(value, s->roi_type);
    return TRUE;
  case PROP_MESSAGES:
    g_value_set_enum(value, s->messages);
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean get_alias(struct etrack_settings *s, guint property, GValue *value)
{
  switch (property) {
  case PROP_INITIAL_X:
  case PROP_INITIAL_Y:
  case PROP_INITIAL_WIDTH:
  case PROP_INITIAL_HEIGHT:
    g_value_set_uint(value, s->initial[property - PROP_INITIAL_X]);
    return TRUE;
  case PROP_DRAW_RECT:
    g_value_set_boolean(value, s->draw != ETRACK_DRAW_NONE);
    return TRUE;
  case PROP_ALGORITHM:
    g_value_set_static_string(value, "etrack");
    return TRUE;
  default:
    return FALSE;
  }
}

static void gst_etrack_get_property(GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  GstETrack *self = GST_ETRACK(object);
  gboolean done = TRUE;

  GST_OBJECT_LOCK(self);
  if (property >= PROP_PARAMS)
    g_value_set_double(value, *param_field(&self->settings.params, property));
  else
    done =
      get_setting(&self->settings, property, value) || get_measured(self, property, value) || get_alias(&self->settings, property, value);
  GST_OBJECT_UNLOCK(self);
  if (!done)
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, property, pspec);
}

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

static gboolean create_worker(GstETrack *self)
{
  struct et_error_detail why;
  struct et_params params;
  guint64 bytes;
  enum et_error error;

  GST_OBJECT_LOCK(self);
  params = self->settings.params;
  bytes = self->settings.history_bytes;
  if (self->settings.threads > 1)
    GST_INFO_OBJECT(self, "threads=%u: the network runs in one thread", self->settings.threads);
  GST_OBJECT_UNLOCK(self);
  if (et_params_check(&params, &why) != ET_OK) {
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s; the defaults are used", why.text), (NULL));
    et_params_default(&params);
  }
  self->history = history_create(bytes);
  error = worker_create(self->model, &params, self->history, &etrack_observer, self, &self->worker, &why);
  if (error)
    GST_ELEMENT_ERROR(self, RESOURCE, FAILED, ("%s", why.text), (NULL));
  return error == ET_OK;
}

static gboolean gst_etrack_stop(GstBaseTransform *base)
{
  GstETrack *self = GST_ETRACK(base);

  if (self->worker) {
    worker_stop(self->worker);
    worker_end_target(self->worker, "stream-down");
  }
  worker_destroy(&self->worker);
  history_destroy(&self->history);
  model_cache_put(self->model);
  self->model = NULL;
  GST_OBJECT_LOCK(self);
  self->newest = (struct outcome){0};
  self->have_info = FALSE;
  GST_OBJECT_UNLOCK(self);
  return TRUE;
}

static gboolean gst_etrack_start(GstBaseTransform *base)
{
  GstETrack *self = GST_ETRACK(base);

  self->mode_known = FALSE;
  self->last_capture_ns = 0;
  self->reported_latency = 0;
  GST_OBJECT_LOCK(self);
  self->frames = MAX(self->settings.first_frame, 1);
  GST_OBJECT_UNLOCK(self);
  if (!open_model(self) || !create_worker(self)) {
    gst_etrack_stop(base);
    return FALSE;
  }
  etrack_start_from_settings(self);
  return TRUE;
}

static gboolean gst_etrack_set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out)
{
  GstETrack *self = GST_ETRACK(base);
  GstVideoInfo info;

  if (!gst_video_info_from_caps(&info, in))
    return FALSE;
  if (GST_VIDEO_INFO_IS_INTERLACED(&info)) {
    GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("interlaced video cannot be tracked; put `deinterlace` before etrack"), (NULL));
    return FALSE;
  }
  if (self->have_info && (self->info.width != info.width || self->info.height != info.height))
    history_clear(self->history);
  GST_OBJECT_LOCK(self);
  self->info = info;
  self->have_info = TRUE;
  GST_OBJECT_UNLOCK(self);
  return TRUE;
}

static GstFlowReturn gst_etrack_prepare_output_buffer(GstBaseTransform *base, GstBuffer *in, GstBuffer **out)
{
  /* Metas need a buffer of our own, not memory of our own. */
  *out = gst_buffer_is_writable(in) ? in : gst_buffer_copy(in);
  return GST_FLOW_OK;
}

static GstFlowReturn gst_etrack_transform_ip(GstBaseTransform *base, GstBuffer *buffer)
{
  return etrack_transform(GST_ETRACK(base), buffer);
}

static gboolean gst_etrack_sink_event(GstBaseTransform *base, GstEvent *event)
{
  GstETrack *self = GST_ETRACK(base);

  switch (GST_EVENT_TYPE(event)) {
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

/* `etrack-target`: somebody downstream, who sees the picture, draws the box. */
static void handle_target_event(GstETrack *self, const GstStructure *s)
{
  struct et_box box;
  guint64 frame = 0;

  if (!gst_structure_get(s, "x", G_TYPE_DOUBLE, &box.x, "y", G_TYPE_DOUBLE, &box.y, "w", G_TYPE_DOUBLE, &box.w, "h", G_TYPE_DOUBLE, &box.h,
                         NULL)) {
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("event etrack-target needs doubles x, y, w, h"), (NULL));
    return;
  }
  gst_structure_get_uint64(s, "frame", &frame);
  etrack_start_target(self, &box, ETRACK_UNITS_PX, frame);
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

static gboolean gst_etrack_query(GstBaseTransform *base, GstPadDirection direction, GstQuery *query)
{
  GstClockTime min, max, own = etrack_latency(GST_ETRACK(base));
  gboolean live;

  if (!GST_BASE_TRANSFORM_CLASS(gst_etrack_parent_class)->query(base, direction, query))
    return FALSE;
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || direction != GST_PAD_SRC || !own)
    return TRUE;
  gst_query_parse_latency(query, &live, &min, &max);
  if (GST_CLOCK_TIME_IS_VALID(max))
    max += own;
  gst_query_set_latency(query, live, min + own, max);
  return TRUE;
}

static guint64 gst_etrack_track(GstETrack *self, gdouble x, gdouble y, gdouble w, gdouble h, guint64 frame)
{
  const struct et_box box = {x, y, w, h};

  return etrack_start_target(self, &box, ETRACK_UNITS_PX, frame);
}

/* Frames stopped coming: the target is lost, and is searched for when they come again. */
static void gst_etrack_lose(GstETrack *self)
{
  if (self->worker)
    worker_lose(self->worker);
}

static guint64 gst_etrack_frame_at(GstETrack *self, guint64 pts)
{
  GstClockTime frame_time = GST_SECOND / 25;
  guint64 frame = 0;

  GST_OBJECT_LOCK(self);
  if (self->have_info && self->info.fps_n > 0)
    frame_time = gst_util_uint64_scale(GST_SECOND, (guint64)self->info.fps_d, (guint64)self->info.fps_n);
  GST_OBJECT_UNLOCK(self);
  return self->history && history_find_pts(self->history, pts, frame_time / 2, &frame) ? frame : 0;
}

static void gst_etrack_finalize(GObject *object)
{
  GstETrack *self = GST_ETRACK(object);

  g_free(self->settings.model);
  g_free(self->settings.target);
  g_free(self->settings.roi_type);
  G_OBJECT_CLASS(gst_etrack_parent_class)->finalize(object);
}

static void gst_etrack_init(GstETrack *self)
{
  self->settings = (struct etrack_settings){
    .history_bytes = default_history_bytes,
    .first_frame = 1,
    .report_coasting = FALSE,
    .roi_type = g_strdup("object"),
    .messages = ETRACK_MESSAGES_TRANSITIONS,
  };
  et_params_default(&self->settings.params);
  gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
  gst_base_transform_set_qos_enabled(GST_BASE_TRANSFORM(self), TRUE);
}

#define LIVE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)
#define FIXED (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define MEASURED (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void install_settings(GObjectClass *c)
{
  g_object_class_install_property(c, PROP_MODEL,
                                  g_param_spec_string("model", "Model",
                                                      "Path of the model file; unset: $ETRACK_MODEL, the build tree's, the installed one",
                                                      NULL, FIXED));
  g_object_class_install_property(
    c, PROP_TARGET,
    g_param_spec_string("target", "Target", "Box to track, \"x,y,w,h\": taken on the next frame (the first one if set earlier); \"\" stops",
                        NULL, LIVE));
  g_object_class_install_property(c, PROP_TARGET_UNITS,
                                  g_param_spec_enum("target-units", "Target units", "Units of `target`: pixels, or shares of the frame",
                                                    ETRACK_TYPE_UNITS, ETRACK_UNITS_PX, LIVE));
  g_object_class_install_property(
    c, PROP_MODE,
    g_param_spec_enum("mode", "Mode",
                      "async never delays a buffer; sync gives every buffer its own result; auto: async if upstream is live",
                      ETRACK_TYPE_MODE, ETRACK_MODE_AUTO, FIXED));
  g_object_class_install_property(
    c, PROP_DRAW, g_param_spec_enum("draw", "Draw", "What to draw into the picture", ETRACK_TYPE_DRAW, ETRACK_DRAW_NONE, LIVE));
  g_object_class_install_property(
    c, PROP_THREADS,
    g_param_spec_uint("threads", "Threads", "Threads that the network may use; 0 = as many as pay (one)", 0, 256, 0, FIXED));
  g_object_class_install_property(c, PROP_HISTORY_BYTES,
                                  g_param_spec_uint64("history-bytes", "History bytes",
                                                      "Memory for past frames that a target can be started on, bytes; 0 = none kept", 0,
                                                      G_MAXINT64, default_history_bytes, FIXED));
  g_object_class_install_property(c, PROP_FIRST_FRAME,
                                  g_param_spec_uint64("first-frame", "First frame",
                                                      "Number that the first frame gets, so that counting can go on", 1, G_MAXINT64, 1,
                                                      FIXED));
  g_object_class_install_property(c, PROP_REPORT_COASTING,
                                  g_param_spec_boolean("report-coasting", "Report coasting",
                                                       "Attach predicted boxes to buffers too, not only measured ones", FALSE, LIVE));
  g_object_class_install_property(
    c, PROP_ROI_TYPE, g_param_spec_string("roi-type", "ROI type", "Type of the region of interest and of the detection", "object", LIVE));
  g_object_class_install_property(c, PROP_MESSAGES,
                                  g_param_spec_enum("messages", "Messages", "Which results become element messages on the bus",
                                                    ETRACK_TYPE_MESSAGES, ETRACK_MESSAGES_TRANSITIONS, LIVE));
}

static void install_measured(GObjectClass *c)
{
  g_object_class_install_property(
    c, PROP_PROCESSED, g_param_spec_uint64("processed", "Processed", "Frames that the tracker looked at", 0, G_MAXUINT64, 0, MEASURED));
  g_object_class_install_property(c, PROP_STATE,
                                  g_param_spec_string("state", "State", "idle, tracking, uncertain, coasting or lost", "idle", MEASURED));
  g_object_class_install_property(c, PROP_SCORE,
                                  g_param_spec_double("score", "Score", "Score of the newest result, 0..1", 0, 1, 0, MEASURED));
  g_object_class_install_property(
    c, PROP_BOX, g_param_spec_string("box", "Box", "Box of the newest result, px, \"x,y,w,h\"; \"\" = none", "", MEASURED));
  g_object_class_install_property(c, PROP_FRAMES,
                                  g_param_spec_uint64("frames", "Frames", "Frames that arrived", 0, G_MAXUINT64, 0, MEASURED));
  g_object_class_install_property(c, PROP_DROPPED,
                                  g_param_spec_uint64("dropped", "Dropped",
                                                      "Frames that a newer one displaced before the tracker came to them", 0, G_MAXUINT64,
                                                      0, MEASURED));
  g_object_class_install_property(
    c, PROP_LATENCY_P50,
    g_param_spec_uint64("latency-p50", "Latency p50", "Median time from frame to result in the tracker, ns", 0, G_MAXUINT64, 0, MEASURED));
  g_object_class_install_property(
    c, PROP_LATENCY_P95, g_param_spec_uint64("latency-p95", "Latency p95", "95th percentile of it, ns", 0, G_MAXUINT64, 0, MEASURED));
  g_object_class_install_property(
    c, PROP_LATENCY_P99, g_param_spec_uint64("latency-p99", "Latency p99", "99th percentile of it, ns", 0, G_MAXUINT64, 0, MEASURED));
}

static void install_aliases(GObjectClass *c)
{
  static const gchar *const names[] = {"object-initial-x", "object-initial-y", "object-initial-width", "object-initial-height"};

  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    g_object_class_install_property(
      c, PROP_INITIAL_X + i,
      g_param_spec_uint(names[i], names[i], "cvtracker's; px; counts where `target` is not set", 0, G_MAXINT, 0, LIVE));
  g_object_class_install_property(
    c, PROP_DRAW_RECT, g_param_spec_boolean("draw-rect", "Draw rect", "cvtracker's; TRUE is draw=box, FALSE draw=none", FALSE, LIVE));
  g_object_class_install_property(c, PROP_ALGORITHM,
                                  g_param_spec_string("algorithm", "Algorithm", "cvtracker's; accepted and ignored", "etrack", FIXED));
}

static void install_params(GObjectClass *c)
{
  size_t count;
  const struct et_param_info *table = et_param_table(&count);

  for (size_t i = 0; i < count; i++) {
    gchar *name = g_strdelimit(g_strdup(table[i].name), "_", '-');
    gchar *blurb = g_strdup_printf("%s (%s)", table[i].blurb, table[i].unit);

    g_object_class_install_property(c, PROP_PARAMS + (guint)i,
                                    g_param_spec_double(g_intern_string(name), g_intern_string(name), g_intern_string(blurb),
                                                        table[i].minimum, table[i].maximum, table[i].fallback, LIVE));
    g_free(name);
    g_free(blurb);
  }
}

static void install_signals(GstETrackClass *c)
{
  etrack_signals[SIGNAL_TRACK] =
    g_signal_new_class_handler("track", G_TYPE_FROM_CLASS(c), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK(gst_etrack_track), NULL, NULL,
                               NULL, G_TYPE_UINT64, 5, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_UINT64);
  etrack_signals[SIGNAL_STOP] = g_signal_new_class_handler("stop", G_TYPE_FROM_CLASS(c), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                                                           G_CALLBACK(etrack_stop_target), NULL, NULL, NULL, G_TYPE_NONE, 0);
  etrack_signals[SIGNAL_LOSE] = g_signal_new_class_handler("lose", G_TYPE_FROM_CLASS(c), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                                                           G_CALLBACK(gst_etrack_lose), NULL, NULL, NULL, G_TYPE_NONE, 0);
  etrack_signals[SIGNAL_FRAME_AT] =
    g_signal_new_class_handler("frame-at", G_TYPE_FROM_CLASS(c), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK(gst_etrack_frame_at), NULL,
                               NULL, NULL, G_TYPE_UINT64, 1, G_TYPE_UINT64);
  etrack_signals[SIGNAL_RESULT] = g_signal_new("result", G_TYPE_FROM_CLASS(c), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                               GST_TYPE_STRUCTURE | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void gst_etrack_class_init(GstETrackClass *c)
{
  GObjectClass *object = G_OBJECT_CLASS(c);
  GstElementClass *element = GST_ELEMENT_CLASS(c);
  GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(c);

  object->set_property = gst_etrack_set_property;
  object->get_property = gst_etrack_get_property;
  object->finalize = gst_etrack_finalize;
  install_settings(object);
  install_measured(object);
  install_aliases(object);
  install_params(object);
  install_signals(c);
  base->start = gst_etrack_start;
  base->stop = gst_etrack_stop;
  base->set_caps = gst_etrack_set_caps;
  base->prepare_output_buffer = gst_etrack_prepare_output_buffer;
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
