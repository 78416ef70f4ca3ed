/* SPDX-License-Identifier: MIT */
/* Starts and stops targets, wherever the request came from. */
#include "base/number.h"
#include "gstetrack.h"
#include "report.h"

static void refuse_replaced(GstETrack *self, const struct wish *replaced)
{
  if (replaced->target)
    etrack_tell_refusal(self, replaced->target, ET_REFUSAL_REPLACED, "another request came before this one's frame");
}

guint64 etrack_start_target(GstETrack *self, const struct et_start *start)
{
  struct wish wish = {request_new_target(), *start}, replaced = {0};
  gboolean running;

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

gboolean etrack_cancel_start(GstETrack *self, guint64 target)
{
  gboolean cancelled;

  GST_OBJECT_LOCK(self);
  cancelled = self->worker && worker_withdraw(self->worker, target);
  GST_OBJECT_UNLOCK(self);
  return cancelled;
}

void etrack_stop_target(GstETrack *self, guint64 target, enum et_reason reason)
{
  struct wish replaced = {0};

  GST_OBJECT_LOCK(self);
  if (self->worker)
    request_stop(worker_requests(self->worker), target, reason, &replaced);
  GST_OBJECT_UNLOCK(self);
  refuse_replaced(self, &replaced);
}

void etrack_lose_target(GstETrack *self, enum et_reason reason)
{
  struct worker_unbegun unbegun = {{NULL}, {0}};

  GST_OBJECT_LOCK(self);
  if (self->worker)
    unbegun = worker_lose(self->worker, reason);
  GST_OBJECT_UNLOCK(self);
  worker_let_go(&unbegun);
  refuse_replaced(self, &unbegun.replaced);
}

/* The first target that the properties ask for, read once under the lock. */
struct first_target {
  gchar *text;
  struct et_start start; /* from `text`, except its box; or from object-initial-* */
  gboolean initial_set;
};

static struct first_target read_first(GstETrack *self)
{
  const struct etrack_settings *s = &self->settings;
  struct first_target first;

  GST_OBJECT_LOCK(self);
  first = (struct first_target){.text = g_strdup(s->target), .initial_set = s->initial_set, .start = {.pts_ns = -1}};
  if (first.text)
    first.start.units = s->target_units;
  else
    first.start.box = (struct et_box){s->initial[0], s->initial[1], s->initial[2], s->initial[3]};
  GST_OBJECT_UNLOCK(self);
  return first;
}

void etrack_start_from_settings(GstETrack *self)
{
  struct first_target first = read_first(self);

  if (first.text && first.initial_set)
    etrack_warn(self, "target=%s is set, so object-initial-* are ignored", first.text);
  if (first.text && !et_box_parse(first.text, &first.start.box))
    etrack_warn(self, ETRACK_BAD_TARGET, first.text);
  else if (first.text || first.initial_set)
    etrack_start_target(self, &first.start);
  g_free(first.text);
}
