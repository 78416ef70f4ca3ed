/* SPDX-License-Identifier: MIT */
/* When a frame was taken.
 *
 * Design notes. Time stamps are wrong now and then: they go back, leap by hours, or are all zero. A
 * live source's stamp says when the frame was taken, so it is checked against the frame's arrival:
 * it must not be in the future, not long ago, and not before the last good one. If it fails, the
 * frame counts as taken when it arrived, less the time by which the last good stamp was older than
 * its frame's arrival. So the tracker's time shows no step when stamps go wrong, nor when they come
 * right again. In a file nothing says when a frame was taken; its running time is made steady by
 * itself (base/pace.c). */
#include "capture.h"

#include "base/clock.h"

static const int64_t oldest_ns = 5 * ET_SECOND_NS;

/* A longer leap of the running time is a fault of the stamps, not a pause of the picture. */
static const int64_t longest_pause_ns = 60 * ET_SECOND_NS;

static bool any_camera(GstElement *element);

/* The element that feeds the pad; the pads of bins are followed to the element inside. NULL if
 * there is none. Ownership: the caller's. */
static GstElement *upstream_of(GstPad *sink)
{
  GstPad *pad = gst_pad_get_peer(sink);
  GstElement *element;

  while (pad && (GST_IS_GHOST_PAD(pad) || GST_IS_PROXY_PAD(pad))) {
    GstPad *inner = GST_IS_GHOST_PAD(pad) ? gst_ghost_pad_get_target(GST_GHOST_PAD(pad)) : NULL;

    if (!inner) { /* the inner side of a bin's sink pad: on to what feeds the bin */
      GstPad *outer = GST_PAD(gst_proxy_pad_get_internal(GST_PROXY_PAD(pad)));

      inner = outer ? gst_pad_get_peer(outer) : NULL;
      gst_clear_object(&outer);
    }
    gst_object_unref(pad);
    pad = inner;
  }
  element = pad ? gst_pad_get_parent_element(pad) : NULL;
  gst_clear_object(&pad);
  return element;
}

static bool is_camera(GstElement *element)
{
  static const gchar *const cameras[] = {"v4l2src", "libcamerasrc"};
  GstElementFactory *factory = gst_element_get_factory(element);
  const gchar *name = factory ? gst_plugin_feature_get_name(GST_PLUGIN_FEATURE(factory)) : "";

  for (guint i = 0; i < G_N_ELEMENTS(cameras); i++)
    if (g_str_equal(name, cameras[i]))
      return true;
  return false;
}

static gboolean look_behind(GstElement *element, GstPad *sink, gpointer found)
{
  GstElement *upstream = upstream_of(sink);

  (void)element;
  if (upstream)
    *(bool *)found = any_camera(upstream);
  gst_clear_object(&upstream);
  return !*(bool *)found;
}

/* A test source is live too, but its picture was not taken; a network camera's clock is not
 * ours. */
static bool any_camera(GstElement *element)
{
  bool found = is_camera(element);

  if (!found)
    gst_element_foreach_sink_pad(element, look_behind, &found);
  return found;
}

void capture_begin(struct capture *c, GstPad *sink, bool live, bool async)
{
  *c = (struct capture){.live = live, .own_time = !async};
  if (live)
    look_behind(NULL, sink, &c->camera);
}

/* The frame's stamp on CLOCK_MONOTONIC; false if it cannot be right. */
static bool good_stamp(const struct capture *c, const struct capture_frame *frame, int64_t arrival_ns, int64_t *stamp_ns)
{
  if (!c->live || !GST_CLOCK_TIME_IS_VALID(frame->base_time) || !GST_CLOCK_TIME_IS_VALID(frame->running_time))
    return false;
  *stamp_ns = (int64_t)(frame->base_time + frame->running_time);
  return *stamp_ns <= arrival_ns && *stamp_ns > arrival_ns - oldest_ns && *stamp_ns > c->stamp_ns;
}

static int64_t steady_running_time(struct capture *c, const struct capture_frame *frame)
{
  const bool known = frame->running_time < G_MAXINT64 / 2; /* beyond, sums would overflow */

  if (c->begun)
    return known ? et_pace_step(&c->pace, (int64_t)frame->running_time) : et_pace_skip(&c->pace);
  c->begun = true;
  et_pace_start(&c->pace, known ? (int64_t)frame->running_time : 0, (int64_t)frame->frame_time, longest_pause_ns);
  return c->pace.now_ns;
}

void capture_date(struct capture *c, const struct capture_frame *frame, struct job *job)
{
  const int64_t arrival_ns = job->arrival_ns, steady_ns = steady_running_time(c, frame);
  int64_t running_ns = steady_ns + et_pace_offset(&c->pace), stamp_ns;
  const bool good = good_stamp(c, frame, arrival_ns, &stamp_ns);

  if (good) {
    c->stamp_ns = stamp_ns;
    c->lag_ns = arrival_ns - stamp_ns;
  }
  job->capture_by_driver = good && c->camera;
  job->capture_ns = job->capture_by_driver ? stamp_ns : arrival_ns;
  job->time_ns = c->own_time ? steady_ns : arrival_ns - c->lag_ns;
  if (!c->own_time && c->live && GST_CLOCK_TIME_IS_VALID(frame->base_time))
    running_ns = job->time_ns - (int64_t)frame->base_time;
  job->running_time = (GstClockTime)MAX(running_ns, 0);
}
