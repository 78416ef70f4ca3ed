/* SPDX-License-Identifier: MIT */
/* What the tracker's thread tells: it is kept for the next buffer, and goes out as signal and bus message. */
#include "report.h"

guint etrack_signals[SIGNALS];

GstStructure *etrack_take_fields(struct etrack_fields *fields)
{
  fields->asked++;
  return fields->left > 0 ? fields->ready[--fields->left] : NULL;
}

void etrack_clear_fields(struct etrack_fields *fields)
{
  for (guint i = 0; i < fields->left; i++)
    gst_structure_free(fields->ready[i]);
  *fields = (struct etrack_fields){0};
}

/* As many as the last outcome was asked for: the tracker is about as slow as it was then. */
static guint fields_wanted(GstETrack *self)
{
  guint asked;

  GST_OBJECT_LOCK(self);
  asked = self->fields.asked;
  GST_OBJECT_UNLOCK(self);
  return CLAMP(asked, 1, ETRACK_FIELDS_MOST);
}

static struct etrack_fields make_fields(GstETrack *self, const struct outcome *outcome)
{
  const guint wanted = outcome->result.has_box ? fields_wanted(self) : 0;
  struct etrack_fields fields = {0};

  while (fields.left < wanted)
    fields.ready[fields.left++] = outcome_to_structure(outcome);
  return fields;
}

static void keep(GstETrack *self, const struct outcome *outcome)
{
  struct etrack_fields fields = make_fields(self, outcome), old;

  GST_OBJECT_LOCK(self);
  self->newest = *outcome;
  if (outcome->result.state == ET_STATE_IDLE)
    self->newest.target = 0;
  old = self->fields;
  self->fields = fields;
  GST_OBJECT_UNLOCK(self);
  etrack_clear_fields(&old);
}

static enum etrack_messages messages_wanted(GstETrack *self)
{
  enum etrack_messages messages;

  GST_OBJECT_LOCK(self);
  messages = self->settings.messages;
  GST_OBJECT_UNLOCK(self);
  return messages;
}

static void on_outcome(const struct outcome *outcome, void *user)
{
  GstETrack *self = user;
  const gboolean transition = outcome->result.event != ET_EVENT_NONE;
  const enum etrack_messages messages = messages_wanted(self);
  const gboolean say = messages == ETRACK_MESSAGES_ALL || (messages == ETRACK_MESSAGES_TRANSITIONS && transition);
  GstStructure *s;

  keep(self, outcome);
  if (!say && !g_signal_has_handler_pending(self, etrack_signals[SIGNAL_RESULT], 0, FALSE))
    return;
  s = outcome_to_structure(outcome);
  g_signal_emit(self, etrack_signals[SIGNAL_RESULT], 0, s);
  if (say)
    gst_element_post_message(GST_ELEMENT(self), gst_message_new_element(GST_OBJECT(self), s));
  else
    gst_structure_free(s);
}

/* A refusal goes the way of the results, so that whoever asked hears of it there, and on the bus as a warning for whoever watches a terminal. */
void etrack_post_refusal(GstETrack *self, guint64 target, const gchar *reason, const gchar *words)
{
  GstStructure *s = gst_structure_new("etrack", "target", G_TYPE_UINT64, target, "event", G_TYPE_STRING, "refused", "reason", G_TYPE_STRING,
                                      reason, "message", G_TYPE_STRING, words, NULL);

  g_signal_emit(self, etrack_signals[SIGNAL_RESULT], 0, s);
  gst_structure_free(s);
  GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s", words), ("target %" G_GUINT64_FORMAT ": %s", target, reason));
}

static void on_refused(const struct wish *wish, const char *reason, const char *words, void *user)
{
  etrack_post_refusal(user, wish->target, reason, words);
}

const struct worker_observer etrack_observer = {on_outcome, on_refused};
