/* SPDX-License-Identifier: MIT */
/* Warnings on the bus. gst-launch sets properties before an element has a bus, so early ones are
 * kept. */
#include "gstetrack.h"

enum { UNSAID = 8 };

/* True if the text is kept; it is then no longer the caller's. */
static gboolean keep(GstETrack *self, gchar *text)
{
  gboolean kept;

  GST_OBJECT_LOCK(self);
  kept = !self->started && self->unsaid->len < UNSAID;
  if (kept)
    g_ptr_array_add(self->unsaid, text);
  GST_OBJECT_UNLOCK(self);
  return kept;
}

void etrack_warn(GstETrack *self, const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start(args, format);
  text = g_strdup_vprintf(format, args);
  va_end(args);
  if (keep(self, text))
    return;
  GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s", text), (NULL));
  g_free(text);
}

void etrack_say_unsaid(GstETrack *self)
{
  GPtrArray *unsaid, *none = g_ptr_array_new_with_free_func(g_free);

  GST_OBJECT_LOCK(self);
  unsaid = self->unsaid;
  self->unsaid = none;
  self->started = TRUE;
  GST_OBJECT_UNLOCK(self);
  for (guint i = 0; i < unsaid->len; i++)
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s", (gchar *)unsaid->pdata[i]), (NULL));
  g_ptr_array_unref(unsaid);
}
