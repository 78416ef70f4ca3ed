/* SPDX-License-Identifier: MIT */
/* Shifts segments and time stamps together, so that the running time stays. */
#include "timeline.h"

void timeline_begin_again(struct timeline *timeline)
{
  atomic_store(&timeline->begins_again, true);
}

GstEvent *timeline_take_segment(struct timeline *t, GstEvent *event)
{
  const GstSegment *segment;
  GstSegment moved;
  GstEvent *instead;

  gst_event_parse_segment(event, &segment);
  if (segment->format != GST_FORMAT_TIME)
    return event;
  if (atomic_exchange(&t->begins_again, false))
    t->shift = GST_CLOCK_DIFF(segment->start, t->end);
  if (t->shift == 0)
    return event;
  moved = *segment;
  moved.start += (guint64)t->shift;
  moved.time += (guint64)t->shift;
  moved.position += (guint64)t->shift;
  if (GST_CLOCK_TIME_IS_VALID(moved.stop))
    moved.stop += (guint64)t->shift;
  instead = gst_event_new_segment(&moved);
  gst_event_set_seqnum(instead, gst_event_get_seqnum(event));
  gst_event_unref(event);
  return instead;
}

static void shift_stamps(GstBuffer *buffer, GstClockTimeDiff shift)
{
  GST_BUFFER_PTS(buffer) += (GstClockTime)shift;
  if (GST_BUFFER_DTS_IS_VALID(buffer))
    GST_BUFFER_DTS(buffer) += (GstClockTime)shift;
}

GstBuffer *timeline_take_buffer(struct timeline *t, GstBuffer *buffer, GstClockTime frame_time)
{
  GstClockTime end;

  if (!GST_BUFFER_PTS_IS_VALID(buffer))
    return buffer;
  if (t->shift != 0) {
    buffer = gst_buffer_make_writable(buffer);
    shift_stamps(buffer, t->shift);
  }
  end = GST_BUFFER_PTS(buffer) + (GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : frame_time);
  t->end = MAX(t->end, end);
  return buffer;
}
