/* SPDX-License-Identifier: MIT */
/* The element `etrack`: what its parts share. */
#ifndef PLUGIN_GSTETRACK_H
#define PLUGIN_GSTETRACK_H

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include "capture.h"
#include "worker.h"

G_BEGIN_DECLS

#define GST_TYPE_ETRACK (gst_etrack_get_type())
G_DECLARE_FINAL_TYPE(GstETrack, gst_etrack, GST, ETRACK, GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE(etrack)

enum etrack_mode { ETRACK_MODE_AUTO, ETRACK_MODE_ASYNC, ETRACK_MODE_SYNC };
enum etrack_draw { ETRACK_DRAW_NONE, ETRACK_DRAW_BOX, ETRACK_DRAW_BOX_LABEL };
enum etrack_messages { ETRACK_MESSAGES_NONE, ETRACK_MESSAGES_TRANSITIONS, ETRACK_MESSAGES_ALL };

/* What users set; under the object lock. */
struct etrack_settings {
  gchar *model;
  gchar *target; /* as it was set; NULL = no target */
  enum et_units target_units;
  enum etrack_mode mode;
  enum etrack_draw draw;
  guint64 history_bytes, first_frame;
  gboolean report_coasting;
  GQuark roi_type;
  enum etrack_messages messages;
  struct et_params params;
  /* cvtracker's; used only if one of them was set */
  guint initial[4]; /* x, y, width, height */
  gboolean initial_set;
};

/* The feature of caps that lets an overlay travel beside the pixels. */
#define ETRACK_OVERLAY GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION

enum { ETRACK_FIELDS_MOST = 8 };

/* A record as structures, one for each buffer that will probably carry it. The thread that tracks
 * makes them, so that no buffer waits for it. */
struct etrack_fields {
  GstStructure *ready[ETRACK_FIELDS_MOST];
  guint left;  /* how many of `ready` remain */
  guint asked; /* how often one was asked for */
};

struct _GstETrack {
  GstBaseTransform parent;

  struct etrack_settings settings; /* under the object lock */

  /* from READY to PAUSED and back */
  const struct et_model *model;
  struct history *history; /* the pointer under the object lock */
  struct worker *worker;   /* the pointer under the object lock */
  gboolean started;        /* under the object lock */
  GPtrArray *unsaid;       /* under the object lock: warnings from before the element had a bus */

  /* streaming thread */
  GstVideoInfo info;
  gboolean have_info;
  gboolean mode_known, live, async; /* written under the object lock, for queries */
  struct capture capture;
  GstClockTime reported_latency;
  GstBuffer *clean;       /* the input, if the output is a copy to draw on; the base class's */
  gboolean qos_suspended; /* QoS is off: async mode delays no buffer */
  gboolean misfit_told, interlaced_told;
  gboolean overlay_known, overlay_attached;
  gboolean overlay_refused; /* under the object lock: downstream took the caps but no overlays */

  /* under the object lock */
  guint64 frames;              /* number of the next frame */
  struct et_record newest;     /* record of the target; target 0 = none yet */
  struct etrack_fields fields; /* of `newest` */
};

G_END_DECLS

/* properties.c */
void etrack_install_properties(GObjectClass *object);
void etrack_set_property(GObject *object, guint property, const GValue *value, GParamSpec *pspec);
void etrack_get_property(GObject *object, guint property, GValue *value, GParamSpec *pspec);
void etrack_init_settings(struct etrack_settings *settings);
void etrack_free_settings(struct etrack_settings *settings);

/* warn.c: posts a warning on the bus. Before the element has started nobody would hear it, so it is
 * kept until then. */
void etrack_warn(GstETrack *self, const gchar *format, ...) G_GNUC_PRINTF(2, 3);
void etrack_say_unsaid(GstETrack *self);

/* transform.c: what happens to a buffer. */
/* True if the property `mode` means async when upstream is `live`. Under the object lock. */
gboolean etrack_wants_async(const GstETrack *self, gboolean live);
GstFlowReturn etrack_prepare_output(GstETrack *self, GstBuffer *in, GstBuffer **out);
GstFlowReturn etrack_transform(GstETrack *self, GstBuffer *buffer);
/* The latency that the tracker adds if buffers wait for it: as measured, or that of the warm-up
 * while little has been measured. */
GstClockTime etrack_latency(GstETrack *self);

/* overlay.c: draws an overlay if downstream takes one, otherwise into the pixels. */
GstCaps *etrack_transform_caps(GstETrack *self, GstPadDirection direction, GstCaps *caps);
/* True if the next buffer must be drawn on. */
gboolean etrack_draws_pixels(GstETrack *self);
void etrack_draw(GstETrack *self, GstBuffer *buffer, const struct et_record *record);

/* targets.c: starts and stops targets, wherever the request came from. */
/* Returns the number of the target, or 0, with a warning, if the element has not reached PAUSED.
 * What becomes of it is told by a record (ET_EVENT_STARTED) or by the signal `refused`. Any
 * thread. */
guint64 etrack_start_target(GstETrack *self, const struct et_start *start);
/* Takes a start back before its frame is processed. False if that is too late: then what became of
 * it is told. */
gboolean etrack_cancel_start(GstETrack *self, guint64 target);
/* Stops the target of that number; 0 means any target, and a start that waits. */
void etrack_stop_target(GstETrack *self, guint64 target, enum et_reason reason);
/* Frames stopped coming: the target is lost, and searched for when they come again. Any thread. */
void etrack_lose_target(GstETrack *self, enum et_reason reason);
/* Starts the first target on the box of the properties, if one is set. */
void etrack_start_from_settings(GstETrack *self);
#define ETRACK_BAD_TARGET "target=%s is not a box; write x,y,w,h, for example target=300,200,80,60"

/* report.c: sends records and refusals. */
/* One of those that are ready, or NULL. Ownership: the caller's. Under the object lock. */
GstStructure *etrack_take_fields(struct etrack_fields *fields);
void etrack_clear_fields(struct etrack_fields *fields);
extern const struct worker_observer etrack_observer;
void etrack_tell_refusal(GstETrack *self, guint64 target, enum et_refusal why, const gchar *words);

#endif
