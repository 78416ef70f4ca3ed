/* SPDX-License-Identifier: MIT */
/* Appends elements to a bin, and links them when their pads come. */
#include "head.h"

#include "pipeline/graph.h"

static bool is_linked(GstElement *element)
{
  GstPad *sink = gst_element_get_static_pad(element, "sink");
  const bool linked = gst_pad_is_linked(sink);

  gst_object_unref(sink);
  return linked;
}

/* Sound and subtitles do not fit and stay unlinked, as does a second picture. */
static void on_pad(GstElement *element, GstPad *pad, gpointer next)
{
  GstPad *sink = gst_element_get_static_pad(next, "sink");

  if (!gst_pad_is_linked(sink))
    (void)gst_pad_link(pad, sink);
  gst_object_unref(sink);
}

static void on_all_pads(GstElement *element, gpointer next)
{
  if (!is_linked(next))
    GST_ELEMENT_ERROR(element, STREAM, WRONG_TYPE, ("there is no video in it that can be decoded here"), (NULL));
}

static bool link_end(struct head *head, GstElement *next)
{
  GstPad *src = gst_element_get_static_pad(head->end, "src");

  if (src) {
    gst_object_unref(src);
    return gst_element_link(head->end, next);
  }
  g_signal_connect_object(head->end, "pad-added", G_CALLBACK(on_pad), next, 0);
  g_signal_connect_object(head->end, "no-more-pads", G_CALLBACK(on_all_pads), next, 0);
  return true;
}

GstElement *head_append(struct head *head, const char *factory, GError **error)
{
  GstElement *element = gst_element_factory_make(factory, NULL);

  if (!element) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_PLUGIN, "GStreamer's element `%s` is not installed", factory);
    return NULL;
  }
  if (!head->bin)
    head->bin = gst_bin_new(NULL);
  gst_bin_add(GST_BIN(head->bin), element);
  if (head->end && !link_end(head, element)) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "`%s` cannot take the format that is asked of the source", factory);
    return NULL;
  }
  head->end = element;
  return element;
}

bool head_append_caps(struct head *head, GstCaps *caps, GError **error)
{
  GstElement *filter = caps ? head_append(head, "capsfilter", error) : NULL;

  if (filter)
    g_object_set(filter, "caps", caps, NULL);
  return filter || !caps;
}

void head_expose_end(struct head *head)
{
  GstPad *pad = gst_element_get_static_pad(head->end, "src");

  gst_element_add_pad(head->bin, gst_ghost_pad_new("src", pad));
  gst_object_unref(pad);
}
