/* SPDX-License-Identifier: MIT */
/* The element's properties: settings, measurements, and cvtracker's names for some of them. */
#include <string.h>

#include "base/number.h"
#include "boxed.h"
#include "enums.h"
#include "gstetrack.h"

static const guint64 default_history_bytes = 0;
static const guint cvtracker_default = 50;

enum {
  PROP_0,
  PROP_MODEL,
  PROP_TARGET,
  PROP_TARGET_UNITS,
  PROP_MODE,
  PROP_DRAW,
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
  PROP_PARAMS,
  PROP_TABLE, /* the table of parameters follows */
};

static double *param_field(struct et_params *params, guint property)
{
  size_t count;

  return et_param_value(params, &et_param_table(&count)[property - PROP_TABLE]);
}

/* "" and NULL unset the property and stop the target. Text that is not a box gives a warning and
 * changes no target. */
static void set_target(GstETrack *self, const gchar *text)
{
  gboolean started, some = text && *text;
  struct et_start start = {.pts_ns = -1};

  GST_OBJECT_LOCK(self);
  g_free(self->settings.target);
  self->settings.target = some ? g_strdup(text) : NULL;
  start.units = self->settings.target_units;
  started = self->started;
  GST_OBJECT_UNLOCK(self);
  if (!started)
    return; /* read when it starts */
  if (!some)
    etrack_stop_target(self, 0, ET_REASON_REQUESTED);
  else if (et_box_parse(text, &start.box))
    etrack_start_target(self, &start);
  else
    etrack_warn(self, ETRACK_BAD_TARGET, text);
}

/* Under the object lock. A running element keeps its parameters if these are not in order. */
static enum et_error use_params(GstETrack *self, const struct et_params *params, struct et_error_detail *why)
{
  enum et_error error;

  self->settings.params = *params;
  if (!self->worker)
    return ET_OK; /* they are checked when it starts */
  error = et_params_check(params, why);
  if (!error)
    request_params(worker_requests(self->worker), params);
  return error;
}

/* The thresholds must be in order. They are set one by one, so only a running element can say that
 * they are not. */
static void set_param(GstETrack *self, guint property, double value)
{
  struct et_error_detail why;
  struct et_params params;
  enum et_error error = ET_OK;

  GST_OBJECT_LOCK(self);
  params = self->settings.params;
  if (*param_field(&params, property) != value) { /* a controller sets it with every buffer */
    *param_field(&params, property) = value;
    error = use_params(self, &params, &why);
  }
  GST_OBJECT_UNLOCK(self);
  if (error)
    etrack_warn(self, "%s", why.text);
}

/* The tracker sees all of them, or none if they are out of range or out of order. */
static void set_params(GstETrack *self, const struct et_params *params)
{
  struct et_error_detail why;
  enum et_error error;

  if (!params)
    return;
  error = et_params_check(params, &why);
  if (!error) {
    GST_OBJECT_LOCK(self);
    error = use_params(self, params, &why);
    GST_OBJECT_UNLOCK(self);
  }
  if (error)
    etrack_warn(self, "params: %s", why.text);
}

/* Frames that have been counted keep their numbers. */
static void set_first_frame(GstETrack *self, guint64 first)
{
  GST_OBJECT_LOCK(self);
  if (self->frames == self->settings.first_frame)
    self->frames = first;
  self->settings.first_frame = first;
  GST_OBJECT_UNLOCK(self);
}

static void set_string(GstETrack *self, gchar **field, const GValue *value)
{
  GST_OBJECT_LOCK(self);
  g_free(*field);
  *field = g_value_dup_string(value);
  GST_OBJECT_UNLOCK(self);
}

static GQuark default_roi_type(void)
{
  return g_quark_from_static_string("object");
}

/* Plain fields, under the lock. */
static gboolean set_plain(struct etrack_settings *s, guint property, const GValue *value)
{
  switch (property) {
  case PROP_TARGET_UNITS:
    s->target_units = (enum et_units)g_value_get_enum(value);
    return TRUE;
  case PROP_MODE:
    s->mode = (enum etrack_mode)g_value_get_enum(value);
    return TRUE;
  case PROP_DRAW:
    s->draw = (enum etrack_draw)g_value_get_enum(value);
    return TRUE;
  case PROP_HISTORY_BYTES:
    s->history_bytes = g_value_get_uint64(value);
    return TRUE;
  case PROP_REPORT_COASTING:
    s->report_coasting = g_value_get_boolean(value);
    return TRUE;
  case PROP_ROI_TYPE:
    s->roi_type = g_value_get_string(value) ? g_quark_from_string(g_value_get_string(value)) : default_roi_type();
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

void etrack_set_property(GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  GstETrack *self = GST_ETRACK(object);
  gboolean done;

  if (property >= PROP_TABLE) {
    set_param(self, property, g_value_get_double(value));
    return;
  }
  switch (property) {
  case PROP_MODEL:
    set_string(self, &self->settings.model, value);
    return;
  case PROP_TARGET:
    set_target(self, g_value_get_string(value));
    return;
  case PROP_FIRST_FRAME:
    set_first_frame(self, g_value_get_uint64(value));
    return;
  case PROP_PARAMS:
    set_params(self, g_value_get_boxed(value));
    return;
  case PROP_ALGORITHM:
    etrack_warn(self, "algorithm=%s is ignored: etrack has one algorithm", g_value_get_string(value));
    return;
  default:
    break;
  }
  GST_OBJECT_LOCK(self);
  done = set_plain(&self->settings, property, value);
  GST_OBJECT_UNLOCK(self);
  if (!done)
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, property, pspec);
  if (property == PROP_DRAW || property == PROP_DRAW_RECT)
    gst_base_transform_reconfigure_src(GST_BASE_TRANSFORM(self)); /* overlays change the caps */
}

static gchar *box_text(const struct et_record *o)
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
    g_value_set_string(value, g_quark_to_string(s->roi_type));
    return TRUE;
  case PROP_MESSAGES:
    g_value_set_enum(value, s->messages);
    return TRUE;
  case PROP_PARAMS:
    g_value_set_boxed(value, &s->params);
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

void etrack_get_property(GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  GstETrack *self = GST_ETRACK(object);
  gboolean done = TRUE;

  GST_OBJECT_LOCK(self);
  if (property >= PROP_TABLE)
    g_value_set_double(value, *param_field(&self->settings.params, property));
  else
    done =
      get_setting(&self->settings, property, value) || get_measured(self, property, value) || get_alias(&self->settings, property, value);
  GST_OBJECT_UNLOCK(self);
  if (!done)
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, property, pspec);
}

#define LIVE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)
#define FIXED (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define MEASURED (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void install_settings(GObjectClass *c)
{
  g_object_class_install_property(
    c, PROP_MODEL,
    g_param_spec_string("model", "Model",
                        "Path of the model file (.safetensors); if unset, that of $ETRACK_MODEL, of the build tree or the installed one",
                        NULL, FIXED));
  g_object_class_install_property(
    c, PROP_TARGET,
    g_param_spec_string("target", "Target", "Box to track from the next frame on, \"x,y,w,h\" in target-units; \"\" stops the target", NULL,
                        LIVE));
  g_object_class_install_property(
    c, PROP_TARGET_UNITS,
    g_param_spec_enum("target-units", "Target units", "Units of the numbers in target", ETRACK_TYPE_UNITS, ET_UNITS_PX, LIVE));
  g_object_class_install_property(c, PROP_MODE,
                                  g_param_spec_enum("mode", "Mode",
                                                    "Whether a buffer waits for its own result or gets the newest finished one",
                                                    ETRACK_TYPE_MODE, ETRACK_MODE_AUTO, FIXED));
  g_object_class_install_property(
    c, PROP_DRAW,
    g_param_spec_enum("draw", "Draw",
                      "What to draw: as an overlay if downstream draws overlays, otherwise into the pixels; the tracker never sees it",
                      ETRACK_TYPE_DRAW, ETRACK_DRAW_NONE, LIVE));
  g_object_class_install_property(
    c, PROP_HISTORY_BYTES,
    g_param_spec_uint64("history-bytes", "History bytes",
                        "Bytes of memory for kept frames, on which a target can be started later; 0 keeps no frame", 0, G_MAXINT64,
                        default_history_bytes, FIXED));
  g_object_class_install_property(
    c, PROP_FIRST_FRAME,
    g_param_spec_uint64("first-frame", "First frame",
                        "Number of the first frame, so that counting can go on after a restart; set it before that frame comes", 1,
                        G_MAXINT64, 1, FIXED));
  g_object_class_install_property(c, PROP_REPORT_COASTING,
                                  g_param_spec_boolean("report-coasting", "Report coasting",
                                                       "Attach and draw predicted boxes (state coasting) as well as measured ones", FALSE,
                                                       LIVE));
  g_object_class_install_property(
    c, PROP_ROI_TYPE,
    g_param_spec_string("roi-type", "ROI type", "Type of the region of interest meta and of the detection meta", "object", LIVE));
  g_object_class_install_property(c, PROP_MESSAGES,
                                  g_param_spec_enum("messages", "Messages", "Which results are posted as element messages on the bus",
                                                    ETRACK_TYPE_MESSAGES, ETRACK_MESSAGES_TRANSITIONS, LIVE));
}

static void install_measured(GObjectClass *c)
{
  g_object_class_install_property(
    c, PROP_PROCESSED,
    g_param_spec_uint64("processed", "Processed", "Frames that the tracker has processed since the start", 0, G_MAXUINT64, 0, MEASURED));
  g_object_class_install_property(c, PROP_STATE,
                                  g_param_spec_string("state", "State",
                                                      "State of the target: idle (no target), tracking, uncertain, coasting or lost",
                                                      "idle", MEASURED));
  g_object_class_install_property(
    c, PROP_SCORE,
    g_param_spec_double("score", "Score",
                        "Score of the newest result, 0 (not the target) to 1 (surely the target); 0 if there is no result", 0, 1, 0,
                        MEASURED));
  g_object_class_install_property(
    c, PROP_BOX,
    g_param_spec_string("box", "Box", "Box of the newest result in pixels, \"x,y,w,h\", not clipped to the frame; \"\" if there is no box",
                        "", MEASURED));
  g_object_class_install_property(
    c, PROP_FRAMES, g_param_spec_uint64("frames", "Frames", "Frames that have arrived since the start", 0, G_MAXUINT64, 0, MEASURED));
  g_object_class_install_property(
    c, PROP_DROPPED,
    g_param_spec_uint64("dropped", "Dropped",
                        "Frames that the tracker has left out since the start: displaced by a newer one (async mode), "
                        "too late (QoS, sync mode), or counted by the signal skip",
                        0, G_MAXUINT64, 0, MEASURED));
  g_object_class_install_property(
    c, PROP_LATENCY_P50,
    g_param_spec_uint64("latency-p50", "Latency p50",
                        "Time that the tracker takes per frame, ns: the median; 0 if no frame has been measured yet", 0, G_MAXUINT64, 0,
                        MEASURED));
  g_object_class_install_property(c, PROP_LATENCY_P95,
                                  g_param_spec_uint64("latency-p95", "Latency p95",
                                                      "Time that the tracker takes per frame, ns: the 95th percentile", 0, G_MAXUINT64, 0,
                                                      MEASURED));
  g_object_class_install_property(c, PROP_LATENCY_P99,
                                  g_param_spec_uint64("latency-p99", "Latency p99",
                                                      "Time that the tracker takes per frame, ns: the 99th percentile", 0, G_MAXUINT64, 0,
                                                      MEASURED));
}

static void install_aliases(GObjectClass *c)
{
#define FIRST(what) what " of the first target's box in pixels, as in cvtracker; used if one of the four is set and target is not"
  static const gchar *const names[][2] = {{"object-initial-x", FIRST("Left edge")},
                                          {"object-initial-y", FIRST("Upper edge")},
                                          {"object-initial-width", FIRST("Width")},
                                          {"object-initial-height", FIRST("Height")}};

  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    g_object_class_install_property(c, PROP_INITIAL_X + i,
                                    g_param_spec_uint(names[i][0], names[i][0], names[i][1], 0, G_MAXUINT, cvtracker_default, FIXED));
  g_object_class_install_property(
    c, PROP_DRAW_RECT,
    g_param_spec_boolean("draw-rect", "Draw rect", "As in cvtracker: true means draw=box, false means draw=none", FALSE, LIVE));
  g_object_class_install_property(
    c, PROP_ALGORITHM, g_param_spec_string("algorithm", "Algorithm", "As in cvtracker; ignored with a warning", "etrack", FIXED));
}

/* The blurb becomes a sentence with its unit. A controller may change the value over time. */
static void install_param(GObjectClass *c, guint property, const struct et_param_info *info)
{
  gchar *name = g_strdelimit(g_strdup(info->name), "_", '-');
  gchar *blurb =
    g_strdup_printf("%c%s (%s)", g_ascii_toupper(info->blurb[0]), info->blurb + 1, g_str_equal(info->unit, "s") ? "seconds" : info->unit);

  g_object_class_install_property(c, property,
                                  g_param_spec_double(g_intern_string(name), g_intern_string(name), g_intern_string(blurb), info->minimum,
                                                      info->maximum, info->fallback, LIVE | GST_PARAM_CONTROLLABLE));
  g_free(name);
  g_free(blurb);
}

static void install_params(GObjectClass *c)
{
  size_t count;
  const struct et_param_info *table = et_param_table(&count);

  g_object_class_install_property(
    c, PROP_PARAMS,
    g_param_spec_boxed("params", "Params",
                       "All live parameters at once (struct et_params), for programs; the tracker sees all of them or none",
                       ETRACK_TYPE_PARAMS, LIVE));
  for (size_t i = 0; i < count; i++)
    install_param(c, PROP_TABLE + (guint)i, &table[i]);
}

void etrack_install_properties(GObjectClass *object)
{
  install_settings(object);
  install_measured(object);
  install_aliases(object);
  install_params(object);
}

void etrack_init_settings(struct etrack_settings *settings)
{
  *settings = (struct etrack_settings){
    .history_bytes = default_history_bytes,
    .first_frame = 1,
    .roi_type = default_roi_type(),
    .messages = ETRACK_MESSAGES_TRANSITIONS,
    .initial = {cvtracker_default, cvtracker_default, cvtracker_default, cvtracker_default},
  };
  et_params_default(&settings->params);
}

void etrack_free_settings(struct etrack_settings *settings)
{
  g_free(settings->model);
  g_free(settings->target);
}
