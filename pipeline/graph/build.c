/* SPDX-License-Identifier: MIT */
/* Builds a stream's pipeline: source -> etrack -> paced sink, and the output behind a queue. */
#include "parts.h"

/* The first element behind the tracker, the sink that sets the pace, and the queue before the
 * output, which drops a frame rather than wait. */
#define TAIL_START "etrack-tail-start"
#define PACED "etrack-paced-sink"
#define LEAKY "queue max-size-buffers=2 max-size-bytes=0 max-size-time=0 leaky=downstream"

/* Makes a bin from a description. Its pad is that of its first element. Other unlinked pads stay
 * inside: those that a demuxer will add later must not become the bin's. */
static GstElement *make_bin(const char *text, GError **why)
{
  GstElement *bin = gst_parse_bin_from_description_full(text, FALSE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, why);
  GstElement *first = bin ? gst_bin_get_by_name(GST_BIN(bin), TAIL_START) : NULL;
  GstPad *pad = first ? gst_element_get_static_pad(first, "sink") : NULL;

  if (pad) {
    gst_element_add_pad(bin, gst_ghost_pad_new("sink", pad));
    gst_object_unref(pad);
  }
  if (first)
    gst_object_unref(first);
  return bin;
}

/* The sinks of an output take no part in preroll: one that wants two frames before it shows the
 * first would wait for the second for ever. */
static void free_of_preroll(const GValue *item, gpointer paced)
{
  GstElement *sink = g_value_get_object(item);

  if (sink != paced && g_object_class_find_property(G_OBJECT_GET_CLASS(sink), "async"))
    g_object_set(sink, "async", FALSE, NULL);
}

static void free_output_of_preroll(GstElement *tail)
{
  GstElement *paced = gst_bin_get_by_name(GST_BIN(tail), PACED);
  GstIterator *sinks = gst_bin_iterate_sinks(GST_BIN(tail));

  while (gst_iterator_foreach(sinks, free_of_preroll, paced) == GST_ITERATOR_RESYNC)
    gst_iterator_resync(sinks);
  gst_iterator_free(sinks);
  if (paced)
    gst_object_unref(paced);
}

/* `{time}` in an output becomes the time at which it is built, in UTC, so that a recording that is
 * begun again gets a new name. */
static char *output_text(const char *output)
{
  GDateTime *now = g_date_time_new_now_utc();
  char *day = g_date_time_format(now, "%Y%m%d-%H%M%S"), *stamp = g_strdup_printf("%s.%03d", day, g_date_time_get_microsecond(now) / 1000);
  GString *text = g_string_new(output);

  g_string_replace(text, "{time}", stamp, 0);
  g_free(stamp);
  g_free(day);
  g_date_time_unref(now);
  return g_string_free(text, FALSE);
}

static char *tail_text(const struct graph *g)
{
  const char *sync = g->kind.live ? "false" : "true", *qos = g->config.sync ? "true" : "false";
  char *output, *text;

  if (!g->config.output)
    return g_strdup_printf("fakesink name=" TAIL_START " sync=%s qos=%s", sync, qos);
  output = output_text(g->config.output);
  text =
    g_strdup_printf("tee name=" TAIL_START " ! fakesink name=" PACED " sync=%s qos=%s " TAIL_START ". ! " LEAKY " ! %s", sync, qos, output);
  g_free(output);
  return text;
}

/* Behind the tracker: a paced sink, so that a file plays at its own rate, and the output behind a
 * queue that drops frames rather than wait. If frames wait for a tracker that is too slow for the
 * file, the sink says that they are late, and the tracker leaves some out. */
static GstElement *make_tail(const struct graph *g, GError **error)
{
  char *text = tail_text(g);
  GError *why = NULL;
  GstElement *tail = make_bin(text, &why);

  if (!tail)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "output `%s`: %s", g->shown_output, why->message);
  else if (g->config.output)
    free_output_of_preroll(tail);
  g_clear_error(&why);
  g_free(text);
  return tail;
}

static GstElement *make_head(struct graph *g, GError **error)
{
  g_clear_pointer(&g->kind.device, g_free);
  return source_make(&g->config, &g->kind, error);
}

void graph_drop_pipeline(struct graph *g)
{
  if (!g->pipeline)
    return;
  g_clear_handle_id(&g->bus_watch, g_source_remove);
  gst_bin_remove(GST_BIN(GST_OBJECT_PARENT(g->tracker)), g->tracker);
  g_clear_pointer(&g->paced, gst_object_unref);
  g_clear_pointer(&g->pipeline, gst_object_unref);
}

static void show_pad(GstElement *bin, GstElement *element, const char *name)
{
  GstPad *pad = gst_element_get_static_pad(element, name);

  gst_element_add_pad(bin, gst_ghost_pad_new(name, pad));
  gst_object_unref(pad);
}

/* A bin around the tracker. A pipeline that fails to start takes its children back to READY, even
 * one whose state is locked, and the tracker would lose its target. The bin goes instead. */
static GstElement *wrap(GstElement *tracker)
{
  GstElement *bin = gst_bin_new(NULL);

  gst_bin_add(GST_BIN(bin), tracker);
  show_pad(bin, tracker, "sink");
  show_pad(bin, tracker, "src");
  return bin;
}

/* Puts head, tracker and tail into a pipeline; false if they cannot be linked. */
static bool link_parts(struct graph *g, GstElement *head, GstElement *tail, GError **error)
{
  GstElement *wrapped = wrap(g->tracker);

  g->pipeline = gst_pipeline_new(g->config.name);
  g->head = head;
  g->tail = tail;
  g->paced = gst_bin_get_by_name(GST_BIN(tail), g->config.output ? PACED : TAIL_START);
  gst_bin_add_many(GST_BIN(g->pipeline), head, wrapped, tail, NULL);
  if (gst_element_link_many(head, wrapped, tail, NULL))
    return true;
  g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "source `%s` does not give raw video", g->shown_source);
  graph_drop_pipeline(g);
  return false;
}

bool graph_make_pipeline(struct graph *g, GError **error)
{
  GstElement *head = make_head(g, error), *tail = head ? make_tail(g, error) : NULL;

  if (!tail || (g->config.sync && !graph_add_waiting(g, head, error))) {
    if (tail)
      gst_object_unref(gst_object_ref_sink(tail));
    if (head)
      gst_object_unref(gst_object_ref_sink(head));
    return false;
  }
  return link_parts(g, head, tail, error);
}
