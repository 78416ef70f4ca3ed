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
  struct wish wish = {request_new_target(), *box, units == ETRACK_UNITS_NORM, frame}, replaced = {0};
  gboolean running;

  if (known_wrong(self, &wish))
    return 0;
  GST_OBJECT_LOCK(self);
  running = self->worker != NULL;
  if (running)
    request_wish(worker_requests(self->worker), &wish, &replaced);
  GST_OBJECT_UNLOCK(self);
  refuse_replaced(self, &replaced);
  if (!running)
    etrack_warn(self, "a target was started before the element was PAUSED; set the property `target` instead");
  return running ? wish.target : 0;
}

void etrack_stop_target(GstETrack *self)
{
  struct wish replaced = {0};

  GST_OBJECT_LOCK(self);
  if (self->worker)
    request_stop(worker_requests(self->worker), &replaced);
  GST_OBJECT_UNLOCK(self);
  refuse_replaced(self, &replaced);
}

void etrack_lose_target(GstETrack *self)
{
  struct worker_unbegun unbegun = {{NULL}, {0}};

  GST_OBJECT_LOCK(self);
  if (self->worker)
    unbegun = worker_lose(self->worker);
  GST_OBJECT_UNLOCK(self);
  worker_let_go(&unbegun);
  refuse_replaced(self, &unbegun.replaced);
}

/* What the properties want, read once under the lock. */
struct first_target {
  gchar *text;
  enum etrack_units units;
  gboolean initial_set;
  struct et_box initial;
};

static struct first_target read_first(GstETrack *self)
{
  const struct etrack_settings *s = &self->settings;
  struct first_target first;

  GST_OBJECT_LOCK(self);
  first = (struct first_target){
    g_strdup(s->target), s->target_units, s->initial_set, {s->initial[0], s->initial[1], s->initial[2], s->initial[3]}};
  GST_OBJECT_UNLOCK(self);
  return first;
}

void etrack_start_from_settings(GstETrack *self)
{
  struct first_target first = read_first(self);
  struct et_box box;

  if (first.text && first.initial_set)
    etrack_warn(self, "target=%s is set, so object-initial-* are ignored", first.text);
  if (first.text && !etrack_parse_box(first.text, &box))
    etrack_warn(self, ETRACK_BAD_TARGET, first.text);
  else if (first.text)
    etrack_start_target(self, &box, first.units, 0);
  else if (first.initial_set)
    etrack_start_target(self, &first.initial, ETRACK_UNITS_PX, 0);
  g_free(first.text);
}
