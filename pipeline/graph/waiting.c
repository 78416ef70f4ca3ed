/* SPDX-License-Identifier: MIT */
/* The queue in which frames wait for the tracker if `mode = sync`.
 *
 * Design notes. It is one frame long. If the source is live it leaks: a newer frame replaces the
 * one that waits, so the source is never held up and nothing lags. What leaks is counted all the
 * same. Every frame gets its number in the source on its way into the queue. A gap on the way out
 * is told to the tracker, so that its own counter goes on with the right number. The queue is the
 * end of the head, so it has started before a source that sends at once. Each head has its own
 * count, because a head that hangs outlives the graph. */
#include "parts.h"

#define WAITING "etrack-waiting"

/* The number of a raw frame is kept in its offset. */
static GstPadProbeReturn number_arrival(GstPad *pad, GstPadProbeInfo *info, gpointer arrived)
{
  GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));

  GST_BUFFER_OFFSET(buffer) = ++*(guint64 *)arrived;
  GST_PAD_PROBE_INFO_DATA(info) = buffer;
  return GST_PAD_PROBE_OK;
}

/* Puts the queue between the head's end and its pad. */
static void insert(GstElement *head, GstElement *queue)
{
  GstPad *out = gst_element_get_static_pad(head, "src"), *end = gst_ghost_pad_get_target(GST_GHOST_PAD(out));
  GstPad *sink = gst_element_get_static_pad(queue, "sink"), *src = gst_element_get_static_pad(queue, "src");

  gst_bin_add(GST_BIN(head), queue);
  gst_ghost_pad_set_target(GST_GHOST_PAD(out), src);
  if (GST_PAD_LINK_FAILED(gst_pad_link(end, sink)))
    g_warn_if_reached(); /* a queue takes whatever comes */
  gst_pad_add_probe(sink, GST_PAD_PROBE_TYPE_BUFFER, number_arrival, g_new0(guint64, 1), g_free);
  gst_object_unref(src);
  gst_object_unref(sink);
  gst_object_unref(end);
  gst_object_unref(out);
}

bool graph_add_waiting(struct graph *g, GstElement *head, GError **error)
{
  GstElement *queue = gst_element_factory_make("queue", WAITING);

  g->passed = 0;
  if (!queue) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_PLUGIN, "GStreamer finds no element `queue`; install its core plugins");
    return false;
  }
  g_object_set(queue, "max-size-buffers", 1, "max-size-bytes", 0, "max-size-time", (guint64)0, NULL);
  insert(head, queue);
  return true;
}

void graph_let_newest_win(struct graph *g)
{
  GstElement *queue = gst_bin_get_by_name(GST_BIN(g->head), WAITING);

  if (!queue)
    return;
  gst_util_set_object_arg(G_OBJECT(queue), "leaky", "downstream");
  g_object_set(g->paced, "sync", FALSE, NULL);
  gst_object_unref(queue);
}

void graph_count_leaked(struct graph *g, const GstBuffer *buffer)
{
  const guint64 number = GST_BUFFER_OFFSET(buffer);

  if (number > g->passed + 1)
    g_signal_emit_by_name(g->tracker, "skip", number - g->passed - 1);
  g->passed = number;
}
