/* SPDX-License-Identifier: MIT */
/* A file that is played again and again.
 *
 * Design notes. Its end is a matter of the source alone: the tracker and the output see one stream
 * that goes on, so a recording of it is not ended with each round, and nothing behind the source is
 * flushed. So the end of the stream stops before the tracker, the main loop has the source alone
 * seek to its start, and the flush that goes with it stops there too. timeline.c lets the times go
 * on. */
#include "parts.h"

#define AGAIN "etrack-play-again"

bool graph_stops_before_tracker(struct graph *g, GstEvent *event)
{
  if (!g->kind.loops)
    return false;
  switch (GST_EVENT_TYPE(event)) {
  case GST_EVENT_EOS:
    gst_element_post_message(g->tracker, gst_message_new_element(GST_OBJECT(g->tracker), gst_structure_new_empty(AGAIN)));
    return true;
  case GST_EVENT_FLUSH_START:
  case GST_EVENT_FLUSH_STOP:
    return true;
  default:
    return false;
  }
}

static bool seek_to_start(struct graph *g)
{
  GstPad *pad = gst_element_get_static_pad(g->tracker, "sink");
  GstEvent *seek = gst_event_new_seek(1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, -1);
  const bool done = gst_pad_push_event(pad, seek);

  gst_object_unref(pad);
  return done;
}

void graph_play_again(struct graph *g, GstMessage *message)
{
  if (!gst_message_has_name(message, AGAIN))
    return;
  timeline_begin_again(&g->timeline, TIMELINE_GOES_ON);
  if (!seek_to_start(g))
    graph_tell_down(g, "the source cannot be played again from its start");
}
