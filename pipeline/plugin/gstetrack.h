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

/* What is set from outside; by the object lock. */
struct etrack_settings {
  gchar *model;
  gchar *target; /* as it was set, NULL = none */
  enum et_units target_units;
  enum etrack_mode mode;
  enum etrack_draw draw;
  guint threads;
  guint64 history_bytes, first_frame;
  gboolean report_coasting;
  GQuark roi_type;
  enum etrack_messages messages;
  struct et_params params;
  /* cvtracker's; counted only where one of them was set */
  guint initial[4]; /* x, y, width, height */
  gboolean initial_set;
};

/* The feature of caps that lets an overlay travel beside the pixels. */
#define ETRACK_OVERLAY GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION

enum { ETRACK_FIELDS_MOST = 8 };

/* A record as structures for the buffers that it will be attached to, made by the thread that tracks so that no buffer waits for it. */
struct etrack_fields {
  GstStructure *ready[ETRACK_FIELDS_MOST];
  guint left;  /* of them */
  guint asked; /* how often one was asked for */
};

struct _GstETrack {
  GstBaseTransform parent;

  struct etrack_settings settings; /* by the object lock */

  /* from READY to PAUSED and back */
  const struct et_model *model;
  struct history *history; /* the pointer by the object lock */
  struct worker *worker;   /* the pointer by the object lock */
  gboolean started;        /* by the object lock */
  GPtrArray *unsaid;       /* by the object lock: warnings from before there was a bus to hear them */

  /* streaming thread */
  GstVideoInfo info;
  gboolean have_info;
  gboolean mode_known, live, async; /* written under the object lock, for queries */
  struct capture capture;
  GstClockTime reported_latency;
  GstBuffer *clean;       /* what came in, where what goes out is a copy to draw on; the base class holds it */
  gboolean qos_suspended; /* async mode is never the cause of lateness */
  gboolean misfit_told, interlaced_told;
  gboolean overlay_known, overlay_attached;
  gboolean overlay_refused; /* by the object lock: downstream took the caps but not the overlays */

  /* by the object lock */
  guint64 frames;              /* number of the newest frame */
  struct et_record newest;     /* of the target; target 0 = none yet */
  struct etrack_fields fields; /* of `newest` */
};

G_END_DECLS

/* properties.c */
void etrack_install_properties(GObjectClass *object);
void etrack_set_property(GObject *object, guint property, const GValue *value, GParamSpec *pspec);
void etrack_get_property(GObject *object, guint property, GValue *value, GParamSpec *pspec);
void etrack_init_settings(struct etrack_settings *settings);
void etrack_free_settings(struct etrack_settings *settings);

/* warn.c: a warning on the bus; before the element has started it is kept until then, for nobody would hear it. */
void etrack_warn(GstETrack *self, const gchar *format, ...) G_GNUC_PRINTF(2, 3);
void etrack_say_unsaid(GstETrack *self);

/* transform.c: what happens to a buffer. */
/* What the property `mode` means where upstream is live or is not. Under the object lock. */
gboolean etrack_wants_async(const GstETrack *self, gboolean live);
GstFlowReturn etrack_prepare_output(GstETrack *self, GstBuffer *in, GstBuffer **out);
GstFlowReturn etrack_transform(GstETrack *self, GstBuffer *buffer);
/* The latency that the tracker adds where it is waited for: measured, or from the warm-up while little has been measured. */
GstClockTime etrack_latency(GstETrack *self);

/* overlay.c: the drawing, beside the pixels where downstream takes that, else into them. */
GstCaps *etrack_transform_caps(GstETrack *self, GstPadDirection direction, GstCaps *caps);
/* Must the next buffer be drawn on? */
gboolean etrack_draws_pixels(GstETrack *self);
void etrack_draw(GstETrack *self, GstBuffer *buffer, const struct et_record *record);

/* targets.c: starting and stopping targets from every door. */
/* Returns the target's number, or 0 if the element has not reached PAUSED (a warning has been posted). What becomes of it is told by a record
 * (ET_EVENT_STARTED) or by the signal `refused`. Any thread. */
guint64 etrack_start_target(GstETrack *self, const struct et_start *start);
/* Takes a start back whose frame has not had its turn; false if that is too late: then what became of it is told. */
gboolean etrack_cancel_start(GstETrack *self, guint64 target);
/* `target` 0: whichever there is, and a start that waits. */
void etrack_stop_target(GstETrack *self, guint64 target, enum et_reason reason);
/* Frames stopped coming: the target is lost, and is searched for when they come again. Any thread. */
void etrack_lose_target(GstETrack *self, enum et_reason reason);
/* Takes the box of the properties as the first target; nothing if none is set. */
void etrack_start_from_settings(GstETrack *self);
#define ETRACK_BAD_TARGET "target=%s is no box; it must be x,y,w,h, for example target=300,200,80,60"

/* report.c: what the tracker's thread tells. */
/* One of those that are ready, which is the caller's, or NULL. Under the object lock. */
GstStructure *etrack_take_fields(struct etrack_fields *fields);
void etrack_clear_fields(struct etrack_fields *fields);
extern const struct worker_observer etrack_observer;
void etrack_tell_refusal(GstETrack *self, guint64 target, enum et_refusal why, const gchar *words);

#endif
