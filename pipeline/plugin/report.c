/* SPDX-License-Identifier: MIT */
/* Keeps records for the next buffer, and sends records and refusals as signals and bus messages. */
#include "report.h"

#include "structure.h"

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

/* As many as the last record was asked for: the tracker is probably as slow as it was then. */
static guint fields_wanted(GstETrack *self)
{
  guint asked;

  GST_OBJECT_LOCK(self);
  asked = self->fields.asked;
  GST_OBJECT_UNLOCK(self);
  return CLAMP(asked, 1, ETRACK_FIELDS_MOST);
}

static struct etrack_fields make_fields(GstETrack *self, const struct et_record *record)
{
  const guint wanted = record->result.has_box ? fields_wanted(self) : 0;
  struct etrack_fields fields = {0};

  while (fields.left < wanted)
    fields.ready[fields.left++] = record_to_structure(record);
  return fields;
}

static void keep(GstETrack *self, const struct et_record *record)
{
  struct etrack_fields fields = make_fields(self, record), old;

  GST_OBJECT_LOCK(self);
  self->newest = *record;
  if (record->result.state == ET_STATE_IDLE)
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

static void on_record(const struct et_record *record, void *user)
{
  GstETrack *self = user;
  const gboolean transition = record->result.event != ET_EVENT_NONE;
  const enum etrack_messages messages = messages_wanted(self);

  keep(self, record);
  g_signal_emit(self, etrack_signals[SIGNAL_RESULT], 0, record);
  if (messages == ETRACK_MESSAGES_ALL || (messages == ETRACK_MESSAGES_TRANSITIONS && transition))
    gst_element_post_message(GST_ELEMENT(self), gst_message_new_element(GST_OBJECT(self), record_to_structure(record)));
}

/* By the signal if somebody listens to it, otherwise as a warning on the bus, which terminals
 * show. */
void etrack_tell_refusal(GstETrack *self, guint64 target, enum et_refusal why, const gchar *words)
{
  if (g_signal_has_handler_pending(self, etrack_signals[SIGNAL_REFUSED], 0, FALSE))
    g_signal_emit(self, etrack_signals[SIGNAL_REFUSED], 0, target, why, words);
  else
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s", words), ("target %" G_GUINT64_FORMAT ": %s", target, et_refusal_name(why)));
}

static void on_refused(const struct wish *wish, enum et_refusal why, const char *words, void *user)
{
  etrack_tell_refusal(user, wish->target, why, words);
}

const struct worker_observer etrack_observer = {on_record, on_refused};
