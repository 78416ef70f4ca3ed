/* SPDX-License-Identifier: MIT */
/* How long the element holds a buffer up: `element_delay [mode] [width] [height] [frames]`, with pad probes before and behind it, on a live ball that
 * is tracked all the time. In async mode the 99th percentile should stay under 200 us. Needs GST_PLUGIN_PATH. */
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/histogram.h"

static int64_t arrived_ns; /* one buffer at a time is in the element */
static struct et_histogram delays;

static GstPadProbeReturn on_in(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
  arrived_ns = et_clock_ns();
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_out(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
  et_histogram_add(&delays, et_clock_ns() - arrived_ns);
  return GST_PAD_PROBE_OK;
}

static void probe(GstElement *element, const char *name, GstPadProbeCallback callback)
{
  GstPad *pad = gst_element_get_static_pad(element, name);

  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, callback, NULL, NULL);
  gst_object_unref(pad);
}

static int run(const char *text)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch(text, &error), *element;
  GstBus *bus;
  GstMessage *end;
  int failed;

  if (!pipeline || error) {
    fprintf(stderr, "element_delay: %s\n", error->message);
    return 1;
  }
  element = gst_bin_get_by_name(GST_BIN(pipeline), "e");
  probe(element, "sink", on_in);
  probe(element, "src", on_out);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  bus = gst_element_get_bus(pipeline);
  end = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  failed = GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR;
  gst_message_unref(end);
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(element);
  gst_object_unref(pipeline);
  return failed;
}

int main(int argc, char **argv)
{
  const char *mode = argc > 1 ? argv[1] : "async";
  const int width = argc > 2 ? atoi(argv[2]) : 1280, height = argc > 3 ? atoi(argv[3]) : 720, frames = argc > 4 ? atoi(argv[4]) : 300;
  char text[512];

  gst_init(&argc, &argv);
  snprintf(text, sizeof text,
           "videotestsrc is-live=true pattern=ball num-buffers=%d ! video/x-raw,format=NV12,width=%d,height=%d,framerate=30/1 ! "
           "etrack name=e mode=%s messages=none target=%d,%d,40,40 ! fakesink sync=true",
           frames, width, height, mode, width / 2 - 20, height / 2 - 20);
  if (run(text))
    return 1;
  printf("%s %dx%d: %d buffers, p50 %.1f us, p95 %.1f us, p99 %.1f us, max %.1f us\n", mode, width, height,
         (int)et_histogram_count(&delays), (double)et_histogram_quantile_ns(&delays, 0.5) / 1e3,
         (double)et_histogram_quantile_ns(&delays, 0.95) / 1e3, (double)et_histogram_quantile_ns(&delays, 0.99) / 1e3,
         (double)et_histogram_maximum_ns(&delays) / 1e3);
  return 0;
}
