/* SPDX-License-Identifier: MIT */
/* The element `etrack`: what its parts share. */
#ifndef PLUGIN_GSTETRACK_H
#define PLUGIN_GSTETRACK_H

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include "worker.h"

G_BEGIN_DECLS

#define GST_TYPE_ETRACK (gst_etrack_get_type())
G_DECLARE_FINAL_TYPE(GstETrack, gst_etrack, GST, ETRACK, GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE(etrack)

enum etrack_mode { ETRACK_MODE_AUTO, ETRACK_MODE_ASYNC, ETRACK_MODE_SYNC };
enum etrack_draw { ETRACK_DRAW_NONE, ETRACK_DRAW_BOX, ETRACK_DRAW_BOX_LABEL };
enum etrack_units { ETRACK_UNITS_PX, ETRACK_UNITS_NORM };
enum etrack_messages { ETRACK_MESSAGES_NONE, ETRACK_MESSAGES_TRANSITIONS, ETRACK_MESSAGES_ALL };

/* What is set from outside; by the object lock. */
struct etrack_settings {
  gchar *model;
  gchar *target; /* as it was set, NULL = none */
  enum etrack_units target_units;
  enum etrack_mode mode;
  enum etrack_draw draw;
  guint threads;
  guint64 history_bytes, first_frame;
  gboolean report_coasting;
  gchar *roi_type;
  enum etrack_messages messages;
  struct et_params params;
  /* cvtracker's; counted only where one of them was set */
  guint initial[4]; /* x, y, width, height */
  gboolean initial_set;
};

struct _GstETrack {
  GstBaseTransform parent;

  struct etrack_settings settings; /* by the object lock */

  /* from READY to PAUSED and back */
  const struct et_model *model;
  struct history *history;
  struct worker *worker;

  /* streaming thread */
  GstVideoInfo info;
  gboolean have_info;
  gboolean mode_known, async;
  gint64 last_capture_ns;
  GstClockTime reported_latency;

  /* by the object lock */
  guint64 frames;        /* number of the newest frame */
  struct outcome newest; /* of the target; target 0 = none yet */
};

G_END_DECLS

/* transform.c: what happens to a buffer. */
GstFlowReturn etrack_transform(GstETrack *self, GstBuffer *buffer);
/* The latency that sync mode adds; 0 in async mode. */
GstClockTime etrack_latency(GstETrack *self);

/* targets.c: starting and stopping targets from every door. */
/* Returns the target's number, or 0 where the box cannot be right (a warning has been posted). `frame` 0 = the next one. */
guint64 etrack_start_target(GstETrack *self, const struct et_box *box, enum etrack_units units, guint64 frame);
void etrack_stop_target(GstETrack *self);
/* Takes the box of the properties as the first target; nothing where none is set. */
void etrack_start_from_settings(GstETrack *self);
/* "x,y,w,h" -> box. */
gboolean etrack_parse_box(const gchar *text, struct et_box *box);

/* report.c: what the tracker's thread tells. */
extern const struct worker_observer etrack_observer;
/* `reason`: "bad-box", "frame-expired", "replaced" or "internal". */
void etrack_post_refusal(GstETrack *self, guint64 target, const gchar *reason, const gchar *words);

#endif
