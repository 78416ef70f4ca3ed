/* SPDX-License-Identifier: MIT */
/* Shifts segments and time stamps together, so that the running time stays. If running time must go
 * on, the base of the segment moves too. */
#include "timeline.h"

void timeline_begin_again(struct timeline *timeline, enum timeline_turn turn)
{
  atomic_store(&timeline->turn, turn);
}

/* Running time at the end of the last frame. */
static GstClockTime running_end(const struct timeline *t)
{
  return t->base + (t->end > t->start ? t->end - t->start : 0);
}

static void turn_to(struct timeline *t, const GstSegment *segment, enum timeline_turn turn)
{
  if (turn == TIMELINE_NO_TURN)
    return;
  t->base = turn == TIMELINE_GOES_ON ? running_end(t) : 0;
  t->shift = GST_CLOCK_DIFF(segment->start, t->end);
}

static void move(GstSegment *segment, const struct timeline *t)
{
  const guint64 shift = (guint64)t->shift;

  segment->start += shift;
  segment->time += shift;
  segment->position += shift;
  if (GST_CLOCK_TIME_IS_VALID(segment->stop))
    segment->stop += shift;
  segment->base += t->base;
}

GstEvent *timeline_take_segment(struct timeline *t, GstEvent *event)
{
  const GstSegment *segment;
  GstSegment moved;
  GstEvent *instead;

  gst_event_parse_segment(event, &segment);
  if (segment->format != GST_FORMAT_TIME)
    return event;
  turn_to(t, segment, atomic_exchange(&t->turn, TIMELINE_NO_TURN));
  moved = *segment;
  move(&moved, t);
  t->start = moved.start;
  if (t->shift == 0 && t->base == 0)
    return event;
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
