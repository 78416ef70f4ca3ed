/* SPDX-License-Identifier: MIT */
/* Starting and stopping targets, whichever door the wish came through. */
#include <math.h>

#include "gstetrack.h"
#include "report.h"

gboolean etrack_parse_box(const gchar *text, struct et_box *box)
{
  gdouble value[4];
  gchar *end = (gchar *)text;

  for (int i = 0; i < 4; i++) {
    if (i > 0 && *end++ != ',')
      return FALSE;
    text = end;
    value[i] = g_ascii_strtod(text, &end);
    if (end == text || !isfinite(value[i]))
      return FALSE;
  }
  if (*end)
    return FALSE;
  *box = (struct et_box){value[0], value[1], value[2], value[3]};
  return TRUE;
}

/* The frame's size as far as it is known: a box that cannot be right is refused at once. */
static gboolean known_wrong(GstETrack *self, const struct wish *wish)
{
  struct et_box box = wish->box;
  struct et_error_detail why;
  enum et_error error;
  gint width, height;

  GST_OBJECT_LOCK(self);
  width = self->have_info ? self->info.width : 0;
  height = self->have_info ? self->info.height : 0;
  GST_OBJECT_UNLOCK(self);
  if (!width || wish->frame)
    return FALSE;
  if (wish->normalised)
    box = (struct et_box){box.x * width, box.y * height, box.w * width, box.h * height};
  error = et_box_check(&box, width, height, &why);
  if (error)
    etrack_post_refusal(self, wish->target, "bad-box", why.text);
  return error != ET_OK;
}

static void refuse_replaced(GstETrack *self, const struct wish *replaced)
{
  if (replaced->target)
    etrack_post_refusal(self, replaced->target, "replaced", "another request came before this one's frame");
}

guint64 etrack_start_target(GstETrack *self, const struct et_box *box, enum etrack_units units, guint64 frame)
{
  struct wish wish = {request_new_target(), *box, units == ETRACK_UNITS_NORM, frame}, replaced;

  if (!self->worker) {
    GST_WARNING_OBJECT(self, "a target can be started from PAUSED on");
    return 0;
  }
  if (known_wrong(self, &wish))
    return 0;
  request_wish(worker_requests(self->worker), &wish, &replaced);
  refuse_replaced(self, &replaced);
  return wish.target;
}

void etrack_stop_target(GstETrack *self)
{
  struct wish replaced;

  if (!self->worker)
    return;
  request_stop(worker_requests(self->worker), &replaced);
  refuse_replaced(self, &replaced);
}

/* The element's own property, else cvtracker's. */
static gboolean box_of_settings(GstETrack *self, struct et_box *box, enum etrack_units *units)
{
  struct etrack_settings *s = &self->settings;
  gboolean has_box = FALSE, both;

  GST_OBJECT_LOCK(self);
  *units = s->target_units;
  both = s->target && s->initial_set;
  if (s->target) {
    has_box = etrack_parse_box(s->target, box);
  } else if (s->initial_set && s->initial[2] && s->initial[3]) {
    *box = (struct et_box){s->initial[0], s->initial[1], s->initial[2], s->initial[3]};
    *units = ETRACK_UNITS_PX;
    has_box = TRUE;
  }
  GST_OBJECT_UNLOCK(self);
  if (both)
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("`target` is set, so object-initial-* are ignored"), (NULL));
  return has_box;
}

void etrack_start_from_settings(GstETrack *self)
{
  enum etrack_units units;
  struct et_box box;

  if (box_of_settings(self, &box, &units))
    etrack_start_target(self, &box, units, 0);
}
